"""Take roster, calendars, texts and words in from TOML files, show what would change, and write them back.

The daemon never reads these files: the database is the truth, and this is how an operator changes it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import tomli_w
from sqlalchemy import select
from sqlalchemy.orm import Session

from distributor.domain import Actor, Refused
from distributor.roster import (
    AccountEntry,
    accounts_of,
    channel_text_document,
    channel_text_of,
    lexicon_document,
    lexicon_of,
    organisation_document,
    organisation_of,
)
from distributor.services.accounts import ensure_account, set_fields
from distributor.services.deps import Deps
from distributor.services.permission import require
from distributor.services.planning import forget_impossible, keep_clear
from distributor.store import items
from distributor.store.posts import record
from distributor.store.tables import AccountRow, CalendarRow, ChannelTextRow, ItemRow, LexiconRow, OrganisationRow
from schedules.document import calendar_document, calendar_of
from schedules.refusal import CalendarRefused

_LEXICON = "lexicon"
"""The house's own words stand in one file beside the folders."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between files and database: ``what`` and ``name``, ``kind`` is new or changed, and which keys."""

    what: str
    name: str
    kind: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Files:
    """What the configuration folder says, checked."""

    organisations: Mapping[str, dict[str, Any]]
    accounts: Mapping[str, tuple[AccountEntry, ...]]
    calendars: Mapping[str, dict[str, Any]]
    texts: Mapping[str, dict[str, Any]]
    lexicons: Mapping[str, dict[str, Any]]


def read_files(folder: Path) -> Files:
    """Read and check every file. Raises: Refused naming the file and the key."""
    organisations, accounts, calendars, texts, lexicons = {}, {}, {}, {}, {}
    for path, document in _documents(folder / "organisations"):
        with _named(path):
            organisation = organisation_of(document)
            organisations[organisation.slug] = organisation_document(organisation)
            accounts[organisation.slug] = accounts_of(document)
    for path, document in _documents(folder / "calendars"):
        with _named(path):
            calendar = calendar_of(document)
            calendars[calendar.name] = calendar_document(calendar)
    for path, document in _documents(folder / "texts"):
        with _named(path):
            text = channel_text_of(document)
            texts[text.channel] = channel_text_document(text)
    for path in sorted(folder.glob(f"{_LEXICON}.toml")):
        with _named(path):
            lexicons[_LEXICON] = lexicon_document(lexicon_of(_document(path)))
    if not organisations:
        raise Refused(f"In {folder}/organisations steht kein Jobcenter.", code="config.empty")
    for slug, organisation_doc in organisations.items():
        wanted = organisation_of(organisation_doc).calendar
        if wanted not in calendars:
            raise Refused(f"{slug} nennt den Kalender „{wanted}“, den es nicht gibt.", code="config.calendar")
    return Files(organisations, accounts, calendars, texts, lexicons)


def read_accounts(path: Path) -> dict[str, tuple[AccountEntry, ...]]:
    """Read a file that lists accounts by Jobcenter. Raises: Refused naming the file and the key."""
    with _named(path):
        return {slug: accounts_of(table) for slug, table in _document(path).items()}


class _named:
    """Adds the file's name to whatever is refused inside."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Refused | CalendarRefused):
            raise Refused(f"{self._path.parent.name}/{self._path.name}: {error}", code="config.file") from error


def _documents(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    if not folder.is_dir():
        raise Refused(f"Den Ordner {folder} gibt es nicht (DISTRIBUTOR_CONFIG_DIR).", code="config.folder")
    for path in sorted(folder.glob("*.toml")):
        yield path, _document(path)


def _document(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise Refused(f"{path.parent.name}/{path.name} ist kein lesbares TOML: {error}", code="config.file") from error


def differences(deps: Deps, files: Files) -> list[Change]:
    """Return what an import would change."""
    with deps.store.read() as session:
        return _differences(session, files)


def _differences(session: Session, files: Files) -> list[Change]:
    held_organisations = {row.slug: row for row in session.scalars(select(OrganisationRow))}
    held_accounts = {
        (owner.slug, account.channel, account.name): account.fields for account, owner in items.accounts(session)
    }
    changes = list(
        _compare("organisation", files.organisations, {k: v.document for k, v in held_organisations.items()})
    )
    changes += _compare("calendar", files.calendars, {k: v.document for k, v in items.calendars(session).items()})
    changes += _compare("text", files.texts, {k: v.document for k, v in items.channel_texts(session).items()})
    changes += _compare("lexicon", files.lexicons, {k: v.document for k, v in items.lexicons(session).items()})
    wanted = {
        f"{slug}/{entry.channel}/{entry.name}": dict(entry.fields)
        for slug, entries in files.accounts.items()
        for entry in entries
    }
    held = {"/".join(key): _subset(fields, wanted.get("/".join(key), {})) for key, fields in held_accounts.items()}
    changes += _compare("account", wanted, held)
    return changes


def _subset(fields: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Compare only what the file names: an account may hold more than its roster entry says."""
    return {key: value for key, value in fields.items() if key in wanted}


def _compare(what: str, wanted: Mapping[str, dict[str, Any]], held: Mapping[str, dict[str, Any]]) -> Iterator[Change]:
    for name, document in wanted.items():
        old = held.get(name)
        if old is None:
            yield Change(what, name, "new")
        elif old != document:
            keys = sorted(key for key in document.keys() | old.keys() if document.get(key) != old.get(key))
            yield Change(what, name, "changed", tuple(keys))


def take_over(deps: Deps, actor: Actor, files: Files, now: datetime) -> list[Change]:
    """Write what the files say into the database; posts are rendered anew where texts or voices changed.

    What the files do not name stays as it is. Approvals for times that a changed calendar forbids are taken back.
    Raises: Refused.
    """
    require(actor, "config")
    with deps.store.write() as session:
        changes = _differences(session, files)
        for name, document in files.calendars.items():
            session.merge(CalendarRow(name=name, document=document))
        for channel, document in files.texts.items():
            session.merge(ChannelTextRow(channel=channel, document=document))
        for name, document in files.lexicons.items():
            session.merge(LexiconRow(name=name, document=document))
        for position, (slug, document) in enumerate(sorted(files.organisations.items())):
            _take_organisation(deps, session, slug, document, position, files.accounts[slug])
        if any(change.what in ("organisation", "text", "lexicon", "account") for change in changes):
            for row in session.scalars(select(ItemRow).where(ItemRow.stage.in_(("active", "held")))):
                row.stale = True
        if any(change.what in ("organisation", "calendar") for change in changes):
            session.flush()
            keep_clear(session, now, actor)
            forget_impossible(session, now)
        if changes:
            record(session, now=now, actor=actor, what="config.imported", subject="config", subject_id="all")
        return changes


def _take_organisation(
    deps: Deps,
    session: Session,
    slug: str,
    document: dict[str, Any],
    position: int,
    accounts: tuple[AccountEntry, ...],
) -> None:
    row = session.scalars(select(OrganisationRow).where(OrganisationRow.slug == slug)).one_or_none()
    if row is None:
        row = OrganisationRow(slug=slug, name="", document={})
        session.add(row)
    row.name, row.document, row.position = document["name"], document, position
    session.flush()
    for entry in accounts:
        account = ensure_account(deps, session, row, entry.channel, entry.name)
        set_fields(deps, session, account, entry.fields)


def write_files(deps: Deps, folder: Path) -> int:
    """Write the database's roster, calendars and texts as TOML files; return how many files. No secrets go out."""
    with deps.store.read() as session:
        accounts: dict[int, list[AccountRow]] = {}
        for account, owner in items.accounts(session):
            accounts.setdefault(owner.id, []).append(account)
        documents = {
            f"organisations/{row.slug}.toml": {
                **row.document,
                "account": [
                    {"channel": account.channel, "name": account.name, "fields": account.fields}
                    for account in accounts.get(row.id, [])
                ],
            }
            for row in session.scalars(select(OrganisationRow))
        }
        documents |= {f"calendars/{name}.toml": row.document for name, row in items.calendars(session).items()}
        documents |= {f"texts/{name}.toml": row.document for name, row in items.channel_texts(session).items()}
        documents |= {f"{name}.toml": row.document for name, row in items.lexicons(session).items()}
    for name, document in documents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(tomli_w.dumps(document), encoding="utf-8")
    return len(documents)

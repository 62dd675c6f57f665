"""Fill a database for the benchmark: job centres with one account each, cleared items, posts staged and due."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from connectors.base import RemotePost
from distributor.domain import FeedItem, FeedMedium, State
from distributor.intake.report import item_document
from distributor.store.engine import Store
from distributor.store.tables import (
    AccountRow,
    AnswerRow,
    ApprovalRow,
    ItemRow,
    MediumRow,
    OrganisationRow,
    PostRow,
    StageRow,
)
from distributor.vault import Vault

CHANNEL = "facebook"
"""The channel that is measured: its release is one call, the draft made public by its id."""

_AT_ONCE = 2_000
_TEXT = (
    "Ausbildung abgebrochen – und jetzt? Mia hat neu angefangen: erst Praktikum, dann Vertrag. "
    "Wie das ging, erzählt sie."
)


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is: posts are spread evenly over the accounts, an Item each."""

    posts: int
    accounts: int


def fill(store: Store, vault: Vault, size: Size, now: datetime | None = None) -> None:
    """Put ``size.posts`` staged posts, all due at ``now``, on ``size.accounts`` accounts."""
    now = now or datetime.now(UTC)
    with store.write() as session:
        _owners(session, vault, size.accounts)
        items = -(-size.posts // size.accounts)
        _items(session, items, now)
        numbers = range(1, size.posts + 1)
        _all(session, PostRow, (_post(number, size.accounts, now) for number in numbers))
        _all(session, ApprovalRow, (_approval(number, size.accounts, now) for number in numbers))
        _all(session, StageRow, (_stage(number, size.accounts, now) for number in numbers))


def document(number: int, accounts: int) -> dict[str, Any]:
    """Return the document that post ``number`` sends."""
    link = f"https://portal.example/s/{number:06d}"
    text = f"{_TEXT}\n\nKommunales Jobcenter {_account(number, accounts)}"
    return RemotePost(CHANNEL, "feed", text, link).document()


def fields_of(account: int) -> dict[str, str]:
    """Return what an account's owner entered, the secret apart."""
    return {"page_id": str(1_000_000 + account)}


def secrets_of(account: int) -> dict[str, str]:
    """Return an account's secret."""
    return {"page_token": f"EAAB{account:028d}"}


def draft_of(number: int) -> str:
    """Return the id under which the draft of post ``number`` lies at the platform."""
    return f"{1_000_000 + number}_{5_000_000 + number}"


def stage_of(number: int, now: datetime) -> dict[str, Any]:
    """Return what staging left for the release of post ``number``."""
    return {"release": "draft", "started": now.isoformat(), "photos": [], "draft": draft_of(number)}


def _account(number: int, accounts: int) -> int:
    return (number - 1) % accounts + 1


def _item(number: int, accounts: int) -> int:
    return (number - 1) // accounts + 1


def _all(session: Session, table: type[Any], rows: Iterator[dict[str, Any]]) -> None:
    while some := list(itertools.islice(rows, _AT_ONCE)):
        session.execute(insert(table), some)


def _owners(session: Session, vault: Vault, number: int) -> None:
    numbers = range(1, number + 1)
    _all(session, OrganisationRow, ({"id": n, "slug": f"kjc-{n}", "name": f"KJC {n}", "document": {}} for n in numbers))
    _all(
        session,
        AccountRow,
        (
            {
                "id": n,
                "organisation_id": n,
                "channel": CHANNEL,
                "name": f"seite{n}",
                "fields": fields_of(n),
                "secrets": vault.lock(f"kjc-{n}/{CHANNEL}/seite{n}", secrets_of(n)),
            }
            for n in numbers
        ),
    )


def _items(session: Session, number: int, now: datetime) -> None:
    numbers = range(1, number + 1)
    _all(session, ItemRow, (_item_values(n, now) for n in numbers))
    _all(
        session,
        MediumRow,
        (
            {
                "item_id": n,
                "position": 0,
                "url": _picture(n),
                "kind": "image",
                "state": "ready",
                "sha256": f"{n:064x}",
                "mime": "image/jpeg",
            }
            for n in numbers
        ),
    )
    _all(session, AnswerRow, (values for n in numbers for values in _answers(n, now)))


def _picture(number: int) -> str:
    return f"https://portal.example/media/{number}.jpg"


def _item_values(number: int, now: datetime) -> dict[str, Any]:
    picture = FeedMedium(
        _picture(number), "image", "image/jpeg", 1200, 800, alt="Mia an der Werkbank", credit="Foto: A"
    )
    content = FeedItem(
        f"urn:{number}", f"Beitrag {number}", f"https://portal.example/{number}", text=_TEXT, media=(picture,)
    )
    return {
        "id": number,
        "guid": content.guid,
        "link": content.link,
        "digest": f"d{number}",
        "title": content.title,
        "document": item_document(content),
        "created_at": now,
        "changed_at": now,
        "cleared_at": now,
        "stale": False,
    }


def _answers(number: int, now: datetime) -> Iterator[dict[str, Any]]:
    picture = f"{number:064x}"
    given = {
        ("people", ""): "none",
        ("partner", ""): "none",
        ("elected", ""): "none",
        ("rights", picture): "granted",
        ("credit", picture): "Foto: A",
        ("alt", picture): "Mia an der Werkbank",
    }
    for (question, subject), answer in given.items():
        yield {"item_id": number, "question": question, "subject": subject, "answer": answer, "actor": "a", "at": now}


def _post(number: int, accounts: int, now: datetime) -> dict[str, Any]:
    sent = document(number, accounts)
    digest = RemotePost.of(sent).digest
    return {
        "id": number,
        "item_id": _item(number, accounts),
        "account_id": _account(number, accounts),
        "code": f"{number:06d}",
        "state": State.STAGED,
        "item_revision": 1,
        "document": sent,
        "digest": digest,
        "problems": [],
        "due_at": now,
        "next_try_at": now,
        "approved_digest": digest,
        "staged_digest": digest,
        "created_at": now,
        "changed_at": now,
    }


def _approval(number: int, accounts: int, now: datetime) -> dict[str, Any]:
    sent = document(number, accounts)
    return {
        "post_id": number,
        "digest": RemotePost.of(sent).digest,
        "document": sent,
        "due_at": now,
        "actor": "u-someone",
        "at": now,
    }


def _stage(number: int, accounts: int, now: datetime) -> dict[str, Any]:
    return {
        "post_id": number,
        "account_id": _account(number, accounts),
        "key": f"{number:032x}",
        "digest": RemotePost.of(document(number, accounts)).digest,
        "data": stage_of(number, now),
        "state": "ready",
        "expires_at": now + timedelta(hours=20),
        "created_at": now,
    }

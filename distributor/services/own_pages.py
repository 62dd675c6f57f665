"""What a Jobcenter's own pages show: its public posts on the channels that are hosted here. Reads only.

A post is there if it is published and nobody has taken it back: from the moment of a recall it is in no page, no feed
and no frame, whatever a daemon does meanwhile.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from connectors.base import Hosted, Rejected, RemotePost
from distributor.domain import Organisation, State
from distributor.roster import organisation_of
from distributor.services.deps import Deps
from distributor.services.findings import Finding
from distributor.store import posts
from distributor.store.tables import AccountRow, ItemRow, OrganisationRow, PostRow, ReceiptRow

PAGE = 10
"""So many posts stand on one page, and in one document of a feed; our own choice."""

Standing = Literal["public", "taken_back", "unknown"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One public post: its document, its permanent address, when it appeared.

    ``corrects`` and ``corrected`` are the addresses of the post that it corrects, and of the one that corrects it.
    """

    code: str
    url: str
    at: datetime
    post: RemotePost
    topics: tuple[str, ...] = ()
    corrects: str = ""
    corrected: str = ""

    @property
    def title(self) -> str:
        """Return the heading."""
        return str(self.post.extra.get("title") or "")

    @property
    def language(self) -> str:
        """Return the language of heading and text."""
        return str(self.post.extra.get("language") or "de")


@dataclass(frozen=True, slots=True)
class Shelf:
    """Some of an Organisation's public posts, newest first. ``older`` begins the next page, empty at the end.

    ``changed_at`` is when something last came or went; ``home`` the address of the pages.
    """

    organisation: Organisation
    home: str
    entries: tuple[Entry, ...]
    older: str = ""
    changed_at: datetime | None = None
    embedders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """One permanent address: whose it is, whether it is public, and then what."""

    organisation: Organisation
    home: str
    standing: Standing
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class _Owner:
    """An Organisation with accounts whose posts are hosted here."""

    organisation: Organisation
    home: str
    accounts: Mapping[int, AccountRow] = field(repr=False)


def shelf(deps: Deps, slug: str, *, limit: int, after: str = "") -> Shelf | None:
    """Return a page of the Organisation's posts behind the post of code ``after``; None if it has no pages here."""
    with deps.store.read() as session:
        owner = _owner(deps, session, slug)
        if owner is None:
            return None
        query = _public(owner)
        if after:
            begin = session.execute(_own(owner).where(PostRow.code == after)).scalar()
            if begin is None or begin.published_at is None:
                return None
            query = query.where(_behind(begin))
        query = query.order_by(PostRow.published_at.desc(), PostRow.id.desc()).limit(limit + 1)
        rows = [(row[0], row[1]) for row in session.execute(query)]
        entries = _entries(session, owner, rows[:limit])
        return Shelf(
            organisation=owner.organisation,
            home=owner.home,
            entries=entries,
            older=entries[-1].code if len(rows) > limit else "",
            changed_at=_changed_at(session, owner),
            embedders=_embedders(deps, owner),
        )


def found(deps: Deps, slug: str, code: str) -> Found | None:
    """Return what stands at a post's permanent address; None if the Organisation has no pages here."""
    with deps.store.read() as session:
        owner = _owner(deps, session, slug)
        if owner is None:
            return None
        row = session.execute(_public(owner).where(PostRow.code == code)).first()
        if row is not None:
            [entry] = _entries(session, owner, [(row[0], row[1])])
            return Found(owner.organisation, owner.home, "public", entry)
        was = session.execute(_own(owner).where(PostRow.code == code, PostRow.published_at.is_not(None))).first()
        return Found(owner.organisation, owner.home, "unknown" if was is None else "taken_back")


def examine(deps: Deps, session: Session) -> list[Finding]:
    """Tell where each Organisation's pages are; those that lack the same of what the law asks for, in one sentence."""
    owners = select(AccountRow.organisation_id).where(AccountRow.channel.in_(channels(deps)))
    query = select(OrganisationRow).where(OrganisationRow.id.in_(owners)).order_by(OrganisationRow.id)
    found, lacking = [], defaultdict[tuple[str, ...], list[str]](list)
    for row in session.scalars(query):
        pages, home = organisation_of(row.document).pages, deps.home(row.slug)
        asked = {"Impressum": pages.imprint, "Datenschutz": pages.privacy, "Barrierefreiheit": pages.accessibility}
        missing = tuple(label for label, address in asked.items() if not address)
        if missing:
            lacking[missing].append(row.slug)
        else:
            text = f"{home}; Adresse für den Link im Profil: {home}/links"
            found.append(Finding(f"Eigene Seiten {row.slug}", ok=True, text=text))
    for missing, slugs in lacking.items():
        what, where = ", ".join(missing), ", ".join(slugs)
        text = f"Es fehlen Links auf {what} bei {where}; bitte im Verzeichnis unter [pages] ergänzen."
        found.append(Finding("Eigene Seiten", ok=False, text=text))
    return found


def channels(deps: Deps) -> list[str]:
    """Return the channels whose posts are public here."""
    return [channel for channel in deps.connectors if deps.offering(channel, Hosted) is not None]


def _owner(deps: Deps, session: Session, slug: str) -> _Owner | None:
    query = (
        select(AccountRow, OrganisationRow)
        .join(OrganisationRow, AccountRow.organisation_id == OrganisationRow.id)
        .where(OrganisationRow.slug == slug, AccountRow.channel.in_(channels(deps)))
    )
    rows = [(row[0], row[1]) for row in session.execute(query)]
    if not rows:
        return None
    accounts = {account.id: account for account, _ in rows}
    return _Owner(organisation_of(rows[0][1].document), deps.home(slug), accounts)


def _own(owner: _Owner) -> Select[PostRow, ItemRow]:
    return (
        select(PostRow, ItemRow)
        .join(ItemRow, PostRow.item_id == ItemRow.id)
        .where(PostRow.account_id.in_(owner.accounts))
    )


def _public(owner: _Owner) -> Select[PostRow, ItemRow]:
    return _own(owner).where(is_public())


def is_public() -> ColumnElement[bool]:
    """Return the SQL condition that a post (joined with its Item) is public and not taken back."""
    return and_(PostRow.state == State.PUBLISHED, PostRow.recall_at.is_(None), ItemRow.stage != "withdrawn")


def _behind(post: PostRow) -> ColumnElement[bool]:
    """Return the SQL condition that a post comes after this one, newest first."""
    return or_(
        PostRow.published_at < post.published_at,
        and_(PostRow.published_at == post.published_at, PostRow.id < post.id),
    )


def _entries(session: Session, owner: _Owner, rows: Sequence[tuple[PostRow, ItemRow]]) -> tuple[Entry, ...]:
    near = _corrections(session, owner, [post for post, _ in rows])
    return tuple(
        Entry(
            code=post.code,
            url=_address(owner, post.code),
            at=post.published_at,
            post=RemotePost.of(_document(session, post)),
            topics=tuple(item.document["topics"]),
            corrects=_address(owner, near[post.corrects_id]) if post.corrects_id in near else "",
            corrected=_address(owner, near[-post.id]) if -post.id in near else "",
        )
        for post, item in rows
        if post.published_at is not None
    )


def _corrections(session: Session, owner: _Owner, shown: Sequence[PostRow]) -> dict[int, str]:
    """Return the codes of public posts that these correct, by number, and of those that correct these, by its minus."""
    numbers = [post.id for post in shown]
    named = [post.corrects_id for post in shown if post.corrects_id is not None]
    query = _public(owner).where(or_(PostRow.id.in_(named), PostRow.corrects_id.in_(numbers)))
    codes: dict[int, str] = {}
    for post, _ in session.execute(query):
        codes[post.id] = post.code
        if post.corrects_id is not None:
            codes[-post.corrects_id] = post.code
    return codes


def _document(session: Session, post: PostRow) -> dict[str, Any]:
    """Return what was sent, which is what was approved then."""
    if post.sent_digest in (None, post.digest):
        return post.document
    return posts.approved_document(session, post.id, str(post.sent_digest)) or post.document


def _address(owner: _Owner, code: str) -> str:
    return f"{owner.home}/beitrag/{code}"


def _changed_at(session: Session, owner: _Owner) -> datetime | None:
    """Return when a post last came or went."""
    came, went = session.execute(
        select(func.max(PostRow.published_at), func.max(PostRow.recall_at)).where(
            PostRow.account_id.in_(owner.accounts), PostRow.published_at.is_not(None)
        )
    ).one()
    gone = session.scalar(select(func.max(ReceiptRow.retracted_at)).where(ReceiptRow.account_id.in_(owner.accounts)))
    return max((moment for moment in (came, went, gone) if moment is not None), default=None)


def _embedders(deps: Deps, owner: _Owner) -> tuple[str, ...]:
    """Return the origins that may frame the posts: those the accounts name, else the Organisation's own pages'."""
    named: list[str] = []
    for account in owner.accounts.values():
        connector = deps.offering(account.channel, Hosted)
        if connector is not None:
            named += _readable(connector, account)
    pages = owner.organisation.pages
    own = [f"https://{urlsplit(page).netloc}" for page in (pages.home, pages.landing) if page]
    return tuple(dict.fromkeys(named or own))


def _readable(connector: Hosted, account: AccountRow) -> tuple[str, ...]:
    try:
        return connector.embedders(account.fields)
    except Rejected:
        return ()  # `accounts check` says so; nobody may frame meanwhile

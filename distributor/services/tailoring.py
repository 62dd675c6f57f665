"""Make posts of an Item: one variant per account, rendered, checked, and its life adjusted to what changed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from connectors.base import Connector, Medium
from distributor.clearance import DECORATIVE, Question, Subject, questions, unanswered
from distributor.domain import DAEMON, Actor, ChannelText, FeedItem, Organisation, Override, Problem, State
from distributor.intake.report import item_of
from distributor.lifecycle import APPROVED, OPEN_TO_EDITING, Tailored, decide
from distributor.media.shapes import shape_key
from distributor.roster import channel_text_of, organisation_of
from distributor.services.deps import Deps
from distributor.services.media import make_renditions, picture_addresses, sync_media
from distributor.services.moving import apply, facts_of
from distributor.store import items
from distributor.store.posts import BEHIND
from distributor.store.tables import AccountRow, ItemRow, MediumRow, OrganisationRow, PostRow, RenditionRow
from distributor.tailoring import Tailored as Variation
from distributor.tailoring import tailor

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Workpiece:
    """All that is known of an Item when its posts are made."""

    item: ItemRow
    content: FeedItem
    media: Sequence[MediumRow]
    renditions: Mapping[tuple[str, str], RenditionRow]
    answers: Mapping[tuple[str, str], str]
    overrides: Mapping[str, Override]
    texts: Mapping[str, ChannelText]
    wanted: frozenset[str]

    @property
    def complete(self) -> bool:
        """Tell whether every picture has been fetched or refused: before that nobody can judge the Item."""
        return {row.url for row in self.media if row.state != "pending"} == self.wanted

    @property
    def cleared(self) -> bool:
        """Tell whether posts of the Item may be approved."""
        return self.complete and not self.unanswered and self.item.stage == "active"

    @property
    def questions(self) -> list[Question]:
        """Return what an editor is asked about this Item."""
        return questions(subjects(self.content, self.media))

    @property
    def unanswered(self) -> list[Question]:
        """Return what still keeps the Item from being cleared."""
        return unanswered(self.questions, self.answers)


def subjects(content: FeedItem, media: Sequence[MediumRow]) -> list[Subject]:
    """Return what is asked about: each picture by its content, each video by its address."""
    pictures = [
        Subject(row.sha256, "image", f"Bild {number}")
        for number, row in enumerate((row for row in media if row.state == "ready"), start=1)
    ]
    videos = [
        Subject(medium.url, "video", f"Video {number}")
        for number, medium in enumerate((m for m in content.media if m.kind == "video"), start=1)
    ]
    return pictures + videos


def workpiece(session: Session, item: ItemRow) -> Workpiece:
    """Read all that is needed to make an Item's posts."""
    content = item_of(item.document)
    wanted = frozenset(url for medium in content.media for url in picture_addresses(medium))
    media = [row for row in items.media(session, item.id) if row.url in wanted]
    return Workpiece(
        item=item,
        content=content,
        media=media,
        renditions=items.renditions(session, [row.sha256 for row in media]),
        answers=items.answers(session, item.id),
        overrides={
            channel: Override(du=row.du, sie=row.sie) for channel, row in items.overrides(session, item.id).items()
        },
        texts={channel: channel_text_of(row.document) for channel, row in items.channel_texts(session).items()},
        wanted=wanted,
    )


def tailor_stale(deps: Deps, now: datetime) -> int:
    """Make anew the posts of every Item that changed and whose media have arrived; return how many Items that were."""
    with deps.store.read() as session:
        waiting = list(items.stale(session))
    done = 0
    for item_id in waiting:
        try:
            done += tailor_item(deps, item_id, now)
        except Exception:
            _log.exception("item_not_tailored", item=item_id)
    return done


def tailor_item(deps: Deps, item_id: int, now: datetime) -> bool:
    """Make one Item's posts; False while its media have not all been fetched or refused."""
    with deps.store.write() as session:
        item = _locked(session, item_id)
        revision = item.revision
        known = {row.url: row for row in items.media(session, item_id)}
        unseen = sync_media(item, known)
        session.add_all(unseen)
        session.flush()
        if unseen:
            items.ask_again(session, item_id, "people", DAEMON.login, now)
        if not workpiece(session, item).complete:
            return False
    make_renditions(deps, item_id)
    with deps.store.write() as session:
        item = _locked(session, item_id)
        if item.revision != revision:  # its media have not been looked at yet
            return False
        shape_posts(deps, session, item, now)
        item.stale = False
    return True


def _locked(session: Session, item_id: int) -> ItemRow:
    item = items.locked(session, item_id)
    if item is None:
        raise LookupError(f"there is no item {item_id}")
    return item


def shape_posts(
    deps: Deps, session: Session, item: ItemRow, now: datetime, *, actor: Actor = DAEMON, void: bool = False
) -> None:
    """Render an Item for every account and adjust each post's life. ``void`` takes back Approvals in any case."""
    piece = workpiece(session, item)
    item.cleared_at = (item.cleared_at or now) if piece.complete and not piece.unanswered else None
    held = items.posts_of(session, item.id, lock=True)
    existing = {post.account_id: post for post in held if post.corrects_id is None}
    for account, owner in items.accounts(session):
        post = existing.get(account.id)
        if post is None:
            if item.stage != "active":
                continue
            post = _new_post(item, account, now)
        elif State(post.state) not in OPEN_TO_EDITING:
            _mark_behind(deps, piece, post, account, owner, cleared=piece.cleared, now=now, void=void)
            continue
        _shape(deps, session, piece, post, account, owner, cleared=piece.cleared, now=now, actor=actor, void=void)


def reshape(deps: Deps, session: Session, post: PostRow, now: datetime, *, actor: Actor, void: bool = False) -> None:
    """Render one post anew after a person changed it."""
    item = session.get_one(ItemRow, post.item_id)
    piece = workpiece(session, item)
    account = session.get_one(AccountRow, post.account_id)
    owner = session.get_one(OrganisationRow, account.organisation_id)
    _shape(deps, session, piece, post, account, owner, cleared=piece.cleared, now=now, actor=actor, void=void)


def _new_post(item: ItemRow, account: AccountRow, now: datetime) -> PostRow:
    return PostRow(
        item_id=item.id,
        account_id=account.id,
        form="feed",
        occurrence=1,
        code="".join(secrets.choice(_ALPHABET) for _ in range(8)),
        state=State.DRAFTED,
        digest="",
        created_at=now,
        changed_at=now,
    )


def _shape(
    deps: Deps,
    session: Session,
    piece: Workpiece,
    post: PostRow,
    account: AccountRow,
    owner: OrganisationRow,
    *,
    cleared: bool,
    now: datetime,
    actor: Actor,
    void: bool,
) -> None:
    made = _variation(deps, piece, post, account, owner, now)
    problems = [*_media_problems(piece), *made.problems]
    changed = made.remote.digest != post.digest
    if changed and post.approved_digest is not None:
        changed = made.remote.digest != post.approved_digest
    changed = changed or post.item_revision == BEHIND
    post.document, post.digest = made.remote.document(), made.remote.digest
    post.problems = [asdict(problem) for problem in problems]
    post.item_revision = piece.item.revision
    session.add(post)
    session.flush()
    blocked = any(problem.severity == "block" for problem in problems)
    happening = Tailored(blocked=blocked, cleared=cleared, changed=changed or void)
    move = decide(happening, facts_of(post), now, deps.policy)
    if move.to != post.state:
        apply(session, post, move, now=now, actor=actor, what="tailored")
        if move.to is State.AWAITING and (blocked or not cleared):
            back = decide(happening, facts_of(post), now, deps.policy)
            apply(session, post, back, now=now, actor=actor, what="tailored")
    elif post.state in (State.SCHEDULED, State.STAGED):
        return
    _forget_impossible_time(post, piece.item)


def _mark_behind(
    deps: Deps,
    piece: Workpiece,
    post: PostRow,
    account: AccountRow,
    owner: OrganisationRow,
    *,
    cleared: bool,
    now: datetime,
    void: bool,
) -> None:
    """Note on a Post whose release is under way that its Approval is void, should it come back unreleased."""
    if State(post.state) not in APPROVED:
        return
    made = _variation(deps, piece, post, account, owner, now)
    if void or not cleared or made.remote.digest != post.approved_digest:
        post.item_revision = BEHIND


def _forget_impossible_time(post: PostRow, item: ItemRow) -> None:
    """Drop a proposed time that an embargo or the end of validity has overtaken; planning proposes another."""
    if post.state != State.AWAITING or post.due_at is None:
        return
    too_early = item.embargo_until is not None and post.due_at < item.embargo_until
    too_late = item.valid_until is not None and post.due_at >= item.valid_until
    if too_early or too_late:
        post.due_at = None


def _variation(
    deps: Deps, piece: Workpiece, post: PostRow, account: AccountRow, owner: OrganisationRow, now: datetime
) -> Variation:
    connector = deps.connector(account.channel)
    organisation = organisation_of(owner.document)
    template = piece.texts.get(account.channel)
    media, decorative = _media(piece, connector)
    return tailor(
        piece.content,
        organisation,
        template if template is not None else ChannelText(account.channel, ()),
        connector,
        link=link_of(deps, piece.content, organisation, post.code),
        media=media,
        credit=_credit(piece),
        override=piece.overrides.get(account.channel),
        officer_text=post.officer_text,
        form=post.form,
        decorative=decorative,
        today=now.date(),
    )


def link_of(deps: Deps, content: FeedItem, organisation: Organisation, code: str) -> str:
    """Return the address a post leads to: its own short link, so that the post can be found again by it."""
    target = content.link or organisation.pages.landing or organisation.pages.home
    return f"{deps.settings.public_url}/s/{code}" if target and deps.settings.short_links else target


def _media(piece: Workpiece, connector: Connector) -> tuple[tuple[Medium, ...], frozenset[str]]:
    rules = connector.limits.pictures
    alts = {url: medium.alt or "" for medium in piece.content.media for url in picture_addresses(medium)}
    media: list[Medium] = []
    decorative: set[str] = set()
    for row in [row for row in piece.media if row.state == "ready"][: rules.at_most]:
        made = piece.renditions.get((row.sha256, shape_key(rules)))
        if made is None:
            continue
        alt = piece.answers.get(("alt", row.sha256), alts.get(row.url, ""))
        if alt == DECORATIVE:
            alt = ""
            decorative.add(made.sha256)
        media.append(Medium(made.sha256, made.mime, made.width, made.height, made.size, alt))
    return tuple(media), frozenset(decorative)


def _credit(piece: Workpiece) -> str:
    """Return the credits of the pictures, each once; before clearance what the feed says."""
    by_url = {url: medium.credit for medium in piece.content.media for url in picture_addresses(medium)}
    said = [
        piece.answers.get(("credit", row.sha256)) or by_url.get(row.url, "") or piece.content.credit
        for row in piece.media
        if row.state == "ready"
    ]
    return ", ".join(dict.fromkeys(credit for credit in said if credit))


def _media_problems(piece: Workpiece) -> list[Problem]:
    """Return a blocking problem for each medium that could not be used: nothing goes out silently poorer."""
    return [
        Problem("media.refused", "block", f"Bild {row.position + 1} kann nicht verwendet werden: {row.trouble}")
        for row in piece.media
        if row.state == "refused"
    ]

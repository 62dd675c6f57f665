"""Make posts of an Item: one variant per account, rendered, checked, and its life adjusted to what changed."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from types import MappingProxyType

import structlog
from sqlalchemy.orm import Session

from connectors._choices import forms_of
from connectors.base import Connector
from distributor.domain import DAEMON, Actor, Problem, State
from distributor.lifecycle import APPROVED, OPEN_TO_EDITING, Tailored, decide
from distributor.log import about
from distributor.services import films
from distributor.services.deps import Deps
from distributor.services.gating import closed_gates
from distributor.services.media import sync_media
from distributor.services.moving import Step, apply_all, facts_of
from distributor.services.rendering import corrected_by, variation
from distributor.services.renditions import make_renditions, skipped
from distributor.services.trying import trial
from distributor.services.workpiece import Drafts, Workpiece, workpiece
from distributor.store import items
from distributor.store.posts import BEHIND
from distributor.store.tables import AccountRow, ItemRow, OrganisationRow, PostRow
from distributor.tailoring import MENDS, Mended, mended

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"

_log = structlog.get_logger()


def tailor_stale(deps: Deps, now: datetime) -> int:
    """Make anew the posts of every Item that changed and whose media have arrived; return how many Items moved on.

    One that kills the daemon is left as it is, until it changes again: its approved posts wait, and then are missed.
    """
    with deps.store.read() as session:
        waiting = list(items.stale(session))
    done = 0
    for item_id, revision in waiting:
        with about(item_id):
            try:
                with trial(deps, f"item/{item_id}/{revision}", now) as allowed:
                    done += allowed and tailor_item(deps, item_id, now)
            except Exception:
                _log.exception("item_not_tailored", item=item_id)
    return done


def tailor_item(deps: Deps, item_id: int, now: datetime) -> bool:
    """Make one Item's posts once its media have all been fetched or refused; tell whether the Item moved on.

    It also does where media of it became known that are to be fetched now.
    """
    with deps.store.write() as session:
        item = _locked(session, item_id)
        revision = item.revision
        known = {row.url: row for row in items.media(session, item_id)}
        unseen = sync_media(item, known)
        session.add_all(unseen)
        session.flush()
        if any(row.kind != "captions" for row in unseen):
            for question in ("people", "elected"):
                items.ask_again(session, item_id, question, DAEMON.login, now)
        if not workpiece(session, item).complete:
            return bool(unseen)
    make_renditions(deps, item_id)
    drafts = drafted(deps, item_id, now)
    with deps.store.write() as session:
        item = _locked(session, item_id)
        if item.revision != revision:  # its media have not been looked at yet
            return False
        films.order_films(deps, session, workpiece(session, item), now)
        shape_posts(deps, session, item, now, drafts=drafts)
        item.stale = False
    _log.info("item_tailored", item=item_id, revision=revision)
    return True


def _locked(session: Session, item_id: int) -> ItemRow:
    item = items.locked(session, item_id)
    if item is None:
        raise LookupError(f"there is no item {item_id}")
    return item


def drafted(
    deps: Deps, item_id: int, now: datetime, foreseen: Mapping[tuple[str, str], str] = MappingProxyType({})
) -> Drafts:
    """Render an Item's posts ahead, so that nobody waits for it where they are stored.

    ``foreseen`` are answers that are about to be given.
    """
    drafts = Drafts()
    with deps.store.read() as session:
        item = session.get(ItemRow, item_id)
        if item is None:
            return drafts
        piece = workpiece(session, item, drafts, foreseen=foreseen)
        existing = _by_account(items.posts_of(session, item_id))
        for account, owner in items.accounts(session):
            for form in _lacking_forms(deps, piece, account, existing):
                drafts.posts[account.id, form] = new_post(item, account, now, form)
                existing.setdefault(account.id, []).append(drafts.posts[account.id, form])
            for post in existing.get(account.id, ()):
                if State(post.state) in OPEN_TO_EDITING or State(post.state) in APPROVED:
                    variation(deps, session, piece, post, account, owner, now, post.officer_text)
    return drafts


def _by_account(posts: Iterable[PostRow]) -> dict[int, list[PostRow]]:
    found: dict[int, list[PostRow]] = {}
    for post in posts:
        found.setdefault(post.account_id, []).append(post)
    return found


def _lacking_forms(
    deps: Deps, piece: Workpiece, account: AccountRow, existing: Mapping[int, Sequence[PostRow]]
) -> list[str]:
    """Return the forms of which the account wants a post and has none."""
    if not _wants_post(deps, piece, account):
        return []
    have = {post.form for post in existing.get(account.id, ())}
    return [form for form in forms_of(deps.connector(account.channel), account.fields) if form not in have]


def _wants_post(deps: Deps, piece: Workpiece, account: AccountRow) -> bool:
    if piece.item.stage != "active" or account.retiring_at is not None:
        return False
    return not skipped(piece, deps.connector(account.channel))


def shape_posts(
    deps: Deps,
    session: Session,
    item: ItemRow,
    now: datetime,
    *,
    actor: Actor = DAEMON,
    void: bool = False,
    fresh: Sequence[PostRow] = (),
    drafts: Drafts | None = None,
) -> None:
    """Render an Item for every account and adjust each post's life. ``void`` takes back Approvals in any case.

    ``fresh`` are further posts of it that have nothing to say yet, ``drafts`` what was rendered ahead.
    """
    drafts = drafts if drafts is not None else Drafts()
    piece = workpiece(session, item, drafts)
    item.cleared_at = (item.cleared_at or now) if piece.complete and not piece.unanswered else None
    held = items.posts_of(session, item.id, lock=True)
    existing = _by_account((*held, *fresh))
    shaped: list[tuple[PostRow, Tailored]] = []
    for account, owner in items.accounts(session):
        for form in _lacking_forms(deps, piece, account, existing):
            post = drafts.posts.get((account.id, form)) or new_post(item, account, now, form)
            existing.setdefault(account.id, []).append(post)
        for post in existing.get(account.id, ()):
            if State(post.state) in OPEN_TO_EDITING:
                shaped.append((post, _shape(deps, session, piece, post, account, owner, now=now, void=void)))
            else:
                _mark_behind(deps, session, piece, post, account, owner, now=now, void=void)
    session.add_all(post for post, _ in shaped)
    session.flush()  # once: a country has thousands of accounts
    _adjust(deps, session, item, shaped, now, actor)


def reshape(deps: Deps, session: Session, post: PostRow, now: datetime, *, actor: Actor, void: bool = False) -> None:
    """Render one post anew after a person changed it."""
    item = session.get_one(ItemRow, post.item_id)
    piece = workpiece(session, item)
    account = session.get_one(AccountRow, post.account_id)
    owner = session.get_one(OrganisationRow, account.organisation_id)
    happening = _shape(deps, session, piece, post, account, owner, now=now, void=void)
    session.add(post)
    session.flush()
    _adjust(deps, session, item, [(post, happening)], now, actor)


def mended_text(deps: Deps, session: Session, post: PostRow, now: datetime, rule: str | None) -> Mended:
    """Carry out every Fix in the post's text that the rules on texts name, or the one rule's."""
    piece = workpiece(session, session.get_one(ItemRow, post.item_id))
    account = session.get_one(AccountRow, post.account_id)
    owner = session.get_one(OrganisationRow, account.organisation_id)

    def problems(text: str) -> Iterator[Problem]:
        made = variation(deps, session, piece, post, account, owner, now, text)
        for problem in made.problems:
            yield problem if MENDS.get(problem.rule) == "text" else replace(problem, fix=None)

    text: str = post.document["text"]
    return mended(text, problems, rule)


def new_post(
    item: ItemRow,
    account: AccountRow,
    now: datetime,
    form: str = "feed",
    *,
    occurrence: int = 1,
    earliest_at: datetime | None = None,
    corrects: int | None = None,
) -> PostRow:
    """Return a Post that has nothing to say yet; a repeat may not appear before ``earliest_at``.

    ``corrects`` is the public post that it corrects, whose form and occurrence it shares.
    """
    return PostRow(
        item_id=item.id,
        account_id=account.id,
        form=form,
        occurrence=occurrence,
        corrects_id=corrects,
        earliest_at=earliest_at,
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
    now: datetime,
    void: bool,
) -> Tailored:
    """Give the Post its document and problems, and return what that means for its life."""
    made = variation(deps, session, piece, post, account, owner, now, post.officer_text)
    problems = [
        *_media_problems(piece, deps.connector(account.channel)),
        *films.problems(piece, deps.connector(account.channel)),
        *_gate_problems(deps, piece, account, owner, now),
        *_repeat_problems(piece, post, account),
        *_correction_problems(deps, session, piece, post, account, owner, now),
        *made.problems,
    ]
    digest = made.remote.digest
    changed = digest != post.digest
    if changed and post.approved_digest is not None:
        changed = digest != post.approved_digest
    changed = changed or post.item_revision == BEHIND
    post.document, post.digest = made.remote.document(), digest
    post.problems = [asdict(problem) for problem in problems]
    post.item_revision = piece.item.revision
    blocked = any(problem.severity == "block" for problem in problems)
    return Tailored(blocked=blocked, cleared=piece.cleared, changed=changed or void)


def _adjust(
    deps: Deps, session: Session, item: ItemRow, shaped: Sequence[tuple[PostRow, Tailored]], now: datetime, actor: Actor
) -> None:
    """Move posts as their new documents want it, all at once."""
    moves = [(post, happening, decide(happening, facts_of(post), now, deps.policy)) for post, happening in shaped]
    moved = [(post, happening, move) for post, happening, move in moves if move.to != post.state]
    settled = {
        post.id for post, _, move in moves if move.to == post.state and move.to in (State.SCHEDULED, State.STAGED)
    }
    apply_all(session, [Step(post, move, "tailored", actor) for post, _, move in moved], now)
    back = [
        Step(post, decide(happening, facts_of(post), now, deps.policy), "tailored", actor)
        for post, happening, move in moved
        if move.to is State.AWAITING and (happening.blocked or not happening.cleared)
    ]
    apply_all(session, back, now)
    for post, _ in shaped:
        if post.id not in settled:
            _forget_impossible_time(post, item)


def _mark_behind(
    deps: Deps,
    session: Session,
    piece: Workpiece,
    post: PostRow,
    account: AccountRow,
    owner: OrganisationRow,
    *,
    now: datetime,
    void: bool,
) -> None:
    """Note on a Post whose release is under way that its Approval is void, should it come back unreleased."""
    if State(post.state) not in APPROVED:
        return
    made = variation(deps, session, piece, post, account, owner, now, post.officer_text)
    if void or not piece.cleared or made.remote.digest != post.approved_digest:
        post.item_revision = BEHIND


def _forget_impossible_time(post: PostRow, item: ItemRow) -> None:
    """Drop a proposed time that an embargo or the end of validity has overtaken; planning proposes another."""
    if post.state != State.AWAITING or post.due_at is None:
        return
    too_early = item.embargo_until is not None and post.due_at < item.embargo_until
    too_late = item.valid_until is not None and post.due_at >= item.valid_until
    if too_early or too_late:
        post.due_at, post.plan_why = None, ""


def _media_problems(piece: Workpiece, connector: Connector) -> list[Problem]:
    """Return a blocking problem for each medium that could not be used: nothing goes out silently poorer."""
    refused = [
        Problem("media.refused", "block", f"Bild {row.position + 1} kann nicht verwendet werden: {row.trouble}")
        for row in piece.media
        if row.state == "refused"
    ]
    why = skipped(piece, connector)
    return [*refused, *([Problem("media.skipped", "block", why)] if why else [])]


def _gate_problems(
    deps: Deps, piece: Workpiece, account: AccountRow, owner: OrganisationRow, now: datetime
) -> list[Problem]:
    """Return a blocking problem for each gate that is closed to this account; open questions concern the whole Item."""
    if piece.unanswered:
        return []
    closed = closed_gates(deps, piece.clearance, account.channel, owner.slug, now)
    return [Problem(gate.code, "block", gate.text) for gate in closed]


def _repeat_problems(piece: Workpiece, post: PostRow, account: AccountRow) -> list[Problem]:
    """Return a blocking problem for a repeat that would say again what was said before."""
    own = (account.channel, post.occurrence) in piece.overrides or post.officer_text is not None
    if post.occurrence == 1 or post.corrects_id is not None or own:
        return []
    text = (
        f"Die {post.occurrence - 1}. Wiederholung hat noch keinen eigenen Text; bitte einen für "
        f"{account.channel} schreiben, denn derselbe Text soll nicht zweimal erscheinen."
    )
    return [Problem("repeat.same_text", "block", text)]


def _correction_problems(
    deps: Deps,
    session: Session,
    piece: Workpiece,
    post: PostRow,
    account: AccountRow,
    owner: OrganisationRow,
    now: datetime,
) -> list[Problem]:
    """Return a blocking problem for a correction that says again what the public post says."""
    original = corrected_by(session, post)
    if original is None or post.officer_text is not None:
        return []
    if variation(deps, session, piece, original, account, owner, now, None).remote.digest != original.digest:
        return []
    text = (
        "Die Korrektur sagt dasselbe wie der veröffentlichte Post: Was sich im Portal geändert hat, steht nicht in "
        "ihm. Bitte einen eigenen Text schreiben, der sagt, was richtig ist, oder sie ablehnen."
    )
    return [Problem("correction.same_text", "block", text)]

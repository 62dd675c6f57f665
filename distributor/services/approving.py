"""What an officer does with a post: approve, edit, move, reject, retry, publish now, confirm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from connectors._corrections import edit_of
from connectors.base import RemotePost
from distributor.domain import Actor, Reason, Refused, State
from distributor.lifecycle import Move
from distributor.services import amending
from distributor.services.deps import Deps
from distributor.services.judging import Row, refuse_bad_slot
from distributor.services.moving import apply
from distributor.services.permission import require
from distributor.services.planning import next_slot
from distributor.services.seconding import require_release, require_second_person, still_to_second
from distributor.services.settling import retracted
from distributor.services.tailoring import reshape
from distributor.services.ticking import tick_off
from distributor.services.timing import require_time
from distributor.services.verbs import VERBS
from distributor.store import claims, posts, proofs, pseudonyms
from distributor.store.posts import Stale
from distributor.store.tables import AccountRow, ItemRow, OrganisationRow, PostRow, ReceiptRow
from distributor.wording import STATE_WORDS, local_time

S = State


@dataclass(frozen=True, slots=True)
class _Chosen:
    post: PostRow
    account: AccountRow
    owner: OrganisationRow
    item: ItemRow

    @property
    def row(self) -> Row:
        return self.post, self.account, self.owner, self.item


def _choose(session: Session, actor: Actor, post_id: int, verb: str) -> _Chosen:
    chosen = _chosen(session, post_id)
    require(actor, VERBS[verb].right, chosen.owner.slug)
    return chosen


def _chosen(session: Session, post_id: int) -> _Chosen:
    row = None if posts.fresh(session, post_id) is None else posts.whole(session, post_id)
    if row is None:
        raise Refused(f"Den Post {post_id} gibt es nicht.", code="post.unknown")
    return _Chosen(*row)


def _in_state(chosen: _Chosen, verb: str) -> State:
    state = State(chosen.post.state)
    if state not in VERBS[verb].states:
        text = f"Post {chosen.post.id} steht auf „{STATE_WORDS[state]}“; das geht hier nicht."
        if state is S.PUBLISHING:
            text = f"Post {chosen.post.id} wird gerade gesendet; daran ist nichts mehr zu ändern."
        raise Refused(text, code="post.state")
    return state


def _go(
    session: Session, chosen: _Chosen, move: Move, now: datetime, actor: Actor, what: str, **values: object
) -> None:
    try:
        apply(session, chosen.post, move, now=now, actor=actor, what=what, values=values)
    except Stale as error:
        text = f"Post {chosen.post.id} wurde gerade von anderer Seite geändert; bitte neu laden."
        raise Refused(text, code="post.stale") from error


def approve(
    deps: Deps,
    actor: Actor,
    post_id: int,
    now: datetime,
    *,
    digest: str | None = None,
    at: datetime | None = None,
    proposed: datetime | None = None,
    despite: bool = False,
    alone: bool = False,
    reason: str = "",
) -> datetime:
    """Release exactly the document that was seen, for its proposed time or ``at``; return the time it will go out.

    ``digest`` and ``proposed`` are what the person saw; others mean that the post or its time changed meanwhile.
    ``despite`` says that they know what the calendar warns of at ``at``. Who changed the post last may release it
    ``alone``, with a ``reason``, only where nobody else could. Before an election a post with elected people awaits a
    second person's approval after the first. Raises: Refused.
    """
    with deps.store.write() as session:
        return approve_in(
            deps,
            session,
            actor,
            post_id,
            now,
            digest=digest,
            at=at,
            proposed=proposed,
            despite=despite,
            alone=alone,
            reason=reason,
        )


def approve_in(
    deps: Deps,
    session: Session,
    actor: Actor,
    post_id: int,
    now: datetime,
    *,
    digest: str | None = None,
    at: datetime | None = None,
    proposed: datetime | None = None,
    despite: bool = False,
    alone: bool = False,
    reason: str = "",
) -> datetime:
    """Approve within the caller's transaction. Raises: Refused."""
    chosen = _chosen(session, post_id)
    require_release(session, actor, chosen.row)
    _not_leaving(chosen)
    post = chosen.post
    if post.state in (S.DRAFTED, S.AWAITING):
        _approvable(deps, chosen, digest)
    _in_state(chosen, "approve")
    due, why = (at, "") if at is not None else _proposal(deps, session, post, now, proposed)
    require_time(session, chosen.row, due, now, by_hand=at is not None, despite=despite)
    refuse_bad_slot(deps, session, chosen.row, due)
    require_second_person(session, actor, chosen.row, now, alone=alone, reason=reason)
    missing = still_to_second(session, actor, chosen.row, due)
    posts.approve(session, post, due_at=due, actor=actor, now=now)
    if missing is not None:
        first = Move(S.AWAITING, missing)
        _go(session, chosen, first, now, actor, "post.approved_first", due_at=due, plan_why=why)
        posts.record(
            session,
            now=now,
            actor=actor,
            what="post.approved_first",
            subject="post",
            subject_id=post.id,
            digest=post.digest,
        )
        return due
    start = max(now, due - deps.stage_lead(chosen.account.channel))
    move = Move(S.SCHEDULED, next_try_at=start)
    _go(session, chosen, move, now, actor, "post.approved", due_at=due, plan_why=why, approved_digest=post.digest)
    return due


def _proposal(
    deps: Deps, session: Session, post: PostRow, now: datetime, seen: datetime | None
) -> tuple[datetime, str]:
    """Return the proposed time with its reason; one that has passed is replaced by the next free slot."""
    if seen is not None and post.due_at != seen:
        told = local_time(post.due_at) if post.due_at is not None else "noch keine"
        text = f"Die vorgeschlagene Zeit von Post {post.id} hat sich geändert (jetzt {told}); bitte neu prüfen."
        raise Refused(text, code="post.stale")
    if post.due_at is not None and post.due_at > now:
        return post.due_at, post.plan_why
    found = next_slot(deps, session, post, now)
    return found.at, found.why


def _approvable(deps: Deps, chosen: _Chosen, digest: str | None) -> None:
    post, item = chosen.post, chosen.item
    if item.cleared_at is None or item.stage != "active":
        text = (
            f"„{item.title}“ ist noch nicht geklärt (Rechte, Einwilligungen, Alternativtexte); das macht die Redaktion."
        )
        raise Refused(text, code="item.uncleared")
    blocking = [problem["text"] for problem in post.problems if problem["severity"] == "block"]
    if blocking:
        raise Refused(f"Post {post.id} kann so nicht hinaus: {blocking[0]}", code="post.blocked")
    _unchanged(post, digest)
    if not post.document["text"] and not post.document["media"]:
        raise Refused(f"Post {post.id} ist leer.", code="post.blocked")
    missing = [medium["sha256"] for medium in post.document["media"] if not deps.cache.has(medium["sha256"])]
    if missing:
        raise Refused(f"Zu Post {post.id} fehlt eine Mediendatei; bitte neu laden lassen.", code="media.missing")


def _unchanged(post: PostRow, digest: str | None) -> None:
    if digest is not None and digest != post.digest:
        text = f"Post {post.id} hat sich geändert, seit er angezeigt wurde; bitte neu prüfen."
        raise Refused(text, code="post.stale")


def edit(deps: Deps, actor: Actor, post_id: int, text: str | None, now: datetime, *, digest: str | None = None) -> None:
    """Give one post its own text (None: back to the template's); an Approval becomes void.

    ``digest`` is what the person saw; another one means that somebody else was faster. Raises: Refused.
    """
    with deps.store.write() as session:
        chosen = _choose(session, actor, post_id, "edit")
        _in_state(chosen, "edit")
        _unchanged(chosen.post, digest)
        chosen.post.officer_text = text.strip() if text and text.strip() else None
        posts.record(session, now=now, actor=actor, what="post.edited", subject="post", subject_id=post_id)
        reshape(deps, session, chosen.post, now, actor=actor)


def move(
    deps: Deps,
    actor: Actor,
    post_id: int,
    at: datetime,
    now: datetime,
    *,
    despite: bool = False,
    seen: datetime | None = None,
) -> None:
    """Give the post another time. An approved post stays approved; a missed one is due again.

    ``despite`` says that the person knows what the calendar warns of at that time; ``seen`` is the time it had when
    they looked, and another one means that somebody was faster. Raises: Refused.
    """
    with deps.store.write() as session:
        move_in(deps, session, actor, post_id, at, now, despite=despite, seen=seen)


def move_in(
    deps: Deps,
    session: Session,
    actor: Actor,
    post_id: int,
    at: datetime,
    now: datetime,
    *,
    despite: bool = False,
    only: State | None = None,
    seen: datetime | None = None,
) -> None:
    """Move within the caller's transaction; ``only`` refuses a post in any other state. Raises: Refused."""
    chosen = _choose(session, actor, post_id, "move")
    state = _in_state(chosen, "move")
    if only is not None and state is not only:
        text = f"Post {post_id} ist inzwischen {STATE_WORDS[state]}; er bleibt, wie er ist."
        raise Refused(text, code="post.stale")
    if seen is not None and chosen.post.due_at != seen:
        told = local_time(chosen.post.due_at) if chosen.post.due_at is not None else "noch keine"
        text = f"Die Zeit von Post {post_id} hat sich inzwischen geändert (jetzt: {told}); er bleibt, wie er ist."
        raise Refused(text, code="post.stale")
    require_time(session, chosen.row, at, now, by_hand=True, despite=despite)
    if state is S.AWAITING:
        _go(session, chosen, Move(S.AWAITING), now, actor, "post.moved", due_at=at, plan_why="")
        posts.record(session, now=now, actor=actor, what="post.moved", subject="post", subject_id=post_id)
        return
    _reschedule(deps, session, chosen, at, now, actor, "post.moved")


def _not_leaving(chosen: _Chosen) -> None:
    if chosen.account.retiring_at is not None:
        text = f"Das Konto von Post {chosen.post.id} ist stillgelegt; auf ihm erscheint nichts mehr."
        raise Refused(text, code="account.retired")


def _reschedule(
    deps: Deps, session: Session, chosen: _Chosen, at: datetime, now: datetime, actor: Actor, what: str
) -> None:
    """Give approved content a new time: what is staged stays staged unless it would expire before."""
    _not_leaving(chosen)
    _approvable(deps, chosen, None)
    post = chosen.post
    stage = proofs.live_stages(session, [post.id]).get(post.id)
    keeps = stage is not None and (stage.expires_at is None or stage.expires_at > at)
    if post.digest != post.approved_digest:
        raise Refused(f"Post {post.id} hat sich geändert; bitte neu freigeben.", code="post.stale")
    refuse_bad_slot(deps, session, chosen.row, at)
    missing = still_to_second(session, actor, chosen.row, at)
    if missing is not None:
        raise Refused(missing.text, code=missing.code)
    posts.approve(session, post, due_at=at, actor=actor, now=now)
    if post.state == S.STAGED and keeps:
        _go(session, chosen, Move(S.STAGED, next_try_at=at), now, actor, what, due_at=at, plan_why="")
    else:
        start = max(now, at - deps.stage_lead(chosen.account.channel))
        move_to = Move(S.SCHEDULED, next_try_at=start, drop_stage=post.state == S.STAGED)
        forget = {"plan_why": "", "tries": 0, "looks": 0, "resends": 0, "stage_losses": 0}
        _go(session, chosen, move_to, now, actor, what, due_at=at, **forget)
    posts.record(session, now=now, actor=actor, what=what, subject="post", subject_id=post.id, digest=post.digest)


def reject(deps: Deps, actor: Actor, post_id: int, reason: str, now: datetime) -> None:
    """Decline a post for good, with a reason. Raises: Refused."""
    if not reason.strip():
        raise Refused("Bitte einen Grund für die Ablehnung nennen.", code="reason.missing")
    with deps.store.write() as session:
        chosen = _choose(session, actor, post_id, "reject")
        _in_state(chosen, "reject")
        closed = Move(S.CLOSED, Reason("rejected", reason.strip()), drop_stage=True)
        _go(session, chosen, closed, now, actor, "post.rejected")


def retry(deps: Deps, actor: Actor, post_id: int, now: datetime) -> datetime:
    """Try the same content again now: after a failure, a missed time, or when a person saw that it is not public."""
    with deps.store.write() as session:
        chosen = _choose(session, actor, post_id, "retry")
        if _in_state(chosen, "retry") is S.UNCERTAIN:
            if chosen.post.next_try_at is not None:
                text = f"Bei Post {post_id} wird gerade nachgesehen, ob er öffentlich ist; bitte kurz warten."
                raise Refused(text, code="post.looking")
            seen = Reason("absent", "Von Hand bestätigt: nicht öffentlich.")
            # of what is public in part the rest follows: its Stage knows what stands
            partly = claims.is_partly_public(session, post_id)
            _go(session, chosen, Move(S.FAILED, seen, drop_stage=not partly), now, actor, "post.seen_absent")
            # Recalled, or on an account that is left: that it is absent is all there was to know.
            if chosen.post.state == S.CLOSED or chosen.account.retiring_at is not None:
                return now
        require_time(session, chosen.row, now, now, by_hand=False)
        _reschedule(deps, session, chosen, now, now, actor, "post.retried")
        return now


def publish_now(deps: Deps, actor: Actor, post_id: int, now: datetime) -> None:
    """Send an approved post at once instead of at its slot. Raises: Refused."""
    with deps.store.write() as session:
        chosen = _choose(session, actor, post_id, "publish_now")
        _in_state(chosen, "publish_now")
        require_time(session, chosen.row, now, now, by_hand=False)
        _reschedule(deps, session, chosen, now, now, actor, "post.hurried")


def confirm(deps: Deps, actor: Actor, post_id: int, now: datetime, *, url: str = "", remote_id: str = "") -> None:
    """Note what a person saw: an uncertain post is public at ``url``, what was to be done by hand is done."""
    with deps.store.write() as session:
        chosen = _choose(session, actor, post_id, "confirm")
        state = _in_state(chosen, "confirm")
        if state is S.RETRACTING:
            seen_by = pseudonyms.key_of(session, actor)
            for gone in (chosen.post, *amending.as_one(session, chosen.post)):
                if gone.state == S.RETRACTING:
                    retracted(session, gone, f"von {seen_by} bestätigt", now=now, actor=actor)
            return
        if state is S.PUBLISHED:
            tick_off(session, chosen.post, now, actor)
            return
        if not url.startswith(("https://", "http://")):
            raise Refused("Bitte die Adresse des öffentlichen Posts angeben (--url).", code="url.missing")
        post = chosen.post
        edit = edit_of(RemotePost.of(post.document))
        known = edit.remote_id if edit else remote_id or url.rstrip("/").rsplit("/", 1)[-1]
        other = proofs.proven_by(session, [(post.account_id, known)]).get((post.account_id, known))
        if other is not None and edit is None:
            raise Refused(f"Diese Adresse gehört schon zu Post {other}.", code="receipt.taken")
        if other is not None:
            amending.note(session, other, post.id, now)
        stage = proofs.live_stages(session, [post.id]).get(post.id)
        if stage is not None:
            stage.state = "used"
        named = {"remote_id": known, "url": url, "at": now, "revision": edit.revision if edit else 1}
        session.add(ReceiptRow(post_id=post.id, account_id=post.account_id, **named))
        session.flush()
        seen = Move(S.PUBLISHED)
        _go(session, chosen, seen, now, actor, "post.seen_public", published_at=now, sent_digest=post.approved_digest)

"""Claim what is due: one transaction that asks the guard, moves the posts and opens an Attempt for each call.

Nothing is called here. What comes back as a :class:`Call` has its Attempt committed before any byte leaves.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from connectors.base import Json, Order, Receipt, RemotePost
from distributor.clock import boottime
from distributor.domain import DAEMON, Reason, Refused, State
from distributor.lifecycle import Move, Permission, guard
from distributor.log import about
from distributor.services import stop_files
from distributor.services.deps import Deps
from distributor.services.gating import clearances, closed_gates, unseconded
from distributor.services.moving import apply, pause
from distributor.services.restoring import look_first
from distributor.store import claims, posts, restores
from distributor.store.claims import Work
from distributor.store.tables import AccountRow, ItemRow, OrganisationRow, PostRow, ReceiptRow, StageRow, StopRow

LEASE = timedelta(minutes=10)
"""How long a claim is expected to last; running out proves nothing and only raises an alarm."""

_ASIDE = timedelta(hours=1)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Call:
    """One call to make, with all that it needs; no database is touched while it runs.

    ``claimed_at`` is in seconds since boot: who was stopped between claim and call must notice.
    """

    work: Work
    item_id: int
    attempt_id: int
    fence: int
    organisation: str
    channel: str
    account: str
    fields: Mapping[str, str] = field(repr=False)
    post: RemotePost
    order: Order
    started_at: datetime
    stage_id: int | None = None
    stage_data: Json | None = None
    since: datetime | None = None
    known: tuple[str, ...] = ()
    receipt: Receipt | None = None
    claimed_at: float = field(default_factory=boottime)


@dataclass(frozen=True, slots=True)
class Claimed:
    """The calls to make, and whether due work was turned down or set aside: then more may be due behind it."""

    calls: tuple[Call, ...] = ()
    turned_down: bool = False


def claim(deps: Deps, session: Session, *, owner: str, now: datetime, limit: int, looks: int) -> Claimed:
    """Claim up to ``limit`` pieces of due work, at most one per account and at most ``looks`` looks."""
    calls = []
    turned_down = False
    for work in claims.due_work(session, now, limit, looks):
        account = claims.take(session, work.account_id, owner, now + LEASE, recalled=work.recalled)
        if account is None:
            continue
        call = _prepared(deps, session, work, account, owner, now)
        if call is None:
            claims.give_back(session, account.id, account.fence)
            # one that somebody else is changing right now was not looked at, and asking again at once would not help
            turned_down = turned_down or posts.fresh(session, work.post_id, wait=False) is not None
        else:
            calls.append(call)
    return Claimed(tuple(calls), turned_down)


def _prepared(deps: Deps, session: Session, work: Work, account: AccountRow, owner: str, now: datetime) -> Call | None:
    """Prepare one call; an account or a post that cannot be prepared is set aside and holds nobody else up."""
    try:
        with session.begin_nested():
            return _prepare(deps, session, work, account, owner, now)
    except Refused as refusal:
        if account.paused_at is not None:  # a recall goes on under a pause; asked at once again it would find the same
            claims.set_aside(session, work, now + _ASIDE)
        pause(session, account.id, Reason(refusal.code, refusal.text, "operator"), now=now, actor=DAEMON)
    except OperationalError:
        raise
    except Exception:
        with about(posts.item_of(session, work.post_id), post=work.post_id):
            _log.exception("call_not_prepared", kind=work.kind)
        claims.set_aside(session, work, now + _ASIDE)
    return None


def _prepare(deps: Deps, session: Session, work: Work, account: AccountRow, owner: str, now: datetime) -> Call | None:
    deps.connector(account.channel)  # Refused if nobody offers the channel any more
    post = posts.fresh(session, work.post_id, wait=False)
    if post is None:
        return None
    if work.kind == "unstage":
        stage = session.get(StageRow, work.stage_id, populate_existing=True)
    elif not _still_due(post, work.kind, now):
        return None
    else:
        stage = _stage_for(deps, session, work, post, account, now)
    if stage is None and work.kind not in ("retract", "look"):
        return None
    if stage is not None and work.kind == "unstage" and not stage.data:
        stage.state, stage.next_try_at = "gone", None
        return None
    named = Work(work.kind, work.post_id, work.account_id, stage.id if stage else None)
    attempt = claims.open_attempt(session, named, owner=owner, fence=account.fence, now=now)
    return _call(deps, session, named, attempt, account, post, stage, now)


def _still_due(post: PostRow, kind: str, now: datetime) -> bool:
    """Tell whether nobody moved the Post between the question what is due and the claim of its account."""
    return claims.KIND_OF.get(State(post.state)) == kind and post.next_try_at is not None and post.next_try_at <= now


def _stage_for(
    deps: Deps, session: Session, work: Work, post: PostRow, account: AccountRow, now: datetime
) -> StageRow | None:
    """Return the Stage that the call is about; for a release only after the guard agreed and the Post was moved."""
    stage = posts.live_stage(session, post.id)
    if work.kind == "retract":
        return None
    if work.kind == "look":
        return stage
    if restores.is_to_be_looked_for(session, post):
        look_first(session, post, now)
        return None
    refusal = _refusal(deps, session, post, account, stage, now, releasing=work.kind == "release")
    if refusal is not None:
        apply(session, post, refusal, now=now, actor=DAEMON, what="guard.refused")
        return None
    if work.kind == "release":
        apply(session, post, Move(State.PUBLISHING), now=now, actor=DAEMON, what="release.claimed")
        return stage
    return stage or _open_stage(session, post, now)


def _open_stage(session: Session, post: PostRow, now: datetime) -> StageRow:
    stage = StageRow(
        post_id=post.id,
        account_id=post.account_id,
        key=secrets.token_hex(16),
        digest=post.approved_digest,
        state="open",
        created_at=now,
    )
    session.add(stage)
    session.flush()
    return stage


def _refusal(
    deps: Deps,
    session: Session,
    post: PostRow,
    account: AccountRow,
    stage: StageRow | None,
    now: datetime,
    *,
    releasing: bool,
) -> Move | None:
    """Ask the guard. Staging is asked too: what may not be released need not be prepared."""
    if releasing and (stage is None or (stage.expires_at is not None and stage.expires_at <= now)):
        text = "Die Vorbereitung beim Netzwerk ist abgelaufen; der Post wird neu vorbereitet."
        return Move(State.SCHEDULED, Reason("stage.expired", text, "daemon"), next_try_at=now, drop_stage=True)
    item = session.get(ItemRow, post.item_id, populate_existing=True)
    if item is None or post.due_at is None:
        raise LookupError(f"post {post.id} has no item or no due time")
    moment = now if releasing else max(now, post.due_at)
    asked = Permission(
        approved_digest=post.approved_digest or "",
        staged_digest=(post.staged_digest or "") if releasing else (post.approved_digest or ""),
        rendered_digest=post.digest,
        due_at=post.due_at,
        cleared=item.cleared_at is not None and item.stage == "active",
        withdrawn=item.stage == "withdrawn",
        recalled=post.recall_at is not None,
        embargo_until=item.embargo_until,
        valid_until=item.valid_until,
        stopped=_stop_here(deps, session, account) if releasing else None,
        leaving=account.retiring_at is not None,
        account_paused=account.paused_at is not None,
        trouble=post.reason_text,
        missing=_unfinished(post, item),
        gate=_closed_gate(deps, session, post, account, item, moment),
    )
    move = guard(asked, moment, deps.policy)
    if move is not None and move.to is State.STAGED and not releasing:
        return replace(move, to=State.SCHEDULED, next_try_at=now + deps.policy.backoff_base)
    return move


def _closed_gate(
    deps: Deps, session: Session, post: PostRow, account: AccountRow, item: ItemRow, moment: datetime
) -> Reason | None:
    """Return the first gate that is closed at that moment; the post's problems then say so too."""
    owner = session.get_one(OrganisationRow, account.organisation_id)
    clearance = clearances(session, [item])[item.id]
    closed = [*closed_gates(deps, clearance, account, owner, moment)]
    second = unseconded(session, clearance, post, owner, moment)
    closed += [second] if second is not None else []
    if not closed:
        return None
    item.stale = True
    return closed[0]


def _unfinished(post: PostRow, item: ItemRow) -> str | None:
    """Tell that the Item changed and the Post has not been rendered since: what was approved may be out of date."""
    if post.item_revision == posts.BEHIND:
        item.stale = True
    return "Der Beitrag wurde geändert und wird gerade neu erstellt." if item.stale else None


def _stop_here(deps: Deps, session: Session, account: AccountRow) -> str | None:
    """Return why this account stands still: a Stop, or a file on this host that may not be entered as one yet."""
    entered = _stop_reason(session, account)
    if entered is not None:
        return entered
    return stop_files.reason_for(deps.settings.data_dir, _slug(session, account), account.channel)


def _stop_reason(session: Session, account: AccountRow, since: datetime | None = None) -> str | None:
    lifted = StopRow.lifted_at.is_(None)
    query = select(StopRow.reason).where(
        lifted if since is None else lifted | (StopRow.lifted_at >= since),
        (StopRow.organisation_id.is_(None) & (StopRow.channel == ""))
        | (StopRow.organisation_id == account.organisation_id)
        | (StopRow.channel == account.channel),
    )
    return session.scalars(query.limit(1)).first()


def stopped(session: Session, account_id: int, *, since: datetime | None = None) -> bool:
    """Tell whether a Stop is in force for this account right now, or was at any time since ``since``."""
    account = session.get(AccountRow, account_id)
    return account is not None and _stop_reason(session, account, since) is not None


def _call(
    deps: Deps,
    session: Session,
    work: Work,
    attempt: int,
    account: AccountRow,
    post: PostRow,
    stage: StageRow | None,
    now: datetime,
) -> Call:
    label = account_label(session, account)
    receipt = None
    known: tuple[str, ...] = ()
    if work.kind == "retract":
        row = posts.receipts(session, [post.id])[post.id]
        receipt = Receipt(row.remote_id if claims.was_named(session, post.id) else "", row.url, row.at)
    if work.kind == "look":
        newest = select(ReceiptRow.remote_id).where(ReceiptRow.account_id == account.id)
        known = tuple(session.scalars(newest.order_by(ReceiptRow.id.desc()).limit(200)))
    return Call(
        work=work,
        item_id=post.item_id,
        attempt_id=attempt,
        fence=account.fence,
        organisation=_slug(session, account),
        channel=account.channel,
        account=label,
        fields={**account.fields, **(deps.vault.unlock(label, account.secrets) if account.secrets else {})},
        post=RemotePost.of(_document(session, post, stage)),
        order=Order(key=stage.key if stage else "", code=post.code, due_at=post.due_at or now),
        started_at=now,
        stage_id=stage.id if stage else None,
        stage_data=stage.data if stage else None,
        since=_since(session, stage) if work.kind == "look" else None,
        known=known,
        receipt=receipt,
    )


def _since(session: Session, stage: StageRow | None) -> datetime | None:
    """Return since when the Post may be public: its first release here, or one that a restored database forgot."""
    restore = restores.latest(session)
    known = claims.first_release(session, stage.id) if stage is not None else None
    return min((moment for moment in (known, restore.since if restore else None) if moment is not None), default=None)


def _document(session: Session, post: PostRow, stage: StageRow | None) -> Json:
    """Return the approved document: for a Stage of an earlier Approval the one that was approved then."""
    if stage is None or stage.digest == post.digest:
        return post.document
    approved = posts.approved_document(session, post.id, stage.digest)
    return post.document if approved is None else approved


def account_label(session: Session, account: AccountRow) -> str:
    """Return the account's name for people and for binding its secrets: Organisation, channel, name."""
    return f"{_slug(session, account)}/{account.channel}/{account.name}"


def _slug(session: Session, account: AccountRow) -> str:
    return session.get_one(OrganisationRow, account.organisation_id).slug

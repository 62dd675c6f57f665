"""Examine due work: what the database says of it, whether the guard lets it pass, and the call that it comes to.

Nothing is moved here and nothing called; everything that may go wrong with a single post goes wrong before its first
write.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.base import Hosted, Json, Order, Receipt, RemotePost
from distributor.clearance import Clearance
from distributor.domain import Reason, State
from distributor.guarding import Permission, guard
from distributor.lifecycle import Move
from distributor.services import amending, stop_files
from distributor.services.calls import Call
from distributor.services.costing import overdrawn
from distributor.services.deps import Deps
from distributor.services.gating import clearances, closed_gates, unseconded
from distributor.services.leading import Key, Lead, leads
from distributor.services.moving import Step
from distributor.services.restoring import look_first
from distributor.store import claims, held, posts, proofs, restores
from distributor.store.among import among
from distributor.store.claims import Work
from distributor.store.held import HeldAccount, HeldPost, HeldStage
from distributor.store.tables import AccountRow, ItemRow, OrganisationRow, ReceiptRow, StageRow, StopRow

ASKED = ("stage", "release")
"""The kinds of work that the guard is asked about: what leads towards the public."""

_Prepared = HeldStage | StageRow
_Row = TypeVar("_Row", bound=Any)


@dataclass(frozen=True, slots=True)
class Examined:
    """What comes of one piece of work: moves to carry out, a Stage to open, and the call to make, if any.

    The call's Attempt is not open yet.
    """

    steps: tuple[Step, ...] = ()
    opens: StageRow | None = None
    call: Call | None = None


@dataclass(frozen=True, slots=True)
class Examination:
    """Some due work at one moment, with all that the database says of it, read at once.

    ``stages`` are the live ones by post, ``leftovers`` those to be removed by number, ``files`` the Stop files here,
    ``leads`` the posts that must be public before others, by Item and Organisation.
    """

    deps: Deps
    session: Session
    now: datetime
    accounts: Mapping[int, HeldAccount]
    posts: Mapping[int, HeldPost]
    stages: Mapping[int, HeldStage]
    leftovers: Mapping[int, StageRow]
    items: Mapping[int, ItemRow]
    slugs: Mapping[int, str]
    clearances: Mapping[int, Clearance]
    stops: Sequence[StopRow]
    files: Sequence[stop_files.StopFile]
    leads: Mapping[Key, Lead]

    @classmethod
    def of(
        cls, deps: Deps, session: Session, works: Sequence[Work], accounts: Mapping[int, HeldAccount], now: datetime
    ) -> Examination:
        """Read it; posts that somebody else is changing are left out."""
        known = held.untouched_posts(session, {work.post_id for work in works})
        asked = {known[work.post_id].item_id for work in works if work.kind in ASKED and work.post_id in known}
        released = {known[work.post_id].item_id for work in works if work.kind == "release" and work.post_id in known}
        items = _by_id(session, ItemRow, asked)
        owners = {account.organisation_id for account in accounts.values()}
        leftovers = {work.stage_id for work in works if work.kind == "unstage" and work.stage_id is not None}
        return cls(
            deps=deps,
            session=session,
            now=now,
            accounts=accounts,
            posts=known,
            stages=held.live_stages(session, known),
            leftovers=_by_id(session, StageRow, leftovers),
            items=items,
            slugs=_slugs(session, owners),
            clearances=clearances(session, items.values()),
            stops=session.scalars(select(StopRow).where(StopRow.lifted_at.is_(None))).all() if asked else (),
            files=stop_files.found(deps.settings.data_dir) if asked else (),
            leads=leads(deps, session, released, owners),
        )

    def examine(self, work: Work) -> Examined:
        """Decide on one piece of work; nothing is written but marks on rows.

        Raises: Refused if its account cannot be used, and whatever is broken about it.
        """
        account, post = self.accounts[work.account_id], self.posts[work.post_id]
        self.deps.connector(account.channel)  # Refused if nobody offers the channel any more
        if work.kind == "unstage":
            return self._removal(work, account, post)
        if not _still_due(post, work.kind, self.now):
            return Examined()
        stage = None if work.kind == "retract" else self.stages.get(post.id)
        if work.kind not in ASKED:
            return Examined(call=self._call(work, account, post, stage))
        if restores.is_to_be_looked_for(self.session, post):
            return Examined((look_first(post, self.now),))
        refusal = self._refusal(post, account, stage, releasing=work.kind == "release")
        if refusal is not None:
            return Examined((Step(post, refusal, "guard.refused"),))
        if work.kind == "release":
            slug = self.slugs[account.organisation_id]
            claimed = Step(post, Move(State.PUBLISHING), "release.claimed", organisation=slug)
            return Examined((claimed,), call=self._call(work, account, post, stage))
        opens = None if stage else _new_stage(post, self.now)
        return Examined(opens=opens, call=self._call(work, account, post, stage or opens))

    def _removal(self, work: Work, account: HeldAccount, post: HeldPost) -> Examined:
        stage = self.leftovers.get(work.stage_id or 0)
        if stage is None:
            return Examined()
        if not stage.data:
            stage.state, stage.next_try_at = "gone", None
            return Examined()
        return Examined(call=self._call(work, account, post, stage))

    def _refusal(
        self, post: HeldPost, account: HeldAccount, stage: _Prepared | None, *, releasing: bool
    ) -> Move | None:
        """Ask the guard. Staging is asked too: what may not be released need not be prepared."""
        now = self.now
        if releasing and (stage is None or (stage.expires_at is not None and stage.expires_at <= now)):
            text = "Die Vorbereitung beim Netzwerk ist abgelaufen; der Post wird neu vorbereitet."
            return Move(State.SCHEDULED, Reason("stage.expired", text, "daemon"), next_try_at=now, drop_stage=True)
        item = self.items.get(post.item_id)
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
            stopped=self._stop(account) if releasing else None,
            leaving=account.retiring_at is not None,
            account_paused=account.paused_at is not None,
            trouble=post.reason_text,
            missing=_unfinished(post, item) or (self._lack(post, account) if releasing else None),
            gate=self._closed_gate(post, account, item, moment),
        )
        move = guard(asked, moment, self.deps.policy)
        if move is not None and move.to is State.STAGED and not releasing:
            return replace(move, to=State.SCHEDULED, next_try_at=now + self.deps.policy.backoff_base)
        return move

    def _lack(self, post: HeldPost, account: HeldAccount) -> Reason | None:
        """Return what this post waits for at its time, prepared: money, or another post that goes first."""
        short = overdrawn(self.deps, self.session, account, post, self.now)
        if short is not None:
            return short
        if self.deps.offering(account.channel, Hosted) is not None:
            return None
        lead = self.leads.get((post.item_id, account.organisation_id))
        return lead.lack if lead is not None else None

    def _stop(self, account: HeldAccount) -> str | None:
        """Return why this account stands still: a Stop, or a file on this host that may not be entered as one yet."""
        slug = self.slugs[account.organisation_id]
        entered = (stop.reason for stop in self.stops if _covers(stop, account))
        return next(entered, None) or stop_files.reason_in(self.files, slug, account.channel)

    def _closed_gate(self, post: HeldPost, account: HeldAccount, item: ItemRow, moment: datetime) -> Reason | None:
        """Return the first gate that is closed at that moment; the post's problems then say so too."""
        clearance = self.clearances[item.id]
        closed = [*closed_gates(self.deps, clearance, account.channel, self.slugs[account.organisation_id], moment)]
        second = unseconded(self.session, clearance, post, account.organisation_id, moment)
        closed += [second] if second is not None else []
        if not closed:
            return None
        item.stale = True
        return closed[0]

    def _call(self, work: Work, account: HeldAccount, post: HeldPost, stage: _Prepared | None) -> Call:
        slug = self.slugs[account.organisation_id]
        label = label_of(slug, account)
        unlocked = self.deps.vault.unlock(label, account.secrets) if account.secrets else {}
        return Call(
            work=Work(work.kind, work.post_id, work.account_id, stage.id if stage else None),
            item_id=post.item_id,
            attempt_id=0,
            fence=account.fence,
            organisation=slug,
            channel=account.channel,
            account=label,
            fields={**account.fields, **unlocked},
            post=RemotePost.of(self._document(post, stage)),
            digest=stage.digest if stage else post.digest,
            order=Order(key=stage.key if stage else "", code=post.code, due_at=post.due_at or self.now),
            started_at=self.now,
            stage_data=stage.data if stage else None,
            since=self._since(stage) if work.kind == "look" else None,
            known=self._known_receipts(account) if work.kind == "look" else (),
            receipt=self._receipt(post) if work.kind == "retract" else None,
        )

    def _since(self, stage: _Prepared | None) -> datetime | None:
        """Return since when the Post may be public: its first release here, or one that a restored database forgot."""
        restore = restores.latest(self.session)
        known = claims.first_release(self.session, stage.id) if stage is not None else None
        moments = (known, restore.since if restore else None)
        return min((moment for moment in moments if moment is not None), default=None)

    def _document(self, post: HeldPost, stage: _Prepared | None) -> Json:
        """Return the approved document: for a Stage of an earlier Approval the one that was approved then."""
        if stage is None or stage.digest == post.digest:
            return post.document
        approved = posts.approved_document(self.session, post.id, stage.digest)
        return post.document if approved is None else approved

    def _receipt(self, post: HeldPost) -> Receipt:
        row = proofs.receipts(self.session, [post.id])[post.id]
        named = amending.named_by_platform(self.session, post.id, post.document)
        return Receipt(row.remote_id if named else "", row.url, row.at)

    def _known_receipts(self, account: HeldAccount) -> tuple[str, ...]:
        newest = select(ReceiptRow.remote_id).where(ReceiptRow.account_id == account.id)
        return tuple(self.session.scalars(newest.order_by(ReceiptRow.id.desc()).limit(200)))


def _still_due(post: HeldPost, kind: str, now: datetime) -> bool:
    """Tell whether nobody moved the Post between the question what is due and the claim of its account."""
    return claims.KIND_OF.get(State(post.state)) == kind and post.next_try_at is not None and post.next_try_at <= now


def _unfinished(post: HeldPost, item: ItemRow) -> Reason | None:
    """Tell that the Item changed and the Post has not been rendered since: what was approved may be out of date."""
    if post.item_revision == posts.BEHIND:
        item.stale = True
    text = "Der Beitrag wurde geändert und wird gerade neu erstellt."
    return Reason("requires", text, "daemon") if item.stale else None


def _covers(stop: StopRow, account: HeldAccount) -> bool:
    if stop.channel:
        return stop.channel == account.channel
    return stop.organisation_id in (None, account.organisation_id)


def _new_stage(post: HeldPost, now: datetime) -> StageRow:
    return StageRow(
        post_id=post.id,
        account_id=post.account_id,
        key=secrets.token_hex(16),
        digest=post.approved_digest,
        state="open",
        created_at=now,
    )


_SLUGS = select(OrganisationRow.id, OrganisationRow.slug).where(among(OrganisationRow.__table__.c.id, "organisations"))


def _slugs(session: Session, organisations: Collection[int]) -> dict[int, str]:
    found = session.connection().execute(_SLUGS, {"organisations": list(organisations)})
    return {row[0]: row[1] for row in found}


def _by_id(session: Session, table: type[_Row], numbers: Collection[int]) -> dict[int, _Row]:
    if not numbers:
        return {}
    query = select(table).where(table.id.in_(numbers)).execution_options(populate_existing=True)
    return {row.id: row for row in session.scalars(query)}


def account_label(session: Session, account: AccountRow) -> str:
    """Return the account's name for people and for binding its secrets: Organisation, channel, name."""
    return label_of(session.get_one(OrganisationRow, account.organisation_id).slug, account)


def label_of(slug: str, account: AccountRow | HeldAccount) -> str:
    """Return the same where the Organisation's slug is known."""
    return f"{slug}/{account.channel}/{account.name}"

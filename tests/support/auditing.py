"""One auditor for every fault: what the networks hold against what was approved, and who was told of the rest.

It believes the sandbox's ledger and the database's rows, never the program's own word about them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.sandbox.audit import key
from distributor.domain import State
from distributor.store.tables import AccountRow, ApprovalRow, PostRow, ReceiptRow, StopRow
from tests.support.world import World

S = State
_MOVING = (S.SCHEDULED, S.STAGED, S.PUBLISHING)
_ASKS = (S.FAILED, S.MISSED, S.UNCERTAIN, S.RETRACTING)
_PUBLIC = (S.PUBLISHED, S.RETRACTING, S.RETRACTED)

Entry = Mapping[str, Any]


@dataclass(slots=True)
class Verdict:
    """What is wrong (nothing, if all is well), and which posts stand where."""

    wrong: list[str] = field(default_factory=list)
    handed: dict[int, str] = field(default_factory=dict)
    published: set[int] = field(default_factory=set)

    def all_is_well(self, *, ambiguous: int) -> None:
        """Fail if anything is wrong, or more posts are with people than faults left a doubt."""
        assert not self.wrong, "\n".join(self.wrong)
        assert len(self.handed) <= ambiguous, self.handed


@dataclass(frozen=True, slots=True)
class _Known:
    """A post with all that the database says of it."""

    post: PostRow
    channel: str
    account: str
    organisation_id: int
    approvals: tuple[ApprovalRow, ...]
    receipt: ReceiptRow | None

    def __str__(self) -> str:
        return f"post {self.post.id} ({self.channel} of {self.account}, {self.post.state})"

    def approved(self, entry: Entry) -> list[ApprovalRow]:
        """Return the Approvals of which the entry is the document, in every trait."""
        return [each for each in self.approvals if key(self._as_entry(each.document)) == key(dict(entry))]

    def _as_entry(self, document: Mapping[str, Any]) -> dict[str, Any]:
        return {**document, "channel": self.channel, "account": self.account}


def audit(world: World, ledger: Iterable[Entry] | None = None) -> Verdict:
    """Compare at rest. ``ledger`` is the networks' own (None: as it is now)."""
    entries = list(world.network.ledger() if ledger is None else ledger)
    verdict = Verdict()
    with world.deps.store.read() as session:
        known = _all(session, world.network.accounts())
        stops = session.scalars(select(StopRow)).all()
    owners = _owners(known, entries, verdict)
    for each in known:
        mine = [entry for entry in entries if owners.get((entry["channel"], entry["id"])) is each]
        _judge(each, mine, stops, world.clock.now(), verdict)
    return verdict


def _all(session: Session, remote: Mapping[tuple[str, str], str]) -> list[_Known]:
    approvals: dict[int, list[ApprovalRow]] = {}
    for row in session.scalars(select(ApprovalRow).order_by(ApprovalRow.id)):
        approvals.setdefault(row.post_id, []).append(row)
    receipts = {row.post_id: row for row in session.scalars(select(ReceiptRow))}
    query = select(PostRow, AccountRow).join(AccountRow, PostRow.account_id == AccountRow.id).order_by(PostRow.id)
    return [
        _Known(
            post,
            account.channel,
            remote[account.channel, account.name],
            account.organisation_id,
            tuple(approvals.get(post.id, ())),
            receipts.get(post.id),
        )
        for post, account in session.execute(query)
    ]


def _owners(known: list[_Known], entries: list[Entry], verdict: Verdict) -> dict[tuple[str, str], _Known]:
    """Say whose each entry is: by its Receipt, else by being what was approved for that account."""
    proven = {(each.channel, each.receipt.remote_id): each for each in known if each.receipt is not None}
    found: dict[tuple[str, str], _Known] = {}
    for entry in entries:
        name = (str(entry["channel"]), str(entry["id"]))
        owner = proven.get(name)
        if owner is None:
            fitting = [each for each in known if each.approved(entry)]
            owner = next((each for each in fitting if each.receipt is None), fitting[0] if fitting else None)
        if owner is None:
            verdict.wrong.append(f"not approved: {name} {entry['text'][:60]!r}")
        else:
            found[name] = owner
    return found


def _judge(each: _Known, mine: list[Entry], stops: Iterable[StopRow], now: datetime, verdict: Verdict) -> None:
    if len(mine) > 1:
        verdict.wrong.append(f"doubled: {each} is public as {[entry['id'] for entry in mine]}")
    for entry in mine:
        _judge_entry(each, entry, stops, verdict)
    state = S(each.post.state)
    asks = each.post.next_try_at is None and state in _ASKS
    standing = [entry for entry in mine if not entry["deleted"]]
    if asks:
        if not (each.post.reason_code and each.post.reason_text and each.post.reason_who):
            verdict.wrong.append(f"nobody is told why: {each}")
        verdict.handed[each.post.id] = f"{each}: {each.post.reason_code}"
    elif state in _MOVING and (each.post.due_at is None or each.post.due_at <= now):
        verdict.wrong.append(f"left lying: {each}, due {each.post.due_at}: {each.post.reason_code}")
    elif state in (S.UNCERTAIN, S.RETRACTING):
        verdict.wrong.append(f"never settled: {each}: {each.post.reason_code}")
    if state in _PUBLIC and not mine:
        verdict.wrong.append(f"lost: {each} is nowhere")
    if state is S.PUBLISHED and standing:
        verdict.published.add(each.post.id)
    if state is S.PUBLISHED and not standing:
        verdict.wrong.append(f"lost: {each} does not stand")
    if state is S.RETRACTED and standing:
        verdict.wrong.append(f"still public: {each}")
    if standing and state not in (*_PUBLIC, S.UNCERTAIN):
        verdict.wrong.append(f"public without a proof: {each}")


def _judge_entry(each: _Known, entry: Entry, stops: Iterable[StopRow], verdict: Verdict) -> None:
    approvals = each.approved(entry)
    created = datetime.fromisoformat(entry["created"])
    if not approvals:
        verdict.wrong.append(f"altered: {each} became {entry['text'][:60]!r}")
    elif created < min(approval.due_at for approval in approvals) - timedelta(seconds=1):
        verdict.wrong.append(f"too early: {each} at {created}")
    if each.post.recall_at is not None and created > each.post.recall_at:
        verdict.wrong.append(f"released after its recall: {each} at {created}")
    for stop in stops:
        covers = stop.organisation_id in (None, each.organisation_id) and stop.channel in ("", each.channel)
        if covers and stop.at < created and (stop.lifted_at is None or created < stop.lifted_at):
            verdict.wrong.append(f"released under a Stop: {each} at {created}")

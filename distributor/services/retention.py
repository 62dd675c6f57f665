"""Carry the retention policy out: delete and empty what has outlived its period, and nothing that is still open.

A post is over when it is closed or taken down. What is open or public keeps its approvals, its receipt and all that a
recall needs; events are pruned only under their seals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, inspect, or_, select, update
from sqlalchemy.orm import Session

from distributor.domain import DAEMON, Actor, FeedItem, State
from distributor.intake.report import item_document
from distributor.retention import RULES, Rule
from distributor.services.deps import Deps
from distributor.services.permission import require
from distributor.services.sealing import PRUNED
from distributor.store import record as kept_record
from distributor.store.posts import record
from distributor.store.tables import (
    AccountRow,
    AnswerRow,
    ApiAnswerRow,
    ApprovalRow,
    AttemptRow,
    Base,
    ConnectionRow,
    FilmRow,
    ItemRow,
    LetterRow,
    LoginStepRow,
    MediumRow,
    OverrideRow,
    PostRow,
    RecallRow,
    RenditionRow,
    RevisionRow,
    SessionRow,
    SettlementRow,
    StageRow,
    StopRow,
    StopVoteRow,
    WebhookMessageRow,
)

DELETED = "(nach Frist gelöscht)"
"""The title of an item whose content was deleted."""

_OVER = (State.CLOSED, State.RETRACTED)
_EMPTY = {"channel": "", "form": "feed", "text": "", "link": "", "media": [], "extra": {}}
_SETTLING_FILE = timedelta(days=1)
"""How young a file may be whose row is still being written."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule found to delete or empty."""

    rule: Rule
    count: int


@dataclass(frozen=True, slots=True)
class _Work:
    """The rows a rule means, of those older than a moment; ``blank`` are the values they are emptied with."""

    row: type[Base]
    where: Callable[[datetime], ColumnElement[bool]]
    blank: dict[str, Any] | None = None


def run(deps: Deps, actor: Actor, now: datetime) -> list[Outcome]:
    """Carry out every rule, each in a transaction of its own, and leave an event for each that did something.

    Raises: Refused.
    """
    require(actor, "config")
    return _run(deps, actor, now)


def run_daily(deps: Deps, now: datetime) -> int:
    """Carry out every rule as the daemon's duty; return how many rows and files it took."""
    return sum(outcome.count for outcome in _run(deps, DAEMON, now))


def foresee(deps: Deps, now: datetime) -> list[Outcome]:
    """Return what :func:`run` would do, rule by rule; what one rule makes deletable for the next is not foreseen."""
    with deps.store.read() as session:
        return [Outcome(rule, _foreseen(session, rule, now - (rule.period or timedelta()))) for rule in _acting()]


def _acting() -> Iterator[Rule]:
    return (rule for rule in RULES if rule.action != "keep")


def _foreseen(session: Session, rule: Rule, before: datetime) -> int:
    if rule.action == "prune":
        return sum(seal.count for chain in kept_record.chains(session) for seal in _old(session, chain, before))
    work = _WORK[rule.name]
    return int(session.scalar(select(func.count()).select_from(work.row).where(work.where(before))) or 0)


def _old(session: Session, chain: str, before: datetime) -> Any:
    return kept_record.prunable(session, chain, before)


def _run(deps: Deps, actor: Actor, now: datetime) -> list[Outcome]:
    outcomes = []
    for rule in _acting():
        with deps.store.write() as session:
            count = _apply(session, rule, now, actor)
            if count:
                what = f"retention.{rule.action}"
                record(
                    session, now=now, actor=actor, what=what, subject="table", subject_id=rule.table, reason=str(count)
                )
        outcomes.append(Outcome(rule, count))
    _sweep_files(deps)
    return outcomes


def _apply(session: Session, rule: Rule, now: datetime, actor: Actor) -> int:
    before = now - (rule.period or timedelta())
    if rule.action == "prune":
        return sum(_prune(session, chain, before, now, actor) for chain in kept_record.chains(session))
    work = _WORK[rule.name]
    key = inspect(work.row).primary_key
    statement: Any = delete(work.row) if work.blank is None else update(work.row).values(work.blank)
    found = session.execute(
        statement.where(work.where(before)).execution_options(synchronize_session=False).returning(*key)
    )
    return len(found.all())


def _prune(session: Session, chain: str, before: datetime, now: datetime, actor: Actor) -> int:
    seals = _old(session, chain, before)
    if not seals:
        return 0
    last = seals[-1].number
    gone = kept_record.prune(session, seals, now)
    record(session, now=now, actor=actor, what=PRUNED, subject="record", subject_id=chain, reason=str(last))
    return gone


def _sweep_files(deps: Deps) -> None:
    """Delete files of the media cache that no row names; one that is very young may belong to a row still to come."""
    young = datetime.now(UTC) - _SETTLING_FILE
    for path in deps.cache.workshop().glob("*"):
        if path.is_file() and path.stat().st_mtime < (young - timedelta(days=1)).timestamp():
            path.unlink(missing_ok=True)  # half a file that nobody went on with
    lying = deps.cache.lying(young)
    if not lying:
        return
    with deps.store.read() as session:
        named = _named_files(session)
    for name in lying:
        if name not in named and len(name) == 64:
            deps.cache.remove(name)


def _named_files(session: Session) -> set[str]:
    """Return every file that media, renditions, or the documents of posts that are not over name."""
    named = set(session.scalars(select(MediumRow.sha256))) | set(session.scalars(select(RenditionRow.sha256)))
    alive = PostRow.state.not_in(_OVER)
    for query in (
        select(PostRow.document).where(alive),
        select(ApprovalRow.document).join(PostRow, PostRow.id == ApprovalRow.post_id).where(alive),
    ):
        for document in session.scalars(query.execution_options(yield_per=1000)):
            named.update(medium["sha256"] for medium in document["media"])
            named.update(medium.get("captions", "") for medium in document["media"])
    return named


def _post_over(post_id: Any, before: datetime | None = None) -> ColumnElement[bool]:
    query = select(PostRow.id).where(PostRow.id == post_id, PostRow.state.in_(_OVER))
    return exists(query if before is None else query.where(PostRow.changed_at < before))


def _item_over(item_id: Any, before: datetime) -> ColumnElement[bool]:
    """Tell that an item and all of its posts are over, and have been for as long."""
    alive = select(PostRow.id).where(
        PostRow.item_id == ItemRow.id, or_(PostRow.state.not_in(_OVER), PostRow.changed_at >= before)
    )
    return exists(select(ItemRow.id).where(ItemRow.id == item_id, ItemRow.changed_at < before, ~exists(alive)))


def _says(document: Any) -> ColumnElement[bool]:
    return or_(
        document["text"].as_string() != "",
        document["link"].as_string() != "",
        func.json_array_length(document["media"]) > 0,
    )


def _reachable(session_post: Any) -> ColumnElement[bool]:
    """Tell that a post is public or over: nothing that waits for a call is touched."""
    states = (*_OVER, State.PUBLISHED)
    return exists(select(PostRow.id).where(PostRow.id == session_post, PostRow.state.in_(states)))


_WORK: dict[str, _Work] = {
    "sessions": _Work(SessionRow, lambda before: SessionRow.expires_at <= before),
    "connections": _Work(ConnectionRow, lambda before: ConnectionRow.until <= before),
    "letters": _Work(LetterRow, lambda before: LetterRow.at <= before),
    "half logins": _Work(LoginStepRow, lambda before: LoginStepRow.until <= before),
    "replayed answers": _Work(ApiAnswerRow, lambda before: ApiAnswerRow.at <= before),
    "told webhooks": _Work(
        WebhookMessageRow, lambda before: and_(WebhookMessageRow.at < before, WebhookMessageRow.next_at.is_(None))
    ),
    "network words": _Work(
        AttemptRow,
        lambda before: and_(AttemptRow.finished_at < before, AttemptRow.detail != "", _reachable(AttemptRow.post_id)),
        {"detail": ""},
    ),
    "calls": _Work(
        AttemptRow, lambda before: and_(AttemptRow.finished_at < before, _post_over(AttemptRow.post_id, before))
    ),
    "stages": _Work(
        StageRow,
        lambda before: and_(
            StageRow.created_at < before,
            StageRow.state.in_(("used", "gone")),
            _post_over(StageRow.post_id, before),
            ~exists(select(AttemptRow.id).where(AttemptRow.stage_id == StageRow.id)),
        ),
    ),
    "approved texts": _Work(
        ApprovalRow,
        lambda before: and_(_says(ApprovalRow.document), _post_over(ApprovalRow.post_id, before)),
        {"document": _EMPTY},
    ),
    "texts of posts": _Work(
        PostRow,
        lambda before: and_(
            PostRow.state.in_(_OVER),
            PostRow.changed_at < before,
            or_(_says(PostRow.document), PostRow.officer_text.is_not(None), PostRow.reason_text != ""),
        ),
        {"document": _EMPTY, "officer_text": None, "reason_text": "", "problems": []},
    ),
    "earlier revisions": _Work(RevisionRow, lambda before: _item_over(RevisionRow.item_id, before)),
    "media": _Work(MediumRow, lambda before: _item_over(MediumRow.item_id, before)),
    "renditions": _Work(
        RenditionRow, lambda before: ~exists(select(MediumRow.id).where(MediumRow.sha256 == RenditionRow.source))
    ),
    "films": _Work(FilmRow, lambda before: ~exists(select(MediumRow.id).where(MediumRow.sha256 == FilmRow.source))),
    "answers": _Work(AnswerRow, lambda before: _item_over(AnswerRow.item_id, before)),
    "channel texts of editors": _Work(OverrideRow, lambda before: _item_over(OverrideRow.item_id, before)),
    "contents of items": _Work(
        ItemRow,
        lambda before: and_(ItemRow.title != DELETED, _item_over(ItemRow.id, before)),
        {"title": DELETED, "document": item_document(FeedItem(guid="", title="", link=""))},
    ),
    "reasons of Stops": _Work(
        StopRow,
        lambda before: and_(StopRow.lifted_at < before, or_(StopRow.reason != "", StopRow.lifted_reason != "")),
        {"reason": "", "lifted_reason": ""},
    ),
    "votes": _Work(
        StopVoteRow,
        lambda before: and_(
            StopVoteRow.at < before,
            exists(select(StopRow.id).where(StopRow.id == StopVoteRow.stop_id, StopRow.lifted_at.is_not(None))),
        ),
    ),
    "reasons of decisions": _Work(
        SettlementRow,
        lambda before: and_(SettlementRow.reason != "", _item_over(SettlementRow.item_id, before)),
        {"reason": ""},
    ),
    "reasons of recalls": _Work(
        RecallRow, lambda before: and_(RecallRow.done_at < before, RecallRow.reason != ""), {"reason": ""}
    ),
    "reasons of leaving": _Work(
        AccountRow,
        lambda before: and_(AccountRow.retired_at < before, AccountRow.retire_reason != ""),
        {"retire_reason": ""},
    ),
}
"""What each rule that acts means in the tables; a test keeps the names in step with the policy."""

"""What the faces show: posts, items, accounts, Organisations, as plain JSON-ready values. Reads only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from connectors._corrections import EDITS
from distributor.domain import Actor, Refused, State
from distributor.log import trace_of
from distributor.services import captioning, films, organisations, renditions
from distributor.services.accounts import missing_fields
from distributor.services.clearing import item_in
from distributor.services.costing import bills_told
from distributor.services.deps import Deps
from distributor.services.histories import history, options
from distributor.services.judging import judge
from distributor.services.missing import ASKED_STAGES
from distributor.services.outlooks import outlooks
from distributor.services.permission import visible
from distributor.services.stopping import active
from distributor.services.workpiece import Workpiece, workpiece
from distributor.store import calendars, items, post_lists, posts, proofs, pseudonyms
from distributor.store.tables import (
    AccountRow,
    AttemptRow,
    ItemRow,
    OrganisationRow,
    PostRow,
    ReceiptRow,
    RepeatRow,
    StageRow,
)
from distributor.wording import stamp

_AT_ONCE = 500

Row = tuple[PostRow, AccountRow, OrganisationRow, ItemRow]


def post_list(
    deps: Deps,
    *,
    actor: Actor | None = None,
    organisation: str | None = None,
    states: Sequence[str] | None = None,
    channel: str | None = None,
    item_id: int | None = None,
    after: int = 0,
    limit: int | None = None,
    brief: bool = False,
) -> list[dict[str, Any]]:
    """Return posts in order of due time, as much of them as the actor may see (None: all).

    ``brief`` leaves Attempts and Receipts out, which not every page shows.

    A page begins behind the post ``after``, the last one of the page before. Raises: Refused where there is none.
    """
    seen = visible(actor) if actor is not None else None
    if organisation is not None:
        seen = [organisation] if seen is None or organisation in seen else []
    with deps.store.read() as session:
        if after and session.get(PostRow, after) is None:
            raise Refused(f"Den Post {after} gibt es nicht.", code="post.unknown")
        rows = post_lists.listing(
            session, organisations=seen, states=states, channel=channel, item_id=item_id, after=after, limit=limit
        )
        receipts: dict[int, ReceiptRow] = {}
        attempts: dict[int, list[AttemptRow]] = {}
        for ids in _batched([] if brief else [row[0].id for row in rows]):
            receipts |= proofs.receipts(session, ids)
            for attempt in posts.attempts(session, ids):
                attempts.setdefault(attempt.post_id, []).append(attempt)
        problems = judge(deps, session, rows)
        return [_post(row, attempts.get(row[0].id, []), receipts.get(row[0].id), problems[row[0].id]) for row in rows]


def _batched(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield the numbers in parts that fit into one question."""
    for start in range(0, len(numbers), _AT_ONCE):
        yield numbers[start : start + _AT_ONCE]


def post_show(deps: Deps, post_id: int, *, actor: Actor | None = None) -> dict[str, Any]:
    """Return one post with its story. Raises: Refused if there is none or the actor may not see it."""
    with deps.store.read() as session:
        row = posts.whole(session, post_id)
        seen = visible(actor) if actor is not None else None
        if row is None or (seen is not None and row[2].slug not in seen):
            raise Refused(f"Den Post {post_id} gibt es nicht.", code="post.unknown")
        receipt = proofs.receipts(session, [post_id]).get(post_id)
        shown = _post(row, posts.attempts(session, [post_id]), receipt, judge(deps, session, [row])[post_id])
        return shown | outlooks(deps, session, [row])[post_id] | history(deps, session, shown)


def posts_shown(deps: Deps, post_ids: Sequence[int], *, actor: Actor) -> list[dict[str, Any]]:
    """Return several posts, without their story, in the order given; as many questions for many as for one.

    What there is not, or the actor may not see, is left out.
    """
    seen = visible(actor)
    with deps.store.read() as session:
        known = posts.several(session, post_ids)
        rows = [
            known[number] for number in post_ids if number in known and (seen is None or known[number][2].slug in seen)
        ]
        receipts = proofs.receipts(session, post_ids)
        problems, ahead = judge(deps, session, rows), outlooks(deps, session, rows)
        attempts: dict[int, list[AttemptRow]] = {}
        for attempt in posts.attempts(session, post_ids):
            attempts.setdefault(attempt.post_id, []).append(attempt)
        return [
            _post(row, attempts.get(row[0].id, []), receipts.get(row[0].id), problems[row[0].id])
            | ahead[row[0].id]
            | {"options": options(deps, row[1].channel, row[0].document)}
            for row in rows
        ]


def post_notes(deps: Deps, post_id: int) -> list[str]:
    """Return what is to be thought of at a post's time, as the calendar is now."""
    with deps.store.read() as session:
        row = posts.whole(session, post_id)
        return list(outlooks(deps, session, [row])[post_id]["notes"]) if row is not None else []


def _post(
    row: Row, attempts: Sequence[AttemptRow], receipt: ReceiptRow | None, problems: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    post, account, owner, item = row
    return {
        "id": post.id,
        "item": item.id,
        "trace": trace_of(item.id),
        "item_guid": item.guid,
        "title": item.title,
        "organisation": owner.slug,
        "organisation_name": owner.name,
        "channel": account.channel,
        "account": account.name,
        "account_id": account.id,
        "form": post.form,
        "occurrence": post.occurrence,
        "corrects": post.corrects_id,
        "edits": EDITS in post.document["extra"],
        "state": post.state,
        "due_at": stamp(post.due_at),
        "why": post.plan_why,
        "next_try_at": stamp(post.next_try_at),
        "digest": post.digest,
        "approved_digest": post.approved_digest,
        "staged_digest": post.staged_digest,
        "sent_digest": post.sent_digest,
        "heading": post.document["extra"].get("title", ""),
        "text": post.document["text"],
        "link": post.document["link"],
        "media": [
            {key: each[key] for key in ("sha256", "mime", "width", "height", "alt")} for each in post.document["media"]
        ],
        "problems": problems,
        "attempts": [
            {
                "id": attempt.id,
                "kind": attempt.kind,
                "started_at": stamp(attempt.started_at),
                "finished_at": stamp(attempt.finished_at),
                "outcome": attempt.outcome,
                "code": attempt.code,
                "detail": attempt.detail,
            }
            for attempt in attempts
        ],
        "receipt": None
        if receipt is None
        else {
            "remote_id": receipt.remote_id,
            "url": receipt.url,
            "at": stamp(receipt.at),
            "retracted_at": stamp(receipt.retracted_at),
        },
        "reason": {"code": post.reason_code, "text": post.reason_text, "who": post.reason_who}
        if post.reason_code
        else None,
        "recall_at": stamp(post.recall_at),
        "code": post.code,
    }


def item_list(deps: Deps, *, stages: Sequence[str] | None = None, gone: bool = False) -> list[dict[str, Any]]:
    """Return items, newest first; ``gone``: only those that the portal no longer lists and that are asked about."""
    with deps.store.read() as session:
        return [item_told(row) for row in items.listing(session, wanted(stages, gone))]


def wanted(stages: Sequence[str] | None, gone: bool) -> list[ColumnElement[bool]]:
    """Return the conditions of :func:`item_list`."""
    conditions: list[ColumnElement[bool]] = [ItemRow.stage.in_(stages)] if stages else []
    if gone:
        conditions += [ItemRow.gone_at.is_not(None), ItemRow.stage.in_(ASKED_STAGES)]
    return conditions


def item_told(row: ItemRow) -> dict[str, Any]:
    """Return an item as one line."""
    return {
        "id": row.id,
        "guid": row.guid,
        "title": row.title,
        "link": row.document["link"],
        "revision": row.revision,
        "stage": row.stage,
        "cleared_at": stamp(row.cleared_at),
        "embargo_until": stamp(row.embargo_until),
        "valid_until": stamp(row.valid_until),
        "created_at": stamp(row.created_at),
        "changed_at": stamp(row.changed_at),
        "priority": row.priority,
        "feed": row.feed_id,
        "gone_at": stamp(row.gone_at) if row.stage in ASKED_STAGES else None,
        "kept_at": stamp(row.kept_at),
    }


def item_show(deps: Deps, item_id: int) -> dict[str, Any]:
    """Return one item with its content, media, open questions and the states of its posts. Raises: Refused."""
    with deps.store.read() as session:
        row = item_in(session, item_id)
        piece = workpiece(session, row)
        still = piece.unanswered
        campaign = calendars.campaign_items(session).get(item_id)
        return {
            **item_told(row),
            "content": row.document,
            "media": [
                {
                    "id": medium.id,
                    "url": medium.url,
                    "state": medium.state,
                    "trouble": medium.trouble,
                    "sha256": medium.sha256,
                    "mime": medium.mime,
                    "kind": medium.kind,
                }
                for medium in (*piece.media, *filter(None, (piece.video, piece.captions)))
            ],
            "films": films.shown(piece),
            "captions": captioning.shown(deps, piece),
            "pictures": renditions.shown(piece, items.channels(session)),
            "skipped": renditions.skipping(deps, piece, items.channels(session)),
            "questions": [
                {
                    "question": question.key,
                    "subject": question.subject,
                    "text": question.text,
                    "answer": piece.answers.get((question.key, question.subject)),
                    "needed": question.needed,
                    "open": question in still,
                }
                for question in piece.questions
            ],
            "open": [question.key for question in piece.unanswered],
            "texts": {
                channel: {"du": own.du, "sie": own.sie}
                for (channel, occurrence), own in piece.overrides.items()
                if not occurrence
            },
            "campaign": campaign.name if campaign else None,
            "repeat": _repeat(session, item_id, piece),
            "posts": items.states_of(session, item_id),
        }


def _repeat(session: Session, item_id: int, piece: Workpiece) -> dict[str, Any] | None:
    """Return how an item is repeated, and the texts of its repeats."""
    row = session.get(RepeatRow, item_id)
    texts = [
        {"channel": channel, "occurrence": occurrence, "du": own.du, "sie": own.sie}
        for (channel, occurrence), own in sorted(piece.overrides.items())
        if occurrence
    ]
    if row is None:
        return {"every_days": None, "times": 0, "until": None, "texts": texts} if texts else None
    return {"every_days": row.every_days, "times": row.times, "until": stamp(row.until), "texts": texts}


def account_list(deps: Deps, *, organisation: str | None = None, now: datetime | None = None) -> list[dict[str, Any]]:
    """Return accounts without any secret; with ``now`` also what each costs, where its network takes money."""
    with deps.store.read() as session:
        rows = [(account, owner) for account, owner in items.accounts(session) if organisation in (None, owner.slug)]
        bills = bills_told(deps, session, [account for account, _ in rows], now) if now is not None else {}
        return [
            {
                "id": account.id,
                "organisation": owner.slug,
                "organisation_name": owner.name,
                "channel": account.channel,
                "name": account.name,
                "identity": account.identity,
                "fields": account.fields,
                "missing": _missing(deps, session, account),
                "paused_at": stamp(account.paused_at),
                "paused_reason": account.paused_reason,
                "retiring_at": stamp(account.retiring_at),
                "retired_at": stamp(account.retired_at),
                "checked_at": stamp(account.checked_at),
                "ends_at": stamp(account.ends_at),
                "lacks": account.lacks or [],
                "bill": bills.get(account.id),
            }
            for account, owner in rows
        ]


def _missing(deps: Deps, session: Session, account: AccountRow) -> list[str]:
    """Return what the account lacks; one that cannot even be read says so and hides none of the others."""
    try:
        return missing_fields(deps, session, account)
    except Refused as refusal:
        return [refusal.text]


def organisation_list(deps: Deps) -> list[dict[str, Any]]:
    """Return the Organisations in the roster's order."""
    with deps.store.read() as session:
        return [
            {"slug": row.slug, "name": row.name, **{k: v for k, v in row.document.items() if k not in ("slug", "name")}}
            for row in session.scalars(select(OrganisationRow).order_by(OrganisationRow.position))
        ]


def organisation_show(deps: Deps, slug: str) -> dict[str, Any]:
    """Return one Organisation with its accounts. Raises: Refused if there is none."""
    shown = {each["slug"]: each for each in organisation_list(deps)}
    if slug not in shown:
        raise organisations.unknown(slug, shown)
    return {**shown[slug], "accounts": account_list(deps, organisation=slug)}


def stage_list(deps: Deps) -> list[dict[str, Any]]:
    """Return what lies prepared or left over at the platforms."""
    with deps.store.read() as session:
        query = (
            select(StageRow, AccountRow, OrganisationRow)
            .join(AccountRow, StageRow.account_id == AccountRow.id)
            .join(OrganisationRow, AccountRow.organisation_id == OrganisationRow.id)
            .where(StageRow.state.in_(("open", "ready", "leftover")))
            .order_by(StageRow.id)
        )
        return [
            {
                "id": stage.id,
                "post": stage.post_id,
                "organisation": owner.slug,
                "channel": account.channel,
                "state": stage.state,
                "data": stage.data,
                "expires_at": stamp(stage.expires_at),
                "next_try_at": stamp(stage.next_try_at),
            }
            for stage, account, owner in session.execute(query)
        ]


def stop_list(deps: Deps) -> list[dict[str, Any]]:
    """Return the Stops in force."""
    with deps.store.read() as session:
        stops = active(session)
        who = pseudonyms.names(session, {row.actor for row, _ in stops})
        return [
            {"scope": scope, "reason": row.reason, "actor": who[row.actor], "at": stamp(row.at)} for row, scope in stops
        ]


def state_counts(deps: Deps) -> dict[tuple[str, State], int]:
    """Return how many posts there are by (channel, state)."""
    with deps.store.read() as session:
        return {(channel, State(state)): number for (channel, state), number in posts.counts(session).items()}

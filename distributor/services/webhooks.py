"""Webhooks: tell other programs what becomes of posts, signed, until they have heard it.

What is told is taken from the record, so nothing is told that did not happen, and lies in an outbox until an answer of
2xx. Headers and signature are those of Standard Webhooks (https://www.standardwebhooks.com, version 1.0.0): HMAC-SHA256
over ``ID.TIME.BODY``. A message names numbers and states; texts are asked for through the API.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
import structlog
from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.orm import Session

from connectors._http import GuardedSession
from connectors.base import ConnectorError
from distributor.domain import Actor, Refused, State
from distributor.services.calendars import organisation_named
from distributor.services.deps import Deps
from distributor.services.findings import Finding
from distributor.services.permission import require
from distributor.store import posts, proofs
from distributor.store.posts import record
from distributor.store.tables import EventRow, OrganisationRow, WebhookMessageRow, WebhookRow
from distributor.wording import stamp

PUBLISHED, FAILED, RECALLED, WAITING, TEST = "published", "failed", "recalled", "waiting", "test"
KINDS = (PUBLISHED, FAILED, RECALLED, WAITING)

GIVEN_UP = timedelta(days=3)
_FIRST, _LONGEST = timedelta(seconds=30), timedelta(hours=6)
_GRACE = timedelta(hours=1)
_AT_ONCE = 20
_BEHIND = 1000
"""So many events before the last one looked at are looked at again: numbers may become visible out of order."""

_TIMEOUT = (3.0, 5.0)

_log = structlog.get_logger()


def add(deps: Deps, actor: Actor, url: str, kinds: Sequence[str], organisation: str, now: datetime) -> tuple[int, str]:
    """Enter an address; return its number and, this once, the secret that signs. Raises: Refused."""
    require(actor, "config")
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname or "@" in parts.netloc or parts.fragment:
        raise Refused(f"„{url}“ ist keine brauchbare Adresse.", code="webhook.url")
    named = {parts.netloc, parts.hostname} & deps.settings.allow_private
    if parts.scheme == "http" and not named:
        text = "Die Adresse muss mit https:// beginnen; http:// geht nur für Rechner in DISTRIBUTOR_ALLOW_PRIVATE."
        raise Refused(text, code="webhook.url")
    if not kinds or not set(kinds) <= set(KINDS):
        raise Refused(f"Gemeldet werden kann: {', '.join(KINDS)}.", code="webhook.kinds")
    key = secrets.token_bytes(32)
    with deps.store.write() as session:
        owner = organisation_named(session, organisation) if organisation else None
        newest = session.scalar(select(func.max(EventRow.id))) or 0
        row = WebhookRow(
            url=url, organisation_id=owner.id if owner else None, kinds=list(dict.fromkeys(kinds)), locked=b"",
            begins=newest, looked=newest,
        )  # fmt: skip
        session.add(row)
        session.flush()
        secret = "whsec_" + base64.b64encode(key).decode()
        row.locked = deps.vault.lock(f"webhook:{row.id}", {"secret": secret})
        record(session, now=now, actor=actor, what="webhook.added", subject="webhook", subject_id=row.id,
               organisation=organisation)  # fmt: skip
        return row.id, secret


def remove(deps: Deps, actor: Actor, number: int, now: datetime) -> None:
    """Take an address out, with what it was still to be told. Raises: Refused."""
    require(actor, "config")
    with deps.store.write() as session:
        row = _row(session, number)
        session.execute(delete(WebhookMessageRow).where(WebhookMessageRow.webhook_id == row.id))
        session.delete(row)
        record(session, now=now, actor=actor, what="webhook.removed", subject="webhook", subject_id=number,
               organisation="")  # fmt: skip


def try_out(deps: Deps, actor: Actor, number: int, clock: Callable[[], datetime]) -> None:
    """Send a message that says nothing, at once. Raises: Refused with what the address answered."""
    require(actor, "config")
    now = clock()
    with deps.store.write() as session:
        row = _row(session, number)
        message = WebhookMessageRow(webhook_id=row.id, body=_body(TEST, now, {}), at=now, next_at=now)
        session.add(message)
        session.flush()
        sent = message.id
        record(session, now=now, actor=actor, what="webhook.tried", subject="webhook", subject_id=number,
               organisation="")  # fmt: skip
    trouble = _send(deps, sent, clock)
    if trouble:
        with deps.store.write() as session:
            session.get_one(WebhookMessageRow, sent).next_at = None
        raise Refused(f"Das hat nicht geklappt: {trouble}", code="webhook.trouble")


def listed(deps: Deps) -> list[dict[str, Any]]:
    """Return the addresses, each with how much it is still to be told and the trouble it had last."""
    with deps.store.read() as session:
        counted = (
            select(WebhookMessageRow.webhook_id, func.count())
            .where(WebhookMessageRow.next_at.is_not(None))
            .group_by(WebhookMessageRow.webhook_id)
        )
        waiting = {int(number): int(count) for number, count in session.execute(counted)}
        query = select(WebhookRow, OrganisationRow.slug).outerjoin(
            OrganisationRow, WebhookRow.organisation_id == OrganisationRow.id
        )
        return [
            {
                "id": row.id,
                "url": row.url,
                "organisation": slug,
                "kinds": list(row.kinds),
                "waiting": waiting.get(row.id, 0),
                "trouble": row.trouble,
            }
            for row, slug in session.execute(query.order_by(WebhookRow.id))
        ]


def examine(session: Session, now: datetime) -> list[Finding]:
    """Name the addresses that have not heard for a while, for ``doctor``."""
    late = select(WebhookMessageRow.webhook_id).where(
        WebhookMessageRow.next_at.is_not(None), WebhookMessageRow.at < now - _GRACE
    )
    rows = session.scalars(select(WebhookRow).where(WebhookRow.id.in_(late)).order_by(WebhookRow.id)).all()
    text = "Webhook {} hört seit über einer Stunde nicht: {} `distributor webhooks test {}` probiert es."
    return [Finding("Webhook", False, text.format(row.id, row.trouble, row.id)) for row in rows]


def tend(deps: Deps, clock: Callable[[], datetime]) -> int:
    """Lay what happened into the outbox and send what is due; return how many messages were taken."""
    gather(deps, clock())
    now = clock()
    with deps.store.read() as session:
        query = (
            select(WebhookMessageRow.id, WebhookMessageRow.webhook_id)
            .where(WebhookMessageRow.next_at <= now)
            .order_by(WebhookMessageRow.next_at, WebhookMessageRow.id)
        )
        due = session.execute(query.limit(_AT_ONCE)).all()
    told, silent = 0, set()
    for number, webhook in due:
        if webhook in silent:
            continue
        if _send(deps, number, clock):
            silent.add(webhook)
        else:
            told += 1
    return told


def gather(deps: Deps, now: datetime) -> None:
    """Lay what the record says since the last look into the outbox, once for each address."""
    with deps.store.write() as session:
        for row in session.scalars(select(WebhookRow).order_by(WebhookRow.id).with_for_update()):
            since = max(row.begins, row.looked - _BEHIND)
            known = select(WebhookMessageRow.event_id).where(
                WebhookMessageRow.webhook_id == row.id, WebhookMessageRow.event_id > since
            )
            seen = set(session.scalars(known))
            for event in _happened(session, row, since):
                if event.id not in seen and (said := _said(session, event, row.organisation_id)) is not None:
                    body = _body(_kind(event), event.at, said)
                    session.add(WebhookMessageRow(webhook_id=row.id, event_id=event.id, body=body, at=now, next_at=now))
            row.looked = max(row.looked, session.scalar(select(func.max(EventRow.id))) or 0)


def _happened(session: Session, row: WebhookRow, since: int) -> Sequence[EventRow]:
    asked = or_(*(_WHICH[kind] for kind in row.kinds))
    query = select(EventRow).where(EventRow.id > since, EventRow.subject == "post", asked).order_by(EventRow.id)
    return session.scalars(query).all()


def _said(session: Session, event: EventRow, organisation_id: int | None) -> dict[str, Any] | None:
    """Return what is told of an event; None if it is none of this Organisation's."""
    found = posts.whole(session, int(event.subject_id))
    if found is None or organisation_id not in (None, found[1].organisation_id):
        return None
    post, account, owner, _ = found
    receipt = proofs.receipts(session, [post.id]).get(post.id)
    return {
        "post": post.id,
        "item": post.item_id,
        "organisation": owner.slug,
        "channel": account.channel,
        "account": account.name,
        "state": event.to_state or post.state,
        "due_at": stamp(post.due_at),
        "reason": event.reason or None,
        "url": receipt.url if receipt else None,
    }


def _becomes(*states: State) -> Any:
    return and_(EventRow.to_state.in_(states), EventRow.from_state.not_in(states))


_WHICH = {
    PUBLISHED: _becomes(State.PUBLISHED),
    FAILED: _becomes(State.FAILED, State.MISSED),
    RECALLED: EventRow.what == "post.recall",
    WAITING: _becomes(State.AWAITING),
}


def _kind(event: EventRow) -> str:
    if event.what == "post.recall":
        return RECALLED
    return {State.PUBLISHED: PUBLISHED, State.AWAITING: WAITING}.get(State(event.to_state), FAILED)


def _body(kind: str, at: datetime, said: dict[str, Any]) -> str:
    return json.dumps({"type": f"post.{kind}", "timestamp": at.isoformat(), "data": said}, ensure_ascii=False)


def _send(deps: Deps, number: int, clock: Callable[[], datetime]) -> str:
    """Send one message; return the trouble. The next try is stored before the call, so that nobody else makes it."""
    now = clock()
    with deps.store.write() as session:
        message = session.get(WebhookMessageRow, number, with_for_update=True)
        if message is None or message.next_at is None or message.next_at > now:
            return ""
        message.tries += 1
        over = now - message.at > GIVEN_UP
        wait = min(_FIRST * 2 ** min(message.tries - 1, 12), _LONGEST)
        message.next_at = None if over else now + wait
        row = session.get_one(WebhookRow, message.webhook_id)
        url, body, webhook = row.url, message.body.encode(), row.id
        secret = deps.vault.unlock(f"webhook:{row.id}", row.locked)["secret"]
    trouble = _posted(deps, url, signed(secret, f"msg_{number}", int(now.timestamp()), body), body)
    with deps.store.write() as session:
        row_now = session.get(WebhookRow, webhook, with_for_update=True)
        if row_now is not None:
            row_now.trouble = trouble
            if not trouble:
                message = session.get_one(WebhookMessageRow, number)
                message.next_at, message.told_at = None, clock()
    if trouble:
        _log.warning("webhook_not_told", webhook=webhook, message=number, given_up=over)
    return trouble


def signed(secret: str, number: str, seconds: int, body: bytes) -> dict[str, str]:
    """Return the headers of a message: its number, its time in Unix seconds, its signature."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mark = hmac.new(key, f"{number}.{seconds}.".encode() + body, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "webhook-id": number,
        "webhook-timestamp": str(seconds),
        "webhook-signature": "v1," + base64.b64encode(mark).decode(),
    }


def _posted(deps: Deps, url: str, headers: dict[str, str], body: bytes) -> str:
    """Send; return what went wrong in a German sentence."""
    try:
        with (
            GuardedSession(inside=deps.settings.allow_private) as way,
            way.post(url, data=body, headers=headers, timeout=_TIMEOUT, stream=True) as answer,
        ):
            if 200 <= answer.status_code < 300:
                return ""
            return f"Die Adresse antwortet mit {answer.status_code}."
    except ConnectorError as error:
        return error.public
    except requests.RequestException as error:
        return f"Die Adresse antwortet nicht ({type(error).__name__})."


def _row(session: Session, number: int) -> WebhookRow:
    row = session.get(WebhookRow, number)
    if row is None:
        raise Refused(f"Den Webhook {number} gibt es nicht.", code="webhook.unknown")
    return row

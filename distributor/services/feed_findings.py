"""What ``doctor`` says of the feeds: read or failing, silent, and which Items wait for an editor because of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from distributor.services import flood
from distributor.services.deps import Deps
from distributor.services.feed_views import trouble_of
from distributor.services.findings import Finding
from distributor.services.missing import ASKED_STAGES
from distributor.store.tables import FeedRow, ItemRow
from distributor.wording import local_time


def examine_feeds(deps: Deps, session: Session, now: datetime) -> list[Finding]:
    """Look at every feed; one that has failed for longer than the settings allow is grave, as nothing comes in."""
    rows = session.scalars(select(FeedRow).where(FeedRow.removed_at.is_(None)).order_by(FeedRow.id)).all()
    if not rows and deps.settings.feed_url:
        return [Finding(f"Feed {deps.settings.feed_url}", True, "noch nicht gelesen")]
    if not rows:
        text = "Kein Feed ist eingetragen (DISTRIBUTOR_FEED_URL oder `distributor feed add`)."
        return [Finding("Feed", False, text)]
    newest = select(ItemRow.feed_id, func.max(ItemRow.created_at)).group_by(ItemRow.feed_id)
    came = {row[0]: row[1] for row in session.execute(newest)}
    return [_feed(deps, row, came.get(row.id), now) for row in rows] + _questions(session)


def _feed(deps: Deps, row: FeedRow, newest: datetime | None, now: datetime) -> Finding:
    subject, text = f"Feed {row.url}", trouble_of(row)
    if row.failing_since is not None and now - row.failing_since > deps.settings.feed_failing:
        text = f"Seit {local_time(row.failing_since)} nicht lesbar: {text}"
        return Finding(subject, False, text, grave=True)
    if text:
        return Finding(subject, False, text)
    if row.succeeded_at is None:
        return Finding(subject, True, "noch nicht gelesen")
    if newest is not None and now - newest > deps.settings.feed_silent:
        text = f"Seit {local_time(newest)} kam nichts Neues; bitte im Portal nachsehen, ob der Feed noch gefüllt wird."
        return Finding(subject, False, text)
    moved = f"; er ist umgezogen nach {row.moved_to}" if row.moved_to else ""
    return Finding(subject, True, f"gelesen {local_time(row.succeeded_at)}{moved}")


def _questions(session: Session) -> list[Finding]:
    """Return what waits for an editor. Meanwhile posts that are approved go out: nobody has said they must not."""
    found = []
    query = select(func.count()).where(ItemRow.gone_at.is_not(None), ItemRow.stage.in_(ASKED_STAGES))
    if gone := session.scalar(query):
        text = (
            f"{gone} im Portal nicht mehr zu finden; Freigegebenes geht weiter hinaus. `distributor items list --gone`"
        )
        found.append(Finding("Verschwundene Beiträge", False, f"{text} zeigt sie."))
    if held := sum(one.count for one in flood.waiting(session)):
        text = f"{held} kamen auf einmal und warten auf die Redaktion; `distributor items floods` zeigt sie."
        found.append(Finding("Angehaltene Beiträge", False, text))
    return found

"""When a feed is asked next: as often as the operator wants, not more often than the portal wants. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

LONGEST_WISH = timedelta(hours=6)
"""A portal may ask for so much patience and not more: some answer with a year. Our own choice."""

LONGEST_WAIT = timedelta(hours=6)
"""Between two tries at a feed that is in trouble; our own choice."""

LONGEST_RETRY_AFTER = timedelta(hours=24)
"""A server that names a wait itself is believed up to a day; our own choice."""

_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s{0,9}=\s{0,9}\"?(\d{1,9})", re.IGNORECASE)


def max_age(cache_control: str) -> timedelta | None:
    """Return how long an answer is fresh by its ``Cache-Control`` (RFC 9111, 5.2.2.1), if it says so."""
    if re.search(r"(?:^|[,\s])(?:no-cache|no-store)\b", cache_control[:2000], re.IGNORECASE):
        return None
    found = _MAX_AGE.search(cache_control[:2000])
    return timedelta(seconds=int(found[1])) if found else None


def after_success(
    now: datetime,
    every: timedelta,
    *,
    fresh: timedelta | None = None,
    ttl: timedelta | None = None,
    skip_hours: Collection[int] = (),
) -> datetime:
    """Return when to ask again after an answer; hours to skip are hours of the day in UTC."""
    wishes = [min(wish, LONGEST_WISH) for wish in (fresh, ttl) if wish is not None]
    moment = now + max([every, *wishes])
    if len({hour for hour in skip_hours if 0 <= hour < 24}) == 24:
        return moment
    while moment.astimezone(UTC).hour in skip_hours:
        moment = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return moment


def after_trouble(
    now: datetime, every: timedelta, *, failures: int, pause: timedelta, asked: timedelta | None = None
) -> datetime:
    """Return when to try again after ``failures`` troubles in a row.

    ``pause`` is the policy's back-off, ``asked`` the wait that the server named. The more troubles the longer, but
    never more often than without trouble.
    """
    wait = max(every, min(max(every, pause) * failures, LONGEST_WAIT))
    return now + max(wait, min(asked or timedelta(), LONGEST_RETRY_AFTER))

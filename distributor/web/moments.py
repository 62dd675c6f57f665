"""Times as a browser's ``datetime-local`` field writes them: German wall time, no zone. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from distributor.domain import Refused
from distributor.web.language import gettext as _
from distributor.wording import BERLIN


def moment_of(written: str) -> datetime:
    """Return the UTC moment of a German wall time; of an hour that comes twice the first. Raises: Refused."""
    try:
        local = datetime.fromisoformat(written.strip())
    except ValueError as error:
        raise _no_time(written) from error
    try:
        moment = (local if local.tzinfo else local.replace(tzinfo=BERLIN)).astimezone(UTC)
    except OverflowError as error:
        raise _no_time(written) from error
    if local.tzinfo is not None:
        return moment
    if moment.astimezone(BERLIN).replace(tzinfo=None) != local:
        text = _("Diese Uhrzeit gibt es am Tag der Zeitumstellung nicht; bitte eine andere wählen.")
        raise Refused(text, code="time.form")
    return moment


def _no_time(written: str) -> Refused:
    if not written.strip():
        return Refused(_("Bitte Tag und Uhrzeit wählen."), code="time.form")
    text = _("„{written}“ ist keine Zeit; bitte Tag und Uhrzeit wählen.").format(written=written.strip()[:40])
    return Refused(text, code="time.form")


def optional_moment(written: str) -> datetime | None:
    """Return the moment, or None for an empty field. Raises: Refused."""
    return moment_of(written) if written.strip() else None


def field_value(moment: datetime | None) -> str:
    """Return what a ``datetime-local`` field shows for the moment; empty for None."""
    return "" if moment is None else f"{moment.astimezone(BERLIN):%Y-%m-%dT%H:%M}"

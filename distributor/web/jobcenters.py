"""Jobcenters: how each speaks, when it may post, who answers comments, and where that is changed."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from distributor.services import organisation_views
from distributor.services.organisation_views import SOURCE, Shown
from distributor.services.permission import allowed
from distributor.web.dates import day_span
from distributor.web.guarding import Asked, At, Reader
from distributor.web.language import gettext as _
from distributor.web.layout import layout
from distributor.web.queue import channel_labels
from distributor.web.said import said
from schedules.calendar import DAYS, Calendar, Duty

router = APIRouter()

_SENTENCE = "Wir beraten Menschen {{region.im}}. Fragen? {{kjc.Im}} hilft man weiter. Mehr {{kjc.vom}}."


@router.get("/jobcenter")
def show_all(request: Request, desk: At, visitor: Reader) -> Response:
    """List the Jobcenters."""
    found = organisation_views.organisation_list(desk.deps, visitor.actor)
    return desk.pages.show(request, "jobcenters.html", {**layout(desk, visitor), "organisations": found})


@router.get("/jobcenter/{slug}")
def show(request: Request, desk: At, visitor: Reader, slug: str, satz: Asked = "") -> Response:
    """Show one Jobcenter, and ``satz`` as it says it."""
    found = organisation_views.organisation_shown(desk.deps, visitor.actor, slug)
    sentence = satz or _SENTENCE
    context: dict[str, Any] = {
        **layout(desk, visitor),
        "shown": found,
        "organisation": found.organisation,
        "grammar": _grammar(found),
        "sentence": sentence,
        "said": found.said(sentence),
        "weeks": _weeks(found, channel_labels(desk.deps)),
        "rules": _rules(found.calendar),
        "duty": [_on_duty(each) for each in found.calendar.duty],
        "labels": channel_labels(desk.deps),
        "source": SOURCE.format(slug=slug),
        "may_change": allowed(visitor.actor, "config"),
    }
    return desk.pages.show(request, "jobcenter.html", context)


def _grammar(shown: Shown) -> list[tuple[str, str, str]]:
    """Return the name in each case: what it is called, the placeholder, and how it reads."""
    cases = {
        "kjc.name": _("voller Name"),
        "kjc.kurz": _("kurz"),
        "kjc.nominativ": _("wer oder was"),
        "kjc.dativ": _("wem"),
        "kjc.bei": _("bei"),
        "kjc.im": _("in"),
        "kjc.vom": _("von"),
        "region": _("Region"),
        "region.im": _("in der Region"),
    }
    return [(word, f"{{{{{name}}}}}", shown.values[name]) for name, word in cases.items()]


def _weeks(shown: Shown, labels: dict[str, str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return each channel's slots as days with their times."""
    weeks = []
    for channel in shown.channels:
        times: dict[int, list[str]] = {}
        for slot in sorted(shown.calendar.slots, key=lambda each: (each.weekday, each.at)):
            if slot.serves(channel):
                times.setdefault(slot.weekday, []).append(f"{slot.at:%H:%M}")
        days = [(day, ", ".join(at)) for day, at in times.items()]
        # Days in a row with the same times are one line: what stays the same is the day less its place in the list.
        alike = groupby(enumerate(days), key=lambda each: (each[1][0] - each[0], each[1][1]))
        lines = [([day for _, (day, _) in same], at) for (_, at), same in alike]
        weeks.append((labels.get(channel, channel), [(_span(same[0], same[-1]), at) for same, at in lines]))
    return weeks


def _span(first: int, last: int) -> str:
    """Return "Mo" or "Mo–Fr"."""
    return said(DAYS[first]) if first == last else f"{said(DAYS[first])}–{said(DAYS[last])}"


def _rules(calendar: Calendar) -> list[tuple[str, str]]:
    """Return what bounds the plan, each with its value."""
    quiet = ", ".join(f"{each.start:%H:%M}–{each.end:%H:%M}" for each in calendar.quiet)
    found = [
        (_("Ruhezeit"), quiet),
        (_("Höchstens am Tag und Konto"), str(calendar.max_per_day or "")),
        (_("Abstand zweier Posts eines Kontos"), _length(calendar.min_distance)),
        (_("Warten auf einen besseren Platz"), _length(calendar.patience)),
        (_("Versatz zwischen den Jobcentern"), _length(calendar.stagger)),
        (
            _("Feiertage"),
            _("es wird nichts gepostet ({land})").format(land=calendar.holidays) if calendar.holidays else "",
        ),
        (_("Stille Tage"), _("werden nicht verplant") if calendar.quiet_days else ""),
        (_("Kommentare beantwortet innerhalb von"), _length(calendar.answer_within)),
        (
            _("Ohne jemanden, der antworten kann"),
            _("wird nichts geplant") if calendar.cover_needed else _("wird geplant und gewarnt"),
        ),
    ]
    return [(name, value) for name, value in found if value]


def _length(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    hours, rest = divmod(minutes, 60)
    parts = [_("{number} Std.").format(number=hours)] if hours else []
    return " ".join([*parts, *([_("{number} Min.").format(number=rest)] if rest else [])])


def _on_duty(duty: Duty) -> tuple[str, str]:
    """Return who answers comments and when."""
    days = ", ".join(said(DAYS[day]) for day in duty.days)
    hours = f"{duty.start:%H:%M}–{duty.end:%H:%M}"
    bounds = f" ({day_span(duty.first, duty.last)})" if duty.first and duty.last else ""
    absent = _("abwesend: ") if duty.absent else ""
    return duty.person, f"{absent}{days} {hours}{bounds}"

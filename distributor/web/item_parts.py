"""What an item's page shows of its posts over all Jobcenters, and what it says after a form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from distributor.domain import State
from distributor.lifecycle import OPEN_TO_EDITING
from distributor.services import overview
from distributor.web.guarding import Desk
from distributor.web.language import gettext as _
from distributor.web.language import ngettext
from distributor.web.said import said

_TONES = {
    State.AWAITING: "info",
    State.SCHEDULED: "success",
    State.STAGED: "success",
    State.PUBLISHING: "success",
    State.PUBLISHED: "success",
    State.FAILED: "danger",
    State.MISSED: "warning",
    State.UNCERTAIN: "warning",
    State.RETRACTING: "warning",
}
"""Which of the colours for feedback a state has."""


Told = Sequence[Mapping[str, Any]]
"""What a view tells of posts or of Jobcenters, one each."""


def matrix(desk: Desk, posts: Told, jobcenters: Told) -> dict[str, Any]:
    """Return an item's posts as rows of Jobcenters, each with a cell for every channel that any of them is on."""
    channels = sorted({post["channel"] for post in posts})
    cells: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for post in posts:
        blocked = any(each["severity"] == "block" for each in post["problems"])
        state = State(post["state"])
        # What is over cannot be mended any more.
        shown = {**post, "blocked": blocked and state in OPEN_TO_EDITING, "tone": _TONES.get(state, "neutral")}
        cells.setdefault((post["organisation"], post["channel"]), []).append(shown)
    owners = {slug for slug, _channel in cells}
    rows = [
        (each["voice"]["names"]["short"], [cells.get((each["slug"], channel), []) for channel in channels])
        for each in jobcenters
        if each["slug"] in owners
    ]
    return {"channels": [(channel, said(desk.deps.connector(channel).label)) for channel in channels], "rows": rows}


def troubles(desk: Desk, posts: Told, jobcenters: Told) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """Return each channel with its label and what is wrong there over all Jobcenters, as a list of problems."""
    found = overview.problems_of(overview.coming(posts), jobcenters)
    return [
        (
            channel,
            said(desk.deps.connector(channel).label),
            [
                {**each, "text": each["sentence"], "fix": None, "organisations": _about(each["told"])}
                for each in troubles
            ],
        )
        for channel, troubles in groupby(found, key=itemgetter("channel"))
    ]


def _about(told: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the slugs of those that a trouble is about."""
    return [slug for each in told for slug in each["organisations"]]


def message(what: str, item: dict[str, Any], blocked: int) -> str:
    """Return the sentence on what was done, as long as it holds."""
    sentences = {
        ("geklaert", item["stage"]): _cleared(len(item["open"])),
        ("text", item["stage"]): _written(blocked),
        ("verknuepft", item["stage"]): _("Verknüpft. Was zur Einwilligung fehlt, steht bei der Person."),
        ("geloest", item["stage"]): _("Die Verknüpfung ist gelöst."),
        ("zurueckgestellt", "held"): _("Zurückgestellt. Nichts davon wird freigegeben oder veröffentlicht."),
        ("behalten", item["stage"]): _("Der Beitrag bleibt, auch wenn das Portal ihn nicht mehr führt."),
        ("aufgenommen", "active"): _("Aufgenommen. Die Posts werden zugeschnitten."),
        ("bleibt", item["stage"]): _("Entschieden: Was öffentlich ist, bleibt so stehen."),
        ("korrigiert", item["stage"]): _("Die Korrekturen sind angelegt. Sie brauchen eine Freigabe wie jeder Post."),
        ("untertitel", item["stage"]): _("Untertitel gespeichert. Das Video wird damit neu gemacht."),
        ("ausschnitt", item["stage"]): _("Gespeichert. Was jetzt anders aussieht, braucht eine neue Freigabe."),
        ("medium", item["stage"]): _("Das Medium ist zurückgezogen. Öffentliche Posts damit werden gelöscht."),
        ("zurueckgezogen", "withdrawn"): _("Zurückgezogen. Was schon öffentlich war, wird gelöscht."),
    }
    return sentences.get((what, item["stage"]), "")


def _written(blocked: int) -> str:
    if not blocked:
        return _("Kanaltext gespeichert. Die Posts sind neu zugeschnitten.")
    return ngettext(
        "Kanaltext gespeichert. Bei einem Post ist noch etwas zu beheben; es steht unten bei ihm.",
        "Kanaltext gespeichert. Bei {number} Posts ist noch etwas zu beheben; es steht unten bei ihnen.",
        blocked,
    ).format(number=blocked)


def _cleared(left: int) -> str:
    if not left:
        return _("Gespeichert. Alles ist geklärt; die Posts können freigegeben werden.")
    return ngettext(
        "Gespeichert. Eine Angabe ist noch offen.", "Gespeichert. {number} Angaben sind noch offen.", left
    ).format(number=left)

"""What every page of the desk carries: who is logged in, the way around, Stops in force, the message after a form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from distributor.domain import Refused, State
from distributor.services import views
from distributor.services.permission import allowed
from distributor.services.verbs import VERBS
from distributor.web.dates import when
from distributor.web.guarding import Desk, Visitor
from distributor.web.language import gettext as _
from distributor.web.language import ngettext
from distributor.web.said import said

Shown = dict[str, Any]

EVERYTHING, ORGANISATION, CHANNEL = "alles", "kjc", "kanal"
"""How the brake's forms name what a Stop covers: ``alles``, ``kjc:SLUG``, ``kanal:CHANNEL``."""


def layout(desk: Desk, visitor: Visitor) -> dict[str, Any]:
    """Return the context that the base template needs."""
    return {
        "visitor": visitor,
        "sees_items": allowed(visitor.actor, "read"),
        "sees_persons": allowed(visitor.actor, "person.document"),
        "stops": _stops(desk),
    }


def _stops(desk: Desk) -> list[dict[str, Any]]:
    """Return the Stops in force, each with a name for people and the value that the brake's forms carry."""
    stops = views.stop_list(desk.deps)
    names = {each["slug"]: each["name"] for each in views.organisation_list(desk.deps)} if stops else {}
    return [{**stop, **_scope(stop["scope"], names, desk)} for stop in stops]


def _scope(scope: str, names: dict[str, str], desk: Desk) -> dict[str, Any]:
    if scope in names:
        return {"value": f"{ORGANISATION}:{scope}", "label": names[scope], "organisation": scope}
    if scope in desk.deps.connectors:
        label = _("Kanal {channel}").format(channel=said(desk.deps.connectors[scope].label))
        return {"value": f"{CHANNEL}:{scope}", "label": label, "organisation": None}
    return {"value": EVERYTHING, "label": _("Alles"), "organisation": None}


def done(path: str, what: str, post_id: int | None = None) -> str:
    """Return the path with the note of what was done, from which :func:`noted` makes a sentence."""
    note = {"getan": what} if post_id is None else {"getan": what, "nr": str(post_id)}
    return f"{path}{'&' if '?' in path else '?'}{urlencode(note)}"


def noted(desk: Desk, visitor: Visitor, what: str, post_id: int) -> dict[str, Any]:
    """Return the sentence on what was just done, told from how the post stands now, and whose release may be undone.

    Both are empty where nothing was done, or nothing that the visitor may see.
    """
    nothing = {"message": "", "undoable_now": None}
    sentence = _SENTENCES.get(what)
    if sentence is None:
        return nothing
    try:
        shown = views.post_show(desk.deps, post_id, actor=visitor.actor)
    except Refused:
        return nothing
    label = said(desk.deps.connectors[shown["channel"]].label) if shown["channel"] in desk.deps.connectors else ""
    name = _("„{title}“ ({channel}, {organisation})").format(
        title=shown["title"], channel=label or shown["channel"], organisation=shown["organisation_name"]
    )
    verb = VERBS["undo"]
    may = shown["state"] in verb.states and allowed(visitor.actor, verb.right, shown["organisation"])
    return {"message": sentence(shown, name), "undoable_now": shown if what == "freigegeben" and may else None}


def _approved(shown: Shown, name: str) -> str:
    if shown["approved_digest"] is None and (shown["reason"] or {}).get("code") == "elected.second":
        return _("Vermerkt: {name}. Es fehlt noch die Freigabe einer zweiten Person.").format(name=name)
    if shown["approved_digest"] is None:
        return _("{name} wartet wieder auf eine Freigabe.").format(name=name)
    return _("Freigegeben für {time}: {name}.").format(time=when(shown["due_at"]), name=name)


def _undone(shown: Shown, name: str) -> str:
    if shown["state"] == State.AWAITING:
        return _("Freigabe zurückgenommen: {name} wartet wieder.").format(name=name)
    return ""


def _moved(shown: Shown, name: str) -> str:
    return _("Neue Zeit: {time} für {name}.").format(time=when(shown["due_at"]), name=name)


def _edited(shown: Shown, name: str) -> str:
    if shown["state"] == State.AWAITING:
        return _("Text gespeichert: {name}. Er wartet jetzt auf die Freigabe.").format(name=name)
    return _("Text gespeichert: {name}. So kann er noch nicht freigegeben werden.").format(name=name)


def _mended(shown: Shown, name: str) -> str:
    left = shown["problems"]
    if not left:
        return _("Behoben: {name}. Am Text ist nichts mehr zu beheben.").format(name=name)
    remaining = ngettext(
        "Teilweise behoben: {name}. Ein Mangel bleibt: {first}",
        "Teilweise behoben: {name}. {number} Mängel bleiben, zuerst: {first}",
        len(left),
    ).format(name=name, number=len(left), first=said(left[0]["text"]))
    if shown["state"] == State.AWAITING:
        return remaining
    return _("{remaining} So kann der Post noch nicht freigegeben werden.").format(remaining=remaining)


def _rejected(shown: Shown, name: str) -> str:
    return _("Abgelehnt: {name}.").format(name=name)


def _again(shown: Shown, name: str) -> str:
    return _("{name} wird jetzt gesendet.").format(name=name)


def _recalled(shown: Shown, name: str) -> str:
    if shown["state"] in ("retracting", "published"):
        return _("{name} wird zurückgenommen.").format(name=name)
    return _("Zurückgenommen: {name}.").format(name=name)


def _confirmed(shown: Shown, name: str) -> str:
    return _("Vermerkt: {name}.").format(name=name)


_SENTENCES: dict[str, Callable[[Shown, str], str]] = {
    "freigegeben": _approved,
    "wartet": _undone,
    "verschoben": _moved,
    "bearbeitet": _edited,
    "behoben": _mended,
    "abgelehnt": _rejected,
    "gesendet": _again,
    "zurueckgenommen": _recalled,
    "bestaetigt": _confirmed,
}

"""The queues of posts: what waits for a person, what is planned, what needs help, what is public, what is closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from distributor.domain import Actor
from distributor.paging import FIRST
from distributor.services.deps import Deps
from distributor.services.organisations import names
from distributor.services.permission import allowed, visible
from distributor.services.queues import MANY, Line, Queue, queue_page
from distributor.services.verbs import VERBS
from distributor.web import paging
from distributor.web.guarding import Asked, At, Number, Reader
from distributor.web.language import gettext as _
from distributor.web.layout import layout, noted
from distributor.web.said import said

PATH = "/freigabe"
PAGE_SIZE = 50
"""So many lines that a week of one Jobcenter fits; our own choice."""

_NAMES = {
    Queue.AWAITING: "freigabe",
    Queue.PLANNED: "geplant",
    Queue.HELP: "hilfe",
    Queue.PUBLISHED: "veroeffentlicht",
    Queue.CLOSED: "geschlossen",
}
_QUEUES = {name: queue for queue, name in _NAMES.items()}

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Tab:
    """One queue to choose from."""

    label: str
    count: str
    href: str
    current: bool


@router.get(PATH)
def show(
    request: Request,
    desk: At,
    visitor: Reader,
    liste: str = "freigabe",
    kjc: Asked = "",
    spot: paging.Asked = FIRST,
    getan: str = "",
    nr: Number = 0,
) -> Response:
    """Show one page of a queue."""
    queue = _QUEUES.get(liste, Queue.AWAITING)
    found = queue_page(desk.deps, visitor.actor, queue, organisation=kjc or None, spot=spot, limit=PAGE_SIZE)
    context = {
        **layout(desk, visitor),
        "queue": queue,
        "tabs": [Tab(tab_labels()[q], _told(found.counts[q]), _href(q, kjc), q is queue) for q in Queue],
        "list_name": _NAMES[queue],
        "lines": found.lines,
        "labels": channel_labels(desk.deps),
        "organisations": organisations(desk.deps, visitor.actor),
        "organisation": kjc,
        "several": found.counts[queue] > 1,
        "ways": paging.ways(PATH, _list(queue, kjc), [line.id for line in found.lines], found.earlier, found.later),
        "undoable": _undoable(visitor.actor, found.lines),
        **noted(desk, visitor, getan, nr),
    }
    return desk.pages.show(request, "queue.html", context)


def _told(count: int) -> str:
    return str(count) if count <= MANY else f"{MANY}+"


def _undoable(actor: Actor, lines: Sequence[Line]) -> set[int]:
    """Return the posts whose release the actor could take back."""
    undo = VERBS["undo"]
    return {line.id for line in lines if line.state in undo.states and allowed(actor, undo.right, line.organisation)}


def tab_labels() -> dict[Queue, str]:
    """Return what the tabs say."""
    return {
        Queue.AWAITING: _("Zur Freigabe"),
        Queue.PLANNED: _("Geplant"),
        Queue.HELP: _("Braucht Hilfe"),
        Queue.PUBLISHED: _("Veröffentlicht"),
        Queue.CLOSED: _("Geschlossen"),
    }


def channel_labels(deps: Deps) -> dict[str, str]:
    """Return how each channel calls itself."""
    return {channel: said(connector.label) for channel, connector in deps.connectors.items()}


def organisations(deps: Deps, actor: Actor) -> list[tuple[str, str]]:
    """Return slug and name of the Jobcenter whose posts the actor may see."""
    seen = visible(actor)
    return [(slug, name) for slug, name in names(deps).items() if seen is None or slug in seen]


def _list(queue: Queue, organisation: str) -> dict[str, str]:
    return {"liste": _NAMES[queue], "kjc": organisation}


def _href(queue: Queue, organisation: str) -> str:
    return paging.address(PATH, _list(queue, organisation))

"""The record: who did what, when; the newest first."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from distributor.domain import State
from distributor.locale import gettext as _
from distributor.services import record_views
from distributor.services.record_views import SUBJECTS, Entry
from distributor.web.guarding import Asked, At, Number, Reader
from distributor.web.layout import layout
from distributor.web.queue import organisations
from distributor.wording import EVENT_WORDS, STATE_WORDS

PAGE_SIZE = 50

router = APIRouter()


@router.get("/protokoll")
def show(request: Request, desk: At, visitor: Reader, kjc: Asked = "", was: Asked = "", vor: Number = 0) -> Response:
    """Show a page of the record."""
    subject = was if was in SUBJECTS else ""
    found = record_views.entries(
        desk.deps, visitor.actor, organisation=kjc, subject=subject, before=vor, limit=PAGE_SIZE + 1
    )
    chosen = {name: value for name, value in (("kjc", kjc), ("was", subject)) if value}
    more = len(found) > PAGE_SIZE
    context = {
        **layout(desk, visitor),
        "entries": [(each, _told(each), _href(each)) for each in found[:PAGE_SIZE]],
        "older": f"/protokoll?{urlencode({**chosen, 'vor': found[PAGE_SIZE - 1].id})}" if more else "",
        "newest": f"/protokoll?{urlencode(chosen)}" if vor else "",
        "organisations": [("", _("alle")), *organisations(desk.deps, visitor.actor)],
        "organisation": kjc,
        "subjects": [("", _("alles")), *subjects().items()],
        "subject": subject,
    }
    return desk.pages.show(request, "record.html", context)


def subjects() -> dict[str, str]:
    """Return the word for what events are told of."""
    return {
        "post": _("Post"),
        "item": _("Beitrag"),
        "account": _("Konto"),
        "user": _("Benutzerkonto"),
        "person": _("Person in Beiträgen"),
        "recall": _("Rückruf"),
        "stop": _("Notbremse"),
        "occasion": _("Besonderer Tag"),
        "feed": _("Feed"),
        "config": _("Konfiguration"),
        "topic": _("Thema"),
    }


def _told(entry: Entry) -> str:
    """Return what happened: in words where there are any, else by its name in the record."""
    known = EVENT_WORDS.get(entry.what)
    told = _(known) if known else entry.what
    if entry.to_state and entry.to_state != entry.from_state:
        state = STATE_WORDS[State(entry.to_state)] if entry.to_state in set(State) else entry.to_state
        return f"{told} → {state}"
    return told


def _href(entry: Entry) -> str:
    """Return where its subject has a page; empty where it has none."""
    pages = {"post": "/post/", "item": "/beitraege/", "account": "/konten/", "recall": "/rueckrufe/"}
    return f"{pages[entry.subject]}{entry.subject_id}" if entry.subject in pages and entry.subject_id.isdigit() else ""

"""The record: who did what, when; the newest first."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from distributor.domain import State
from distributor.locale import N_
from distributor.services import record_views
from distributor.services.record_views import SUBJECTS, Entry
from distributor.web.guarding import Asked, At, Number, Reader
from distributor.web.language import gettext as _
from distributor.web.layout import layout
from distributor.web.queue import channel_labels, organisations
from distributor.web.said import shown
from distributor.wording import EVENT_WORDS, STATE_WORDS

PAGE_SIZE = 50

router = APIRouter()

_WORDS: dict[str, str] = {
    "account.ending": N_("Zugang endet bald"),
    "account.renewed": N_("Zugang verlängert"),
    "account.inviting": N_("Verbinden begonnen"),
    "account.paused": N_("Konto angehalten"),
    "account.resumed": N_("Konto läuft weiter"),
    "account.retired": N_("Konto stillgelegt"),
    "account.retiring": N_("Konto wird stillgelegt"),
    "account.set": N_("Konto geändert"),
    "calendar.entered": N_("Besonderen Tag eingetragen"),
    "calendar.struck": N_("Besonderen Tag gestrichen"),
    "campaign.set": N_("Kampagne geändert"),
    "config.imported": N_("Konfiguration übernommen"),
    "feed.added": N_("Feed eingetragen"),
    "feed.removed": N_("Feed entfernt"),
    "item.answered": N_("Angabe gemacht"),
    "item.changed": N_("Im Portal geändert"),
    "item.gone": N_("Im Portal verschwunden"),
    "item.new": N_("Neu im Portal"),
    "item.text": N_("Kanaltext geschrieben"),
    "item.withdrawn": N_("Beitrag zurückgezogen"),
    "keys.rotated": N_("Schlüssel erneuert"),
    "portal.told": N_("Dem Portal Bescheid gegeben"),
    "post.proposed": N_("Zeit vorgeschlagen"),
    "recall.begun": N_("Rückruf begonnen"),
    "recall.done": N_("Rückruf abgeschlossen"),
    "stop.lifted": N_("Notbremse gelöst"),
    "stop.pulled": N_("Notbremse gezogen"),
    "stop.vote": N_("Dem Lösen der Notbremse zugestimmt"),
    "token.added": N_("Schlüssel der Schnittstelle ausgestellt"),
    "token.revoked": N_("Schlüssel der Schnittstelle widerrufen"),
    "topic.added": N_("Thema aufgenommen"),
    "topic.dropped": N_("Thema gestrichen"),
    "topic.linked": N_("Thema mit Beitrag verknüpft"),
    "user.code_app": N_("App für Codes eingerichtet"),
    "user.code_app_offered": N_("App für Codes begonnen"),
    "user.code_app_removed": N_("App für Codes entfernt"),
    "user.deputy": N_("Vertretung eingetragen"),
    "user.disabled": N_("Person gesperrt"),
    "user.enabled": N_("Person zugelassen"),
    "user.erased": N_("Person gelöscht"),
    "user.factors_reset": N_("App, Ersatzcodes und Passkeys zurückgesetzt"),
    "user.mailbox": N_("E-Mail-Adresse geändert"),
    "user.invited": N_("Person eingeladen"),
    "user.passkey": N_("Passkey eingerichtet"),
    "user.passkey_offered": N_("Passkey begonnen"),
    "user.passkey_removed": N_("Passkey entfernt"),
    "user.password": N_("Kennwort geändert"),
    "user.proved": N_("Sich noch einmal ausgewiesen"),
    "user.recovery_codes": N_("Neue Ersatzcodes"),
    "user.session_ended": N_("Sitzung beendet"),
    "user.set": N_("Person geändert"),
    "webhook.added": N_("Webhook eingetragen"),
    "webhook.removed": N_("Webhook entfernt"),
    "webhook.tried": N_("Webhook ausprobiert"),
}
"""For the events that are no post's; what has no word here is told by its name in the record."""

_QUESTIONS: dict[str, str] = {
    "people": N_("Personen"),
    "partner": N_("Betrieb oder Partner"),
    "elected": N_("Gewählte Personen"),
    "source": N_("Quelle"),
    "rights": N_("Bildrechte"),
    "credit": N_("Bildnachweis"),
    "alt": N_("Alternativtext"),
    "licence": N_("Lizenz"),
    "channels": N_("Kanäle"),
    "organisations": N_("Jobcenter"),
    "until": N_("Gültig bis"),
    "captions": N_("Untertitel"),
    "focus": N_("Bildausschnitt"),
    "burnt": N_("Nachweis im Bild"),
}
"""What an editor was asked, in a word; the record holds its code."""


@router.get("/protokoll")
def show(request: Request, desk: At, visitor: Reader, kjc: Asked = "", was: Asked = "", vor: Number = 0) -> Response:
    """Show a page of the record."""
    subject = was if was in SUBJECTS else ""
    found = record_views.entries(
        desk.deps, visitor.actor, organisation=kjc, subject=subject, before=vor, limit=PAGE_SIZE + 1
    )
    chosen = {name: value for name, value in (("kjc", kjc), ("was", subject)) if value}
    more = len(found) > PAGE_SIZE
    labels = channel_labels(desk.deps)
    context = {
        **layout(desk, visitor),
        "entries": [(each, _told(each), _href(each), _why(each, labels)) for each in found[:PAGE_SIZE]],
        "older": f"/protokoll?{urlencode({**chosen, 'vor': found[PAGE_SIZE - 1].id})}" if more else "",
        "newest": f"/protokoll?{urlencode(chosen)}" if vor else "",
        "organisations": [("", _("alle")), *organisations(desk.deps, visitor.actor)],
        "organisation": kjc,
        "subjects": [("", _("alles")), *subjects().items()],
        "subject": subject,
        "words": subjects(),
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
    known = EVENT_WORDS.get(entry.what) or _WORDS.get(entry.what)
    told = _(known) if known else entry.what
    if entry.to_state and entry.to_state != entry.from_state:
        state = _(STATE_WORDS[State(entry.to_state)]) if entry.to_state in set(State) else entry.to_state
        return f"{told} → {state}"
    return told


def _why(entry: Entry, labels: Mapping[str, str]) -> str:
    """Return what the record says beside it: what was asked, on which channel, or a reason."""
    if entry.what == "item.answered" and entry.reason in _QUESTIONS:
        return _(_QUESTIONS[entry.reason])
    return labels.get(entry.reason) or shown(entry.reason)


def _href(entry: Entry) -> str:
    """Return where its subject has a page; empty where it has none."""
    pages = {"post": "/post/", "item": "/beitraege/", "account": "/konten/", "recall": "/rueckrufe/"}
    return f"{pages[entry.subject]}{entry.subject_id}" if entry.subject in pages and entry.subject_id.isdigit() else ""

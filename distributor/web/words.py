"""German words of the desk for what the services name in code: events, severities, roles, queues, stages. Pure."""

from __future__ import annotations

from distributor.locale import gettext as _


def severities() -> dict[str, str]:
    """Return the word for each severity of a problem."""
    return {"block": _("Muss behoben werden"), "warn": _("Bitte prüfen"), "hint": _("Hinweis")}


def item_stages() -> dict[str, str]:
    """Return the word for each stage of an Item."""
    return {
        "active": _("in Arbeit"),
        "held": _("zurückgestellt"),
        "history": _("älter, nicht übernommen"),
        "withdrawn": _("zurückgezogen"),
    }


def recall_kinds() -> dict[str, str]:
    """Return the word for what a Recall takes back."""
    return {"person": _("Person"), "item": _("Beitrag"), "medium": _("Medium"), "post": _("Post")}


def recall_outcomes() -> dict[str, str]:
    """Return the word for what became of a recalled post."""
    return {
        "deleted": _("gelöscht"),
        "never_public": _("war nie öffentlich"),
        "running": _("wird gelöscht"),
        "task": _("von Hand zu löschen"),
    }


def who_acts() -> dict[str, str]:
    """Return the word for whoever acts next on a post."""
    return {
        "officer": _("Kanalverantwortliche"),
        "editor": _("Redaktion"),
        "operator": _("Betrieb"),
        "daemon": _("der Dienst, von selbst"),
    }


def events() -> dict[str, str]:
    """Return what is said of each event in a post's story."""
    return {
        "tailored": _("Neu zugeschnitten"),
        "post.approved": _("Freigegeben"),
        "post.approved_first": _("Erste von zwei Freigaben"),
        "post.approved_alone": _("Ohne zweite Person freigegeben"),
        "post.handed_over": _("Andere Zuständigkeit"),
        "post.left": _("Geschlossen, weil das Konto aufgegeben wird"),
        "post.edited": _("Text bearbeitet"),
        "post.moved": _("Zeit geändert"),
        "post.rejected": _("Abgelehnt"),
        "post.retried": _("Erneut versucht"),
        "post.hurried": _("Sofort veröffentlichen"),
        "post.seen_absent": _("Nachgesehen: nicht öffentlich"),
        "post.seen_public": _("Nachgesehen: öffentlich"),
        "post.recall": _("Rücknahme verlangt"),
        "post.recalled": _("Zurückgenommen"),
        "recall.reminded": _("An das Löschen erinnert"),
        "post.missed": _("Zeit verpasst"),
        "post.taken_back": _("Freigabe vom Kalender zurückgenommen"),
        "post.repeated": _("Wiederholung angelegt"),
        "post.expired": _("Verfallen"),
        "staging": _("Wird vorbereitet"),
        "staged": _("Beim Netzwerk vorbereitet"),
        "staging.failed": _("Vorbereitung fehlgeschlagen"),
        "release.claimed": _("Wird gesendet"),
        "release.failed": _("Senden fehlgeschlagen"),
        "guard.refused": _("Vor dem Senden angehalten"),
        "withheld": _("Nicht gesendet"),
        "published": _("Veröffentlicht"),
        "receipt.refused": _("Beleg gehört zu einem anderen Post"),
        "looked": _("Nachgesehen"),
        "look.failed": _("Nachsehen fehlgeschlagen"),
        "owner.died": _("Dienst wurde unterbrochen"),
        "retracted": _("Vom Netzwerk gelöscht"),
        "retract.failed": _("Löschen fehlgeschlagen"),
        "retract.by_hand": _("Muss von Hand gelöscht werden"),
    }


def event(what: str) -> str:
    """Return the words for an event, or its own name where there are none."""
    return events().get(what, what)

"""German words of the desk for what the services name in code: severities, roles, stages, events. Pure."""

from __future__ import annotations

from distributor.takedown import KIND_WORDS, OUTCOME_WORDS
from distributor.web.language import gettext as _
from distributor.wording import WHO_WORDS


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
    return {kind: _(word) for kind, word in KIND_WORDS.items()}


def recall_outcomes() -> dict[str, str]:
    """Return the word for what became of a recalled post."""
    return {outcome: _(word) for outcome, word in OUTCOME_WORDS.items()}


def who_acts() -> dict[str, str]:
    """Return the word for whoever acts next on a post."""
    return {who: _(word) for who, word in WHO_WORDS.items()}


def roles() -> dict[str, str]:
    """Return the word for each role."""
    return {
        "editor": _("Redaktion"),
        "officer": _("Kanalverantwortung"),
        "operator": _("Betrieb"),
        "auditor": _("Prüfung"),
    }

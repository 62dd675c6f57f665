"""The themes of the editorial plan, and which of them an Item belongs to by what it says. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from distributor.locale import N_

THEMES: dict[str, tuple[str, tuple[str, ...]]] = {
    "money": (N_("Geld"), ("geld", "budget", "schulden", "haushalt", "konto", "sparen", "bürgergeld", "kosten")),
    "housing": (N_("Wohnen"), ("wohn", "miete", "kaution", "umzug", "wg-")),
    "training": (N_("Ausbildung"), ("ausbildung", "azubi", "lehre", "berufsschule", "praktikum", "abschluss")),
    "jobs": (N_("Jobsuche"), ("jobsuche", "bewerb", "vorstellungsgespräch", "lebenslauf", "stellen", "arbeitssuche")),
}
"""Each theme's German name, and how the words begin by which it is known; our own choice."""

OTHER = "other"


def theme_of(title: str, topics: Sequence[str]) -> str:
    """Return an Item's theme: by its topics, else by its title; ``OTHER`` where neither tells."""
    for said in (" ".join(topics).casefold(), title.casefold()):
        for theme, (_name, beginnings) in THEMES.items():
            if any(f" {beginning}" in f" {said}" for beginning in beginnings):
                return theme
    return OTHER

"""What people shown in an Item consented to, and what is missing for one post at one moment. Pure.

A person is a key (``P-7KQ2``), never a name. Of several consents the one signed last counts, for it is the person's
present word; a withdrawn one is never replaced by an older one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter

from distributor.domain import Reason, Refused
from distributor.wording import BERLIN

SCOPES = {
    "image": "Bild",
    "voice": "Stimme",
    "first_name": "Vorname",
    "full_name": "voller Name",
    "place": "Wohnort",
    "story": "Geschichte",
    "benefit": "Bezug von Leistungen",
    "editing": "Bearbeitung",
    "reuse": "Verwendung durch andere Jobcenter",
}
"""What a person may consent to, each by itself."""

REUSE = "reuse"
SHOWABLE = tuple(scope for scope in SCOPES if scope != REUSE)
"""What may be shown of a person; ``reuse`` follows from who shows it."""

RENEWAL_NOTICE = timedelta(days=30)
"""How long before a consent ends an editor is reminded; our own choice."""

_NAMED = re.compile(r"consent:\s{0,3}(P-[A-Z2-9]{4,12})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Consent:
    """A signed form: what for, on which channels (fixed at signing), until when (that day included), by how many.

    ``guardians`` counts those who signed beside the person.
    """

    signed_on: date
    scopes: frozenset[str]
    channels: frozenset[str]
    until: date | None = None
    guardians: int = 0
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody shown: the Organisation that knows them, the day they come of age (None: of age), their consents.

    ``guardians`` is how many must sign beside a minor.
    """

    key: str
    organisation: str
    adult_on: date | None = None
    guardians: int = 0
    consents: tuple[Consent, ...] = ()

    def present(self, day: date) -> Consent | None:
        """Return the consent that counts on that day: the one signed last."""
        signed = sorted((each for each in self.consents if each.signed_on <= day), key=attrgetter("signed_on"))
        return signed[-1] if signed else None


@dataclass(frozen=True, slots=True)
class Shown:
    """A person in an Item, and what is shown of them."""

    person: Person
    what: frozenset[str]


def needed(what: Iterable[str]) -> frozenset[str]:
    """Return the scopes that showing this needs: a story told by a Jobcenter says that benefits are received.

    Source: BSG 25.01.2012, B 14 AS 65/11 R: receiving benefits is itself a social datum.
    """
    asked = frozenset(what)
    return asked | {"benefit"} if "story" in asked else asked


def checked(scopes: Iterable[str], known: Iterable[str] = tuple(SCOPES)) -> list[str]:
    """Return the scopes in their order. Raises: Refused for none at all and for one that does not exist."""
    wanted, possible = set(scopes), list(known)
    wrong = sorted(wanted - set(possible))
    if wrong:
        text = f"„{wrong[0]}“ gibt es nicht; möglich sind: {', '.join(possible)}."
        raise Refused(text, code="consent.scope")
    if not wanted:
        raise Refused(f"Bitte mindestens eines nennen: {', '.join(possible)}.", code="consent.scope")
    return [scope for scope in possible if scope in wanted]


def gaps(shown: Shown, channel: str, organisation: str, moment: datetime) -> tuple[Reason, ...]:
    """Return what keeps a person from being shown so, by this Organisation, on this channel, at that moment."""
    person, day = shown.person, moment.astimezone(BERLIN).date()
    consent = person.present(day)
    if consent is None:
        return (_gap("missing", f"Für {person.key} liegt keine Einwilligung vor; bitte eine eintragen."),)
    if consent.withdrawn:
        return (_gap("withdrawn", f"{person.key} hat die Einwilligung widerrufen."),)
    return tuple(
        _gap(code, text)
        for code, text in (*_lasting(person, consent, day), *_reaching(shown, consent, channel, organisation))
    )


def _lasting(person: Person, consent: Consent, day: date) -> list[tuple[str, str]]:
    found = []
    if consent.until is not None and day > consent.until:
        text = f"Die Einwilligung von {person.key} galt nur bis zum {consent.until:%d.%m.%Y}; bitte erneuern."
        found.append(("expired", text))
    if person.adult_on is not None and consent.signed_on < person.adult_on:
        signed, asked = consent.guardians, max(person.guardians, 1)
        if signed < asked:
            text = f"Für {person.key} haben {signed} von {asked} Sorgeberechtigten unterschrieben; bitte nachholen."
            found.append(("guardians", text))
        if day >= person.adult_on:
            text = f"{person.key} ist jetzt volljährig; bitte die Einwilligung von der Person selbst erneuern lassen."
            found.append(("adult", text))
    return found


def _reaching(shown: Shown, consent: Consent, channel: str, organisation: str) -> list[tuple[str, str]]:
    key = shown.person.key
    found = []
    missing = [SCOPES[scope] for scope in SCOPES if scope in needed(shown.what) - consent.scopes]
    if missing:
        found.append(("scope", f"Die Einwilligung von {key} umfasst nicht: {', '.join(missing)}."))
    if channel not in consent.channels:
        found.append(("channel", f"Die Einwilligung von {key} gilt nicht für diesen Kanal."))
    if organisation != shown.person.organisation and REUSE not in consent.scopes:
        found.append(("reuse", f"{key} hat nicht eingewilligt, dass andere Jobcenter den Beitrag verwenden."))
    return found


def _gap(code: str, text: str) -> Reason:
    return Reason(f"consent.{code}", text, "editor")


def ends_on(person: Person, day: date) -> date | None:
    """Return the last day that the person's present consent counts by time alone, or None if it is open-ended."""
    consent = person.present(day)
    if consent is None or consent.withdrawn:
        return None
    ends = [consent.until] if consent.until is not None else []
    if person.adult_on is not None and consent.signed_on < person.adult_on:
        ends.append(person.adult_on - timedelta(days=1))
    return min(ends, default=None)


def named_in(topics: Iterable[str]) -> tuple[str, ...]:
    """Return the persons a feed names in its categories (``consent:P-7KQ2``)."""
    found = (_NAMED.fullmatch(topic.strip()) for topic in topics)
    return tuple(dict.fromkeys(match.group(1).upper() for match in found if match))


def without_consents(topics: Iterable[str]) -> tuple[str, ...]:
    """Return the topics that are no consents: nothing about a person becomes a hashtag."""
    return tuple(topic for topic in topics if not topic.strip().lower().startswith("consent:"))

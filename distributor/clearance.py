"""Which questions an Item raises before anything of it may be approved, and which gates its answers close. Pure.

An answer about a medium is bound to the medium's content hash: another file under the same address asks anew. What
holds for the whole Item is an open question (:func:`unanswered`); what holds for one post at one moment is a gate
(:func:`gates`): rights end, consents differ by channel, and an election comes nearer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from distributor.consent import Shown, gaps
from distributor.domain import Reason, Refused
from distributor.wording import BERLIN

DECORATIVE = "decorative"
"""The answer to ``alt`` that says: this picture carries no information."""

OPEN = "open"
"""The answer that takes an earlier one back: the question is to be answered anew."""

EXEMPTIONS = {
    "contemporary": "Zeitgeschichte (§ 23 Abs. 1 Nr. 1 KUG)",
    "incidental": "nur Beiwerk (§ 23 Abs. 1 Nr. 2 KUG)",
    "assembly": "Versammlung oder Veranstaltung (§ 23 Abs. 1 Nr. 3 KUG)",
    "art": "Interesse der Kunst (§ 23 Abs. 1 Nr. 4 KUG)",
}
"""When people may be shown without consent; who says so answers for it by name.

Source: KUG § 23, https://www.gesetze-im-internet.de/kunsturhg/__23.html, 2026-11-22.
"""

ADVERTISEMENT = "Anzeige"
"""What stands first in every text for which somebody pays. Source: MStV § 22 (1), as read 2026-11-22."""

_CHOICES = {
    "people": ("none", "shown", *EXEMPTIONS),
    "rights": ("granted", "denied"),
    "captions": ("present", "silent", "missing"),
    "partner": ("none", "unpaid", "paid"),
    "elected": ("none", "shown"),
}
_TEXTS = ("credit", "alt", "source", "licence")
_LISTS = ("channels", "organisations")
_OPTIONAL = ("licence", *_LISTS, "until")
_DENIED = {
    "denied": "Bitte die Rechte einholen oder das Bild ersetzen.",
    "missing": "Bitte Untertitel ergänzen.",
}
"""The answers that say no, with what then helps."""

_FORBIDS = {OPEN, *_DENIED}
_WORD = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True, slots=True)
class Subject:
    """A medium that is asked about: its content hash, its kind, and how people recognise it."""

    sha256: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Question:
    """One thing an editor is asked. ``subject`` is a medium's content hash, or empty for the whole Item.

    What is ``needed`` keeps the Item uncleared until it is answered; the rest narrows the answer before it.
    """

    key: str
    subject: str
    text: str
    needed: bool = True


@dataclass(frozen=True)
class Clearance:
    """An Item's questions with the newest answers, and the people in it with what is shown of each."""

    asked: tuple[Question, ...] = ()
    answers: Mapping[tuple[str, str], str] = field(default_factory=dict)
    pictures: tuple[Subject, ...] = ()
    shown: tuple[Shown, ...] = ()

    def answer(self, question: str, subject: str = "") -> str:
        """Return the newest answer, empty where there is none."""
        found = self.answers.get((question, subject), "")
        return "" if found == OPEN else found

    @property
    def label(self) -> str:
        """Return the word that must stand first in every text, or nothing."""
        return ADVERTISEMENT if self.answer("partner") == "paid" else ""

    @cached_property
    def unsettled(self) -> tuple[Reason, ...]:
        """Return why nothing of the Item may appear anywhere; worked out once, delivery asks it of every post."""
        return tuple(
            Reason(f"clearance.{question.key}", _unsettled(question, self), "editor")
            for question in unanswered(self.asked, self.answers)
        )


ASKED = {
    "people": "Sind Personen zu sehen, zu hören oder genannt?",
    "partner": "Ist ein Betrieb oder Partner genannt, und gibt es dafür eine Gegenleistung?",
    "elected": "Sind gewählte Personen zu sehen oder genannt (Landrätin, Bürgermeister, Dezernent …)?",
    "source": "Woher stammt der Beitrag?",
    "rights": "Dürfen die Jobcenter {name} zeigen?",
    "credit": "Wie lautet der Bildnachweis für {name}?",
    "alt": "Wie lautet der Alternativtext für {name}?",
    "licence": "Unter welcher Lizenz steht {name}?",
    "channels": "Auf welchen Kanälen darf {name} erscheinen?",
    "organisations": "Welche Jobcenter dürfen {name} zeigen?",
    "until": "Bis wann darf {name} gezeigt werden?",
    "captions": "Hat {name} Untertitel?",
}
"""Every question there is, as an editor reads it."""

ITEM_WIDE = ("people", "partner", "elected", "source")
"""The questions about the whole Item; the others are about one medium each."""

_OF_A_PICTURE = ("rights", "credit", "alt", "licence", "channels", "organisations", "until")


def questions(subjects: Sequence[Subject], *, sourced: bool = True) -> list[Question]:
    """Return every question the Item raises, in an editor's order; ``sourced``: the feed names where it comes from."""
    asked = [Question(key, "", ASKED[key]) for key in ITEM_WIDE if not (sourced and key == "source")]
    for subject in subjects:
        about = ("captions",) if subject.kind == "video" else _OF_A_PICTURE
        asked += [
            Question(key, subject.sha256, ASKED[key].format(name=subject.name), key not in _OPTIONAL) for key in about
        ]
    return asked


def check(question: str, answer: str) -> str:
    """Return the answer as it is stored. Raises: Refused for an unknown question or an answer it does not take."""
    answer = answer.strip()
    if question in _CHOICES:
        if answer not in _CHOICES[question]:
            allowed = " oder ".join(_CHOICES[question])
            raise Refused(f"„{question}“ nimmt {allowed}, nicht „{answer}“.", code="clearance.answer")
    elif question in _LISTS:
        answer = _words(question, answer)
    elif question == "until":
        answer = _day(answer)
    elif question not in _TEXTS:
        raise Refused(f"Die Frage „{question}“ gibt es nicht.", code="clearance.question")
    elif not answer and question not in _OPTIONAL:
        raise Refused(f"Die Antwort auf „{question}“ ist leer.", code="clearance.answer")
    return answer


def _words(question: str, answer: str) -> str:
    words = sorted({word.strip() for word in answer.split(",") if word.strip()})
    wrong = [word for word in words if not _WORD.fullmatch(word)]
    if wrong:
        text = f"„{question}“ nimmt Namen mit Komma dazwischen, nicht „{wrong[0]}“."
        raise Refused(text, code="clearance.answer")
    return ",".join(words)


def _day(answer: str) -> str:
    try:
        return date.fromisoformat(answer).isoformat() if answer else ""
    except ValueError:
        text = f"„until“ nimmt einen Tag wie 2027-06-30, nicht „{answer}“."
        raise Refused(text, code="clearance.answer") from None


def optional(question: str) -> bool:
    """Tell whether a question may stay open or be emptied again."""
    return question in _OPTIONAL


def unanswered(asked: Sequence[Question], answers: Mapping[tuple[str, str], str]) -> list[Question]:
    """Return the questions whose answer is missing, no longer taken, or forbids use; none left: the Item is cleared."""
    return [
        question
        for question in asked
        if question.needed and not _settled(question, answers.get((question.key, question.subject)))
    ]


def _settled(question: Question, answer: str | None) -> bool:
    if answer is None or answer in _FORBIDS:
        return False
    return question.key not in _CHOICES or answer in _CHOICES[question.key]


def gates(clearance: Clearance, channel: str, organisation: str, moment: datetime, *, media: int) -> tuple[Reason, ...]:
    """Return why one Organisation's post may not appear on a channel at ``moment``; nothing returned: it may.

    ``media``: how many of the pictures the channel takes, the first ones; rights in the others do not matter to it.
    """
    limited = [
        reason
        for picture in clearance.pictures[:media]
        for reason in _rights(clearance, picture, channel, organisation, moment)
    ]
    return (*clearance.unsettled, *limited, *_people(clearance, channel, organisation, moment))


def _unsettled(question: Question, clearance: Clearance) -> str:
    helps = _DENIED.get(clearance.answer(question.key, question.subject))
    return f"Verneint wurde: {question.text} {helps}" if helps else f"Noch zu klären: {question.text}"


def _rights(clearance: Clearance, picture: Subject, channel: str, organisation: str, moment: datetime) -> list[Reason]:
    channels, organisations, until = (
        clearance.answer(key, picture.sha256) for key in ("channels", "organisations", "until")
    )
    found = []
    if channels and channel not in channels.split(","):
        text = f"{picture.name} darf auf diesem Kanal nicht erscheinen; die Rechte gelten nur für: {channels}."
        found.append(Reason("rights.channel", text, "editor"))
    if organisations and organisation not in organisations.split(","):
        text = f"{picture.name} darf dieses Jobcenter nicht zeigen; die Rechte gelten nur für: {organisations}."
        found.append(Reason("rights.organisation", text, "editor"))
    if until and moment.astimezone(BERLIN).date() > (last := date.fromisoformat(until)):
        text = f"{picture.name} durfte nur bis zum {last:%d.%m.%Y} gezeigt werden; bitte die Rechte verlängern."
        found.append(Reason("rights.until", text, "editor"))
    return found


def _people(clearance: Clearance, channel: str, organisation: str, moment: datetime) -> list[Reason]:
    if clearance.answer("people") == "shown" and not clearance.shown:
        text = "Es sind Personen zu sehen, aber keine ist mit ihrer Einwilligung verknüpft; bitte verknüpfen."
        return [Reason("people.unlinked", text, "editor")]
    return [reason for shown in clearance.shown for reason in gaps(shown, channel, organisation, moment)]


def seconded(clearance: Clearance, election: str, approvers: int) -> Reason | None:
    """Return why elected people may not appear before an election: two must have approved; None if they may.

    ``election`` names the time before an election in which the post appears, empty outside; ``approvers`` counts the
    people who approved what is to be sent. Source: VGH Hessen 24.11.2014, 8 A 1605/14: offices keep neutral.
    """
    if not election or clearance.answer("elected") != "shown" or approvers >= 2:
        return None
    text = f"Vor der Wahl ({election}) brauchen Posts mit gewählten Personen die Freigabe einer zweiten Person."
    return Reason("elected.second", text, "officer")

"""Which questions an Item raises before anything of it may be approved, and whether the answers permit it. Pure.

An answer about a medium is bound to the medium's content hash: another file under the same address asks anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from distributor.domain import Refused

DECORATIVE = "decorative"
"""The answer to ``alt`` that says: this picture carries no information."""

_CHOICES = {
    "people": ("none", "consented"),
    "rights": ("granted", "denied"),
    "captions": ("present", "missing"),
}
OPEN = "open"
"""The answer that takes an earlier one back: the question is to be answered anew."""

_FORBIDS = {"denied", "missing", OPEN}


@dataclass(frozen=True, slots=True)
class Subject:
    """A medium that is asked about: its content hash, its kind, and how people recognise it."""

    sha256: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Question:
    """One thing an editor must answer. ``subject`` is a medium's content hash, or empty for the whole Item."""

    key: str
    subject: str
    text: str


def questions(subjects: Sequence[Subject]) -> list[Question]:
    """Return every question the Item raises, in the order an editor reads them."""
    asked = [Question("people", "", "Sind Personen zu sehen oder zu hören, und liegen ihre Einwilligungen vor?")]
    for subject in subjects:
        keys = ("captions",) if subject.kind == "video" else ("rights", "credit", "alt")
        asked += [Question(key, subject.sha256, _TEXTS[key].format(name=subject.name)) for key in keys]
    return asked


_TEXTS = {
    "rights": "Dürfen alle Jobcenter {name} auf ihren Kanälen zeigen?",
    "credit": "Wie lautet der Bildnachweis für {name}?",
    "alt": "Wie lautet der Alternativtext für {name}?",
    "captions": "Hat {name} Untertitel?",
}


def check(question: str, answer: str) -> str:
    """Return the answer as it is stored. Raises: Refused for an unknown question or an answer it does not take."""
    answer = answer.strip()
    if question in _CHOICES:
        if answer not in _CHOICES[question]:
            allowed = " oder ".join(_CHOICES[question])
            raise Refused(f"„{question}“ nimmt {allowed}, nicht „{answer}“.", code="clearance.answer")
    elif question not in ("credit", "alt"):
        raise Refused(f"Die Frage „{question}“ gibt es nicht.", code="clearance.question")
    elif not answer:
        raise Refused(f"Die Antwort auf „{question}“ ist leer.", code="clearance.answer")
    return answer


def unanswered(asked: Sequence[Question], answers: Mapping[tuple[str, str], str]) -> list[Question]:
    """Return the questions whose answer is missing or forbids use; none left means the Item is cleared."""
    return [
        question
        for question in asked
        if (answer := answers.get((question.key, question.subject))) is None or answer in _FORBIDS
    ]

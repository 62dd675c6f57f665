"""The rule on words that the law has replaced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import regex

from distributor.domain import Fix
from distributor.tailoring import sentences
from distributor.tailoring.fixing import occurrences
from distributor.tailoring.lexicon import Term
from distributor.tailoring.subject import Finding, Subject

_BEFORE = 40
_FORMER = regex.compile(
    r"\b(?:(?:früher|bisher|ehemals|vormals|einst)(?:\s\p{L}{1,15}){0,3}"
    r"|(?:frühere|bisherige|ehemalige|vormalige|alte)[nrms]?|bis\s\d{1,2}/\d{4}:?"
    r"|(?:statt|anstatt|anstelle)(?:\s(?:de[srmn]|von|eine[srm]))?)[\s„\"»(]{1,3}\Z",
    regex.IGNORECASE,
)
_NAMES = regex.compile(r"\bhei(?:ß|ss)(?:t|en)\s(?:jetzt|nun|heute|inzwischen)[\s„\"»]{1,3}\Z", regex.IGNORECASE)
"""What stands before a word that is said to be today's name."""
_ENDED = regex.compile(
    r"\b(?:ist|sind|war|wird|wurde)(?:\s(?:jetzt|nun|bald|damit|längst|endgültig|endlich|heute)){0,2}\sGeschichte\b"
    r"|\b(?:gibt|gab|besteht|existiert|heißt|heisst)\b[^.!?\n]{0,60}\b(?:nicht|keine?n?)\b[^.!?\n]{0,30}\bmehr\b"
    r"(?!\sals\b)|\bnicht\smehr\sgibt\b"
    r"|\bhei(?:ß|ss)(?:t|en)\s(?:es\s)?(?:jetzt|nun|heute|seit|ab|künftig|bald|inzwischen)\b|\bhie(?:ß|ss)(?:en)?\b"
    r"|\b(?:abgelöst|ersetzt|ersetzen|abgeschafft|umbenannt)\b|\blös(?:t|te|en|ten)\b[^.!?\n]{0,60}\sab\b"
    r"|\bwurden?\szu[mr]?\s[„\"»]?(?-i:\p{Lu})",
    regex.IGNORECASE,
)
"""What a sentence says of a word that has come to its end."""
_LAW = regex.compile(r"[\p{L}-]{0,40}(?:gesetz|novelle)", regex.IGNORECASE)
_ENDING = regex.compile(r"(?:e?s)?(?![\p{L}\p{N}-])")
_WORD = regex.compile(r"[\p{L}\p{N}-]{0,60}+")


def outdated(subject: Subject) -> Iterator[Finding]:
    """A word that the law has replaced by the day the post goes out; a law's name and "formerly" are no fault.

    Nor is a sentence about the word's end.
    """
    day = subject.day or subject.today
    if day is None:
        return
    for term in subject.lexicon.terms:
        if term.since <= day and term.old in subject.prose:
            for word, times in Counter(_faulty(subject.prose, term)).items():
                yield _finding(word, term, alone=times == occurrences(subject.text, word))


def _faulty(prose: str, term: Term) -> Iterator[str]:
    """Yield each word that is outdated, whole, as often as it stands there."""
    old = regex.compile(rf"(?<![\p{{L}}\p{{N}}]){regex.escape(term.old)}")
    for sentence in sentences.split(prose):
        told = term.new in sentence or _ENDED.search(sentence) is not None
        for match in old.finditer(sentence):
            before = sentence[max(0, match.start() - _BEFORE) : match.start()]
            after = str(_WORD.match(sentence, match.end())[0])
            spared = _LAW.match(after) or _FORMER.search(before) or (told and not _NAMES.search(before))
            if not spared:
                yield f"{match[0]}{after}"


def _finding(word: str, term: Term, *, alone: bool) -> Finding:
    """Say that ``word`` is outdated; ``alone`` tells that it is so wherever it stands, for a Fix changes it everywhere.

    The new word takes the old one's ending; a compound's other parts need a person.
    """
    since = f"seit dem {term.since.day}.{term.since.month}.{term.since.year} überholt"
    ending = word[len(term.old) :]
    if not _ENDING.fullmatch(ending):
        return Finding(f"In „{word}“ ist „{term.old}“ {since}; heute heißt es „{term.new}“.")
    right = term.new + ending if term.swaps else term.new
    fix = Fix(word, right) if term.swaps and alone else None
    return Finding(f"„{word}“ ist {since}; heute heißt es „{right}“.", fix)

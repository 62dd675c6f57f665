"""Rules on gender-fair words: signs where the house writes none, and signs of several kinds in one text.

The ban binds the administration of the Land (Dienstanweisung of March 2024: no star, colon, underscore or capital
inside a word; the feminine form first, or neutral words). A Jobcenter chooses: ``sign``, ``pair`` or ``neutral``.
A suggestion is a suggestion: nothing is rewritten unless a person asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import regex

from distributor.domain import Fix
from distributor.tailoring.lexicon import Person
from distributor.tailoring.subject import Finding, Subject

_SIGNS = "*:_·•"
_NO_WORD = regex.compile(r"[^\s@]{0,64}@[^\s@]{1,255}|\b[\p{L}\p{N}-]{1,63}\.[a-z]{2,12}/\S{0,400}")
"""Mail addresses, mentions, and addresses without a scheme: their underscores mean nothing."""

_NOUN = regex.compile(
    r"(?<![\p{L}\p{N}_*:/.])(?P<stem>[\p{L}-]{2,50}+)(?:(?P<sign>[*:_·•])|(?P<slash>/-?)|(?P<round>\())"
    r"(?P<ending>in(?:nen)?)(?(round)\))(?![\p{L}\p{N}_])"
)
_CAPITAL_INSIDE = regex.compile(
    r"(?<![\p{L}\p{N}_*:/.])(?P<stem>\p{Lu}[\p{L}-]{1,50}?\p{Ll})(?P<ending>In(?:nen)?)(?![\p{L}\p{N}_])"
)
_ARTICLE = regex.compile(
    r"(?<![\p{L}\p{N}_*:/.])(?P<first>[Dd](?:er|ie|en|em|es)|[Ee]r|[Ss]ie|[Ii]hm|[Ii]hr|[Ii]hn"
    r"|(?:[Ee]in|[Kk]ein|[Jj]ede|[Dd]iese|[Ww]elche|[Mm]anche|[Ee]ine|[Kk]eine|[Ss]eine?|[Ii]hre|[Mm]eine?|[Dd]eine?"
    r"|[Uu]nsere?|[Ee]ure?)[mnrs]?)"
    r"(?P<sign>[*:_·•/])(?P<second>die|der|den|dem|das|des|sie|er|ihr|ihm|ihn|eine[mnrs]?|e[mnrs]?|[mnrs])(?![\p{L}\p{N}_])"
)
_PARTICIPLE = regex.compile(
    r"(?<![\p{L}\p{N}_*:/.])\p{Lu}\p{Ll}{3,40}+(?<=e)(?P<sign>[*:_·•/])-?[rnms](?![\p{L}\p{N}_])"
)

_SIGN = re.compile(r"[*:_·•/(]-?[a-z]")
_CAPITAL = re.compile(r"[^\W\d_]In")
"""One of these is part of everything that is looked for here, and of few texts else."""

_WHOLE = frozenset(
    {"die", "der", "den", "dem", "das", "des", "sie", "er", "ihr", "ihm", "ihn", "eine", "einer", "einen"}
)
"""With a slash between them, two whole words are both forms written out: "der/die"."""

_NEVER_PEOPLE = ("en", "ung", "heit", "keit", "tion", "schaft", "tum", "nis", "ing", "ment")
_VOWELS = "aeouäöüy"
_PERSONAL = (
    "er",
    "ent",
    "ant",
    "ist",
    "eur",
    "ör",
    "or",
    "är",
    "ut",
    "oge",
    "olog",
    "agog",
    "eleg",
    "und",
    "ndwirt",
    "arzt",
)
_SAME = ("er", "ler", "ner")
_WITH_EN = ("ent", "ant", "ist", "at", "et", "or", "ut", "log", "agog", "graf", "nom", "soph")
_WITH_E = ("eur", "är", "ör", "wirt", "chirurg")

_DATIVE = frozenset({"mit", "von", "bei", "zu", "aus", "nach", "seit", "gegenüber", "samt", "nebst", "dank"})
_DATIVE_ARTICLES = frozenset(
    {
        *("den", "allen", "unseren", "ihren", "euren", "deinen", "meinen", "seinen", "diesen", "jenen", "keinen"),
        *("vielen", "einigen", "mehreren", "anderen", "beiden", "manchen", "wenigen"),
    }
)
_WEAK = frozenset(
    {"die", "der", "alle", "aller", "keine", "keiner", "unsere", "unserer", "diese", "dieser", "ihre", "eure"}
)
_STRONG = frozenset(
    {"für", "ohne", "viele", "einige", "mehrere", "andere", "wenige", "manche", "durch", "gegen", "als"}
)
_BEFORE = regex.compile(r"(?:([\p{L}]{1,40})[ \t\n]+)?([\p{L}]{1,40})[ \t\n]+\Z")


_UNKNOWN = ","
"""Stands for a word before that tells nothing."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A word with a sign: the whole of it, the sign, and for a noun its stem, number, and the words before it."""

    word: str
    sign: str
    at: int
    stem: str = ""
    plural: bool = False
    before: tuple[str, ...] = ()


def sign(subject: Subject) -> Iterator[Finding]:
    """A gender sign where the house's style has none; the sentence suggests the house's own form."""
    style = subject.organisation.voice.gender
    if style == "sign":
        return
    words: dict[str, _Found] = {}
    for found in _all(subject.own_words):
        words.setdefault(found.word, found)
    for found in words.values():
        tagged = subject.own_words[found.at - 1 : found.at] == "#"
        yield _finding(replace(found, stem="") if tagged else found, style, subject.lexicon.people)


def mixed(subject: Subject) -> Iterator[Finding]:
    """Gender signs of several kinds in one text of a house that writes signs."""
    if subject.organisation.voice.gender == "sign":
        kinds: dict[str, str] = {}
        for found in _all(subject.own_words):
            kinds.setdefault(found.sign, found.word)
        if len(kinds) > 1:
            one, other = list(kinds.values())[:2]
            yield Finding(f"„{one}“ und „{other}“ tragen verschiedene Genderzeichen; bitte überall dasselbe nehmen.")


def _all(text: str) -> list[_Found]:
    """Return every word with a gender sign, in reading order."""
    if not _SIGN.search(text) and not _CAPITAL.search(text):
        return []
    prose = _NO_WORD.sub(lambda match: " " * len(match[0]), text)
    found = [
        _Found(
            match[0],
            match["sign"] or match["slash"] or "()",
            match.start(),
            match["stem"],
            match["ending"] == "innen",
            _before(prose, match.start()),
        )
        for match in _NOUN.finditer(prose)
        if _is_person(match["stem"], match["sign"] or match["slash"] or "()", match["ending"])
    ]
    found += [
        _Found(match[0], "I", match.start(), match["stem"], match["ending"] == "Innen", _before(prose, match.start()))
        for match in _CAPITAL_INSIDE.finditer(prose)
        if _is_person(match["stem"], "I", match["ending"].lower())
    ]
    found += [
        _Found(match[0], match["sign"], match.start())
        for match in _ARTICLE.finditer(prose)
        if match["sign"] != "/" or match["second"] not in _WHOLE
    ]
    found += [_Found(match[0], match["sign"], match.start()) for match in _PARTICIPLE.finditer(prose)]
    return sorted(found, key=lambda each: each.at)


def _is_person(stem: str, sign: str, ending: str) -> bool:
    """Tell whether the word before the sign can mean people; "Info:innen" and "LinkedIn" do not."""
    lower = stem.lower()
    if len(stem) < 3 or lower[-1] in _VOWELS or lower.endswith(_NEVER_PEOPLE):
        return False
    if sign in "*·•":
        return True
    if not any(part[:1].isupper() for part in stem.split("-")):
        return False
    if ending == "in" and sign in ("/", "I"):
        return len(stem) > 4 and lower.endswith(_PERSONAL) and not lower.endswith(_PLACES)
    return True


_PLACES = ("center", "theater", "keller", "zimmer", "büro", "wasser", "sommer", "winter", "computer", "fenster")


def _before(text: str, at: int) -> tuple[str, ...]:
    """Return the one or two words before this place, the nearest last; nothing where a sentence begins here."""
    nearest = text[max(0, at - 100) : at].rstrip(" \t#")
    if not nearest or nearest[-1] in ".!?…\n":
        return ()
    found = _BEFORE.search(text, max(0, at - 100), at)
    return tuple(word for word in found.groups() if word) if found else (_UNKNOWN,)


def _finding(found: _Found, style: str, people: tuple[Person, ...]) -> Finding:
    better, sure = _better(found, style, people)
    if not better:
        advice = "neutral" if style == "neutral" else "mit beiden Formen"
        return Finding(f"„{found.word}“ enthält ein Genderzeichen oder Binnen-I; bitte {advice} schreiben.")
    text = f"„{found.word}“ enthält ein Genderzeichen oder Binnen-I; Vorschlag: „{better}“."
    return Finding(text, Fix(found.word, better) if sure else None)


def _better(found: _Found, style: str, people: tuple[Person, ...]) -> tuple[str, bool]:
    """Return the house's form of the word, and whether it surely fits the sentence."""
    if not found.stem:
        return "", False
    person = _entry(found.stem, people)
    if not found.plural:
        return _singular(found.stem, person)
    if style == "neutral" and person is not None and person.neutral:
        return _neutral(found, person)
    masculine = _compound(found.stem, person.stem, person.masculine) if person else _plural(found.stem)
    return _pair(found, masculine) if masculine else ("", False)


def _entry(stem: str, people: tuple[Person, ...]) -> Person | None:
    """Return the entry of the word's last part, the longest that fits."""
    fitting = [person for person in people if stem.lower().endswith(person.stem.lower())]
    return max(fitting, key=lambda person: len(person.stem), default=None)


def _compound(stem: str, last: str, replacement: str) -> str:
    """Return the word with its last part replaced: "Berufsschüler", "Bürger-Berater"."""
    head = stem[: len(stem) - len(last)]
    small = bool(head) and head[-1] != "-"
    return head + (replacement[:1].lower() + replacement[1:] if small else replacement)


def _plural(stem: str) -> str:
    """Return the masculine plural that the word's ending tells; empty where it does not."""
    if stem.endswith(_WITH_EN):
        return f"{stem}en"
    if stem.endswith(_SAME):
        return stem
    return f"{stem}e" if stem.endswith(_WITH_E) else ""


def _pair(found: _Found, masculine: str) -> tuple[str, bool]:
    feminine = f"{found.stem}innen"
    ends_in_n = masculine.endswith(("n", "s"))
    case = _case(found.before)
    dative = case == "dative" and not ends_in_n
    return f"{feminine} und {masculine}{'n' if dative else ''}", ends_in_n or case != ""


def _neutral(found: _Found, person: Person) -> tuple[str, bool]:
    word = _compound(found.stem, person.stem, person.neutral)
    case, nearest = _case(found.before), found.before[-1].lower() if found.before else ""
    if not word.endswith(("nde", "gte", "rte")):
        dative = case == "dative" and not word.endswith(("n", "s"))
        return word + ("n" if dative else ""), case != "" or word.endswith("n")
    weak = case == "dative" or nearest in _WEAK or nearest.endswith("en")
    return word + ("n" if weak else ""), case != ""


def _singular(stem: str, person: Person | None) -> tuple[str, bool]:
    """A singular's article changes with it, so a person has to write the sentence."""
    regular = person is None or person.masculine == person.stem
    return (f"{stem}in oder {stem}", False) if regular and not stem.endswith("-") else ("", False)


def _case(before: tuple[str, ...]) -> str:
    """Return ``dative``, ``other``, or nothing where the words before do not tell the case of a plural."""
    if not before:
        return "other"
    nearest = before[-1].lower()
    if nearest in _DATIVE or nearest in _DATIVE_ARTICLES:
        return "dative"
    if nearest in _WEAK or nearest in _STRONG:
        return "other"
    if nearest.endswith("en") and before[-1].islower() and len(before) > 1:
        further = before[-2].lower()
        if further in _DATIVE or further in _DATIVE_ARTICLES:
            return "dative"
        return "other" if further in _WEAK else ""
    return (
        "other" if nearest.endswith("e") and before[-1].islower() and len(nearest) > 4 and not len(before) > 1 else ""
    )

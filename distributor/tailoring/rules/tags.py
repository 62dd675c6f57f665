"""Rules on hashtags: written so that they are read aloud as words and work as tags, and not too many."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from distributor.domain import Fix
from distributor.tailoring import hashtags
from distributor.tailoring.subject import Finding, Subject

_BROKEN = regex.compile(r"(?<![\p{L}\p{N}_&/#.])#[\p{L}\p{M}\p{N}_]++(?:[.\-–/][\p{L}\p{N}_][\p{L}\p{M}\p{N}_]*+)++")
_SHOUTED = regex.compile(r"#\p{Lu}{10,}")
"""A tag in capitals of this length is words, not an abbreviation (own choice; "#KJCHESSEN" is at the edge)."""


def broken(subject: Subject) -> Iterator[Finding]:
    """A dot or a hyphen ends a hashtag before its time."""
    for tag in dict.fromkeys(_BROKEN.findall(subject.prose)):
        fixed = hashtags.normalise(tag)
        if fixed:
            yield Finding(
                f"Im Hashtag „{tag}“ beendet ein Punkt oder Strich das Schlagwort; bitte „{fixed}“ schreiben.",
                Fix(tag, fixed),
            )


def lowercase(subject: Subject) -> Iterator[Finding]:
    """A hashtag does not show where its words begin: it starts small, or shouts.

    Whether a tag holds several words cannot be known, but those of the house and of the item are. Of a tag that a dot
    or a hyphen breaks, the rule on those speaks alone.
    """
    known = _spellings(subject)
    for tag in dict.fromkeys(hashtags.found(_BROKEN.sub(" ", subject.prose))):
        spelt = known.get(tag.casefold(), "")
        if _SHOUTED.fullmatch(tag):
            suffix = f", zum Beispiel „{spelt}“" if spelt and spelt != tag else ""
            text = (
                f"Der Hashtag „{tag}“ steht ganz in Großbuchstaben; bitte nur jedes Wort darin groß beginnen{suffix}."
            )
            yield Finding(text, Fix(tag, spelt) if suffix else None)
        elif tag[1].islower() and not tag[2:3].isupper():
            fixed = spelt or hashtags.normalise(tag)
            yield Finding(
                f"Der Hashtag „{tag}“ beginnt klein; bitte jedes Wort darin großschreiben, zum Beispiel „{fixed}“.",
                Fix(tag, fixed),
            )


def _spellings(subject: Subject) -> dict[str, str]:
    listed = (*subject.content.topics, *subject.organisation.voice.hashtags)
    return {tag.casefold(): tag for tag in map(hashtags.normalise, listed) if tag}


def too_many(subject: Subject) -> Iterator[Finding]:
    """More hashtags than we advise here; the least important one gives way first."""
    present, limit = hashtags.found(subject.prose), subject.limits.hashtags
    if len(present) > limit:
        last = hashtags.least(present, subject.organisation.voice.hashtags, subject.content.topics)
        yield Finding(
            f"Der Post hat {len(present)} von {limit} Hashtags; bitte {len(present) - limit} streichen,"
            f" zuerst „{last}“.",
            Fix(last, "") if _apart(subject.prose, last) else Fix(last, last[1:]),
        )


def _apart(prose: str, tag: str) -> bool:
    """Tell whether the tag stands among tags, where it can go; in a sentence it must stay as a word."""
    for line in prose.splitlines():
        words = line.split()
        if tag in words:
            return all(word.startswith("#") for word in words[words.index(tag) :])
    return False

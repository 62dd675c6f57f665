"""What a rule looks at: one rendered post with everything a sentence about it needs. No rule stands here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from connectors.base import Limits, Medium, RemotePost
from distributor.domain import FeedItem, Organisation, Severity
from distributor.tailoring.placeholders import ADDRESS
from distributor.tailoring.terms import Term

_QUOTE = re.compile(r"„[^„“”]{0,800}[“”]|»[^»«]{0,800}«|\"[^\"]{0,800}\"|‚[^‚‘’]{0,200}[‘’]")


@dataclass(frozen=True, slots=True)
class Subject:
    """A rendered post under review. ``media`` are what was offered to the channel, with their alt texts."""

    remote: RemotePost
    content: FeedItem
    organisation: Organisation
    limits: Limits
    media: tuple[Medium, ...]
    decorative: frozenset[str]
    today: date | None
    terms: tuple[Term, ...]

    @property
    def text(self) -> str:
        """The text as it will be sent."""
        return self.remote.text

    @property
    def prose(self) -> str:
        """The text without addresses: what words, tags and signs are looked for in."""
        return ADDRESS.sub(" ", self.remote.text)

    @property
    def own_words(self) -> str:
        """The prose without what stands in quotation marks."""
        return _QUOTE.sub(" ", self.prose)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's stable name, how grave it is, and the check that yields one German sentence for each finding."""

    name: str
    severity: Severity
    check: Callable[[Subject], Iterator[str]]

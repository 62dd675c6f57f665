"""What a rule looks at, and what it says: one rendered post, and a sentence with its Fix. No rule stands here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from connectors.base import Limits, Medium, RemotePost
from distributor.domain import FeedItem, Fix, Organisation, Severity
from distributor.tailoring.lexicon import LEXICON, Lexicon
from distributor.tailoring.placeholders import without_addresses
from distributor.wording import BERLIN

_QUOTE = re.compile(r"„[^„“”]{0,800}[“”]|»[^»«]{0,800}«|\"[^\"]{0,800}\"|‚[^‚‘’]{0,200}[‘’]")


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another own account's post on the same channel: whose, what it says, and when it goes out (aware UTC)."""

    organisation: str
    text: str
    due: datetime


@dataclass(frozen=True, slots=True)
class Subject:
    """A rendered post under review. ``media`` are what was offered to the channel, with their alt texts.

    ``decorative`` are the hashes of media that need no alternative text, ``captioned`` the addresses of videos that
    an editor found to have captions or to need none. ``today`` is when the post is reviewed, ``due`` (aware UTC) when
    it goes out, ``siblings`` are what other own accounts bring on the same channel.
    """

    remote: RemotePost
    content: FeedItem
    organisation: Organisation
    limits: Limits
    media: tuple[Medium, ...] = ()
    decorative: frozenset[str] = frozenset()
    captioned: frozenset[str] = frozenset()
    today: date | None = None
    due: datetime | None = None
    siblings: tuple[Sibling, ...] = ()
    lexicon: Lexicon = LEXICON
    prose: str = field(init=False)
    """The text without addresses: what words, tags and signs are looked for in."""
    own_words: str = field(init=False)
    """The prose without what stands in quotation marks."""

    def __post_init__(self) -> None:
        prose = without_addresses(self.remote.text)
        object.__setattr__(self, "prose", prose)
        object.__setattr__(self, "own_words", _QUOTE.sub(" ", prose))

    @property
    def day(self) -> date | None:
        """The German day on which the post goes out, None where that is open."""
        return None if self.due is None else self.due.astimezone(BERLIN).date()

    @property
    def text(self) -> str:
        """The text as it will be sent."""
        return self.remote.text


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check says: one German sentence, and the Fix where one is mechanical."""

    text: str
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's stable name, how grave it is, and the check that yields its Findings.

    ``mends`` says what its Fixes change, if it ever names one: the post's text or an alternative text. ``by_slot`` says
    whether the answer depends on when the post goes out.
    """

    name: str
    severity: Severity
    check: Callable[[Subject], Iterator[Finding]]
    mends: Literal["text", "alt"] | None = None
    by_slot: bool = False

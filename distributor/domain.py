"""The words of the distributor as frozen types. Pure: no storage, no network, no clock.

Item, Organisation, Voice, Problem and the rest mean here what the glossary in the README says they mean.
Every datetime is aware UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

MediumKind = Literal["image", "video", "audio", "other"]
Address = Literal["du", "sie"]
Severity = Literal["block", "warn", "hint"]


class State(StrEnum):
    """Where a Post stands in its life; the table of moves is ``lifecycle.TRANSITIONS``."""

    DRAFTED = "drafted"
    AWAITING = "awaiting"
    SCHEDULED = "scheduled"
    STAGED = "staged"
    PUBLISHING = "publishing"
    UNCERTAIN = "uncertain"
    PUBLISHED = "published"
    RETRACTING = "retracting"
    RETRACTED = "retracted"
    FAILED = "failed"
    MISSED = "missed"
    CLOSED = "closed"


class Role(StrEnum):
    """What a person may do. Officers act for their Organisations; the others act for all."""

    EDITOR = "editor"
    OFFICER = "officer"
    OPERATOR = "operator"
    AUDITOR = "auditor"


class Refused(Exception):
    """A person asked for what cannot be done. ``text`` is the German sentence that says what, where and what to do.

    ``code`` is a stable name for programs (``post.stale``).
    """

    def __init__(self, text: str, *, code: str = "refused") -> None:
        super().__init__(text)
        self.text = text
        self.code = code


@dataclass(frozen=True, slots=True)
class Captions:
    """One subtitle track: its address and language."""

    url: str
    lang: str = ""


@dataclass(frozen=True, slots=True)
class FeedMedium:
    """One medium as the feed names it. Lengths in pixels, duration in seconds; None where the feed is silent.

    ``alt`` is None where nobody has said anything, and empty where somebody said the medium is decorative.
    """

    url: str
    kind: MediumKind
    mime: str = ""
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    alt: str | None = None
    credit: str = ""
    captions: tuple[Captions, ...] = ()
    poster: str = ""


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One entry of a feed, cleaned: plain text, absolute addresses, aware UTC times.

    ``embargo_until`` and ``valid_until`` bound when anything of it may be public.
    """

    guid: str
    title: str
    link: str
    summary: str = ""
    text: str = ""
    published_at: datetime | None = None
    updated_at: datetime | None = None
    topics: tuple[str, ...] = ()
    credit: str = ""
    language: str = ""
    media: tuple[FeedMedium, ...] = ()
    embargo_until: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What a feed document says: its ``format`` (``rss2``, ``atom``, ``jsonfeed``, …), items and what was odd."""

    format: str
    title: str
    items: tuple[FeedItem, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """A Jobcenter's name with its German grammar, written out because no rule gets them right.

    ``official`` "Kommunales Jobcenter Fulda"; ``short`` "KJC Fulda"; ``nominative`` "das Kommunale Jobcenter Fulda";
    ``dative`` "dem Kommunalen …"; ``at`` "beim Kommunalen …"; ``inside`` "im Kommunalen …"; ``of`` "vom Kommunalen …".
    """

    official: str
    short: str
    nominative: str
    dative: str
    at: str
    inside: str
    of: str


@dataclass(frozen=True, slots=True)
class Voice:
    """How an Organisation speaks: Du or Sie, gender style, names, its own hashtags (with the sign), its region."""

    address: Address
    gender: Literal["neutral", "pair", "sign"]
    names: Names
    hashtags: tuple[str, ...] = ()
    region: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """Where people reach an Organisation. Empty where unknown."""

    phone: str = ""
    hours: str = ""
    email: str = ""
    address: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class Pages:
    """An Organisation's own pages that the law or the channels ask for. Empty where unknown."""

    home: str = ""
    landing: str = ""
    imprint: str = ""
    privacy: str = ""
    accessibility: str = ""
    netiquette: str = ""


@dataclass(frozen=True, slots=True)
class Organisation:
    """A KJC: in whose name we post. ``calendar`` names its posting calendar; ``colour`` is ``#rrggbb``."""

    slug: str
    name: str
    voice: Voice
    contact: Contact
    pages: Pages
    body: str = ""
    calendar: str = "hessen"
    colour: str = "#1f4e79"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a channel text: written twice, for Du and for Sie.

    ``rank`` 0 is never dropped; otherwise the highest rank is dropped first. ``shorten`` allows a cut at a sentence
    end before dropping. ``role`` ``body`` parts are what an editor's override replaces; ``frame`` parts stay.
    """

    name: str
    du: str
    sie: str
    rank: int = 0
    shorten: bool = False
    role: Literal["body", "frame"] = "body"


@dataclass(frozen=True, slots=True)
class ChannelText:
    """A channel's text as parts in reading order, joined by ``joiner``."""

    channel: str
    parts: tuple[Part, ...]
    joiner: str = "\n\n"


@dataclass(frozen=True, slots=True)
class Override:
    """An editor's own wording of one Item for one channel: two written texts, with placeholders allowed."""

    du: str = ""
    sie: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a variant: stable rule name, severity, German sentence. ``block`` forbids approval."""

    rule: str
    severity: Severity
    text: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a Post is where it is: stable code, German sentence, who acts next (editor, officer, operator)."""

    code: str
    text: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: a person with roles, or the daemon itself. ``organisations`` are slugs an officer acts for."""

    login: str
    roles: frozenset[Role] = frozenset()
    organisations: frozenset[str] = field(default_factory=frozenset)
    unix_user: str = ""

    def has(self, *roles: Role) -> bool:
        """Tell whether the person has any of these roles."""
        return any(role in self.roles for role in roles)


DAEMON = Actor(login="daemon")
"""The actor of what no person did."""

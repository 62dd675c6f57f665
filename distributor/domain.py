"""The words of the distributor as frozen types. Pure: no storage, no network, no clock.

Item, Organisation, Voice, Problem and the rest mean here what the glossary in the README says they mean.
Every datetime is aware UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from schedules.calendar import Duty
from schedules.days import Occasion

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
    """One subtitle track or timed transcript: its address, language and media type."""

    url: str
    lang: str = ""
    mime: str = ""

    @property
    def playable(self) -> bool:
        """Tell whether players show it under a film: WebVTT or SubRip, by its type or else by its address."""
        if self.mime:
            return self.mime in {"text/vtt", "application/x-subrip"}
        return self.url.partition("?")[0].lower().endswith((".vtt", ".srt"))


@dataclass(frozen=True, slots=True)
class FeedMedium:
    """One medium as the feed names it. Lengths in pixels, duration in seconds; None where the feed is silent.

    ``alt`` is None where nobody has said anything, and empty where somebody said the medium is decorative. ``rights``
    says whose it is, ``licence`` what allows its use, ``transcript`` what is spoken in it: all as plain text.
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
    rights: str = ""
    licence: str = ""
    transcript: str = ""

    @property
    def captioned(self) -> bool:
        """Tell whether it comes with captions; a transcript that only programs read is none."""
        return any(track.playable for track in self.captions)


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One entry of a feed, cleaned: plain text, absolute addresses, aware UTC times.

    ``credit`` names who made the pictures, ``author`` who wrote the text. ``embargo_until`` and ``valid_until`` bound
    when anything of it may be public.
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
    author: str = ""

    @property
    def empty(self) -> bool:
        """Tell whether there is nothing in it that a post could be made of."""
        return not (self.title or self.text or self.link or self.media)


@dataclass(frozen=True, slots=True)
class FeedAbout:
    """What a feed says of itself. Addresses are absolute or empty.

    ``hubs`` announce changes of ``itself`` (WebSub); ``next_page`` holds older entries; ``deleted`` are the guids of
    entries taken back; a ``complete`` feed lists all there is. ``ttl`` and ``skip_hours`` (of the day, UTC) bound how
    often to ask.
    """

    hubs: tuple[str, ...] = ()
    itself: str = ""
    next_page: str = ""
    deleted: tuple[str, ...] = ()
    complete: bool = False
    ttl: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What a feed document says: its ``format`` (``rss2``, ``atom``, ``jsonfeed``, …), items and what was odd."""

    format: str
    title: str
    items: tuple[FeedItem, ...]
    problems: tuple[str, ...] = ()
    about: FeedAbout = FeedAbout()


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
    """How an Organisation speaks: Du or Sie, gender style, names, its own hashtags (with the sign), its region.

    ``region`` "Kreis Groß-Gerau"; ``region_inside`` "im Kreis Groß-Gerau".
    """

    address: Address
    gender: Literal["neutral", "pair", "sign"]
    names: Names
    hashtags: tuple[str, ...] = ()
    region: str = ""
    region_inside: str = ""


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
    """A KJC: in whose name we post. ``colour`` is ``#rrggbb``.

    ``ink`` is what is written with on ``colour``; empty means black or white, whichever reads better there.
    ``calendar`` names its posting calendar; its own ``occasions`` and its comment ``duty`` are added to that.
    """

    slug: str
    name: str
    voice: Voice
    contact: Contact
    pages: Pages
    body: str = ""
    calendar: str = "hessen"
    colour: str = "#1f4e79"
    ink: str = ""
    occasions: tuple[Occasion, ...] = ()
    duty: tuple[Duty, ...] = ()


@dataclass(frozen=True, slots=True)
class Wording:
    """One way to say a part, written twice, for Du and for Sie; with ``topics`` it serves only Items on one of them."""

    du: str
    sie: str
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a channel text, in one or more wordings of which every post takes one.

    ``rank`` 0 is never dropped; otherwise the highest rank is dropped first. ``shorten`` allows a cut at a sentence
    end before dropping. ``role`` ``body`` parts are what an editor's override replaces; ``frame`` parts stay;
    ``correction`` parts stand before all others, in posts that correct another.
    """

    name: str
    wordings: tuple[Wording, ...]
    rank: int = 0
    shorten: bool = False
    role: Literal["body", "frame", "correction"] = "body"


@dataclass(frozen=True, slots=True)
class ChannelText:
    """A channel's text as parts in reading order, joined by ``joiner``, and how it shows pictures.

    ``no_media`` says what becomes of an Item without a picture: a title ``card``, no post (``skip``), or the ``text``
    alone. ``fit`` says how a picture reaches an allowed ratio: ``crop`` around what matters in it, or ``pad``.
    """

    channel: str
    parts: tuple[Part, ...]
    joiner: str = "\n\n"
    no_media: Literal["card", "skip", "text"] = "text"
    fit: Literal["crop", "pad"] = "crop"


@dataclass(frozen=True, slots=True)
class Override:
    """An editor's own wording of one Item for one channel: two written texts, with placeholders allowed."""

    du: str = ""
    sie: str = ""


@dataclass(frozen=True, slots=True)
class Fix:
    """A mechanical repair: the fragment ``wrong`` of a text (or of an alternative text) becomes ``right``.

    An empty ``right`` takes the fragment away.
    """

    wrong: str
    right: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a variant: stable rule name, severity, German sentence, and a Fix where one is mechanical.

    ``block`` forbids approval.
    """

    rule: str
    severity: Severity
    text: str
    fix: Fix | None = None


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


@dataclass(frozen=True, slots=True)
class Scope:
    """What a Stop covers: everything, or one Organisation (slug), or one channel."""

    organisation: str = ""
    channel: str = ""

    def __str__(self) -> str:
        return self.organisation or self.channel or "alles"


DAEMON = Actor(login="daemon")
"""The actor of what no person did."""

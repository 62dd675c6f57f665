"""What a channel is to its caller: the documents that cross the door, the abilities, and the six errors.

Nothing here speaks to a network. A connector is one module in this package that offers an object named ``connector``
satisfying :class:`Connector`; what else it can do (look for a post, take one down) are separate small protocols that
the caller asks for with ``isinstance``.

The errors are named by what the caller must do::

    ConnectorError
    ├── Rejected         the platform refuses this content: a person edits it
    ├── Unauthorised     the account's access is dead: pause the account, tell its people
    ├── Throttled        too many calls: wait until the time it carries; no try is used up
    ├── Unavailable      surely not sent: back off and repeat
    ├── StageLost        what was prepared is gone: stage again
    └── OutcomeUnknown   may or may not be public: look before any repeat

    Withheld             not the platform's answer: our own last look forbade the call, and no byte left
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal, Protocol, runtime_checkable

import requests

from connectors._field import Field
from connectors._hosted import Hosted
from connectors._media import Medium, PictureRules, VideoRules

__all__ = ["Field", "Hosted", "Medium", "PictureRules", "VideoRules"]
# Handed on; what is defined here needs no mention.

Json = Mapping[str, Any]
Scope = Literal["post", "account", "app"]
Who = Literal["officer", "operator"]


class ConnectorError(Exception):
    """A platform's refusal or silence, said twice.

    ``public`` is one German sentence for the person who can act; ``detail`` is the platform's own wording, redacted;
    ``code`` is the platform's own code (``190/463``); ``scope`` is how far the trouble reaches.
    """

    def __init__(
        self, public: str, *, detail: str = "", code: str = "", scope: Scope = "post", who: Who = "officer"
    ) -> None:
        super().__init__(public)
        self.public = public
        self.detail = detail
        self.code = code
        self.scope = scope
        self.who = who


class Rejected(ConnectorError):
    """The platform refuses this content or this request; a repeat would be refused again."""


class Unauthorised(ConnectorError):
    """The account's access is dead or lacks a permission."""

    def __init__(
        self, public: str, *, detail: str = "", code: str = "", scope: Scope = "account", who: Who = "operator"
    ) -> None:
        super().__init__(public, detail=detail, code=code, scope=scope, who=who)


class Throttled(ConnectorError):
    """Too many calls; nothing was done. ``until`` is aware UTC, the earliest moment of the next call."""

    def __init__(
        self,
        public: str,
        *,
        until: datetime,
        detail: str = "",
        code: str = "",
        scope: Scope = "account",
        who: Who = "operator",
    ) -> None:
        super().__init__(public, detail=detail, code=code, scope=scope, who=who)
        self.until = until


class Unavailable(ConnectorError):
    """Surely not sent, or surely without effect; repeating later is safe."""


class StageLost(ConnectorError):
    """The prepared thing at the platform is gone or spoilt; only staging again helps."""


class OutcomeUnknown(ConnectorError):
    """The request may have taken effect. Look before any repeat. A platform's "duplicate" refusal is this one."""


class Withheld(Exception):
    """The caller's last look before the socket forbade the call; no byte left. Connectors let it pass."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a limit was learned: the page's address and the day it was read."""

    url: str
    read_on: date


@dataclass(frozen=True, slots=True)
class Limits:
    """A channel's bounds. ``measure`` counts text in the channel's own unit; ``sources`` tell where each bound is from.

    ``hashtags`` is the most a post carries here (what we advise, never above what the platform allows).
    ``links`` says what becomes of a link: ``card`` (a field of its own), ``text`` (part of the text) or ``none``.
    ``duplicates`` is the time within which no two of our accounts may carry the same text here; None where they may.
    ``videos`` is None where we send none: a video is then shown by its poster.
    """

    text: int
    unit: str
    measure: Callable[[str], int]
    pictures: PictureRules
    hashtags: int
    links: Literal["card", "text", "none"]
    sources: Mapping[str, Source]
    duplicates: timedelta | None = None
    videos: VideoRules | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """How far ahead a post is staged, how long the platform keeps a Stage, and when absence counts.

    ``settle`` is waited after an unclear answer before each look; ``absence`` says whether two looks that found
    nothing prove that the post is not public.
    """

    stage_lead: timedelta
    stage_keeps: timedelta | None
    settle: tuple[timedelta, timedelta]
    absence: Literal["certain", "likely"]


@dataclass(frozen=True, slots=True)
class Look:
    """How the channel shows a post, for the preview: characters before "mehr", picture ratio, whether links click.

    ``picture_ratio`` is width by height to which the stream crops a picture; 0 means that it is shown whole. With
    ``heading`` the document's own title stands above, and its link below whatever media there are.
    """

    fold: int
    picture_ratio: float
    picture_first: bool
    links_click: bool
    card: bool
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Variant:
    """What one Item becomes for one Account, before the channel's own rendering. ``link`` may be empty.

    ``options`` are what the account chose for its posts otherwise than usual, by the name of its field.
    """

    title: str
    text: str
    link: str
    media: tuple[Medium, ...] = ()
    form: str = "feed"
    language: str = "de"
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RemotePost:
    """The document that is previewed, approved and sent: the same in all three.

    ``link`` is the address the post leads to, be it a field of its own or part of ``text``; empty where the channel
    carries none. ``extra`` holds what only this channel knows (plain JSON).
    """

    channel: str
    form: str
    text: str
    link: str
    media: tuple[Medium, ...] = ()
    extra: Json = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return the document as plain JSON values."""
        told = {"channel": self.channel, "form": self.form, "text": self.text, "link": self.link}
        return {**told, "media": [medium.document() for medium in self.media], "extra": dict(self.extra)}

    @classmethod
    def of(cls, document: Json) -> RemotePost:
        """Rebuild the post from what :meth:`document` gave."""
        return cls(
            channel=document["channel"],
            form=document["form"],
            text=document["text"],
            link=document["link"],
            media=tuple(Medium(**medium) for medium in document["media"]),
            extra=dict(document["extra"]),
        )

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical document, in hex: what an Approval is bound to."""
        canonical = json.dumps(self.document(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Access:
    """One account's door for one call: its fields (secrets in clear), the hosts to call, a guarded session, the time.

    ``now`` is aware UTC and the only clock a connector knows. ``home`` is the address of the Organisation's own pages
    here.
    """

    account: str
    fields: Mapping[str, str] = field(repr=False)
    urls: Mapping[str, str]
    session: requests.Session = field(repr=False)
    now: datetime
    home: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """What is fixed for all tries of one Stage: the idempotency ``key``, the post's short ``code``, when it is due."""

    key: str
    code: str
    due_at: datetime


class MediaSource(Protocol):
    """Where a connector gets a medium's bytes, or the public address at which the platform may fetch it."""

    def read(self, sha256: str) -> bytes:
        """Return the file's bytes."""

    def url(self, sha256: str) -> str:
        """Return a signed public address, good for at least as long as the platform may take to fetch it.

        Empty where this installation has none that a platform could reach.
        """


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the platform takes us for: its id, the name it shows, the public address; when the access ends, if it tells.

    ``granted`` are the platform's words for what the access allows, None where it does not tell; ``lacks`` says in
    German what would be needed beside it.
    """

    remote_id: str
    name: str
    url: str = ""
    expires_at: datetime | None = None
    granted: tuple[str, ...] | None = None
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Staged:
    """Ready to be released. ``data`` is all that release, find and unstage need beyond the document itself."""

    data: Json
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NotYet:
    """The platform still works on it: ask again at ``ask_at`` with ``data``. Both survive a crash."""

    data: Json
    ask_at: datetime


@dataclass(frozen=True, slots=True)
class Partly:
    """A part of the post is public, named in ``data``: release goes on with that at ``ask_at``; unstage removes it."""

    data: Json
    ask_at: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """The proof that a post is public: the platform's id, its address (may be empty), and when.

    ``left`` says in German what of the document a person has to do there, because it could not be done by a call.
    """

    remote_id: str
    url: str
    at: datetime
    left: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The post is public; here is its Receipt."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Absent:
    """This look did not find the post. ``stage_usable`` says whether the Stage can still be released.

    ``absence`` is what this look proves where that differs from the channel's :class:`Timing`.
    """

    stage_usable: bool
    absence: Literal["certain", "likely"] | None = None


@dataclass(frozen=True, slots=True)
class Retracted:
    """The post is gone from the platform; ``answer`` is what the platform said."""

    answer: str


@dataclass(frozen=True, slots=True)
class ByHand:
    """No API does it: a person does, at ``url``. ``task`` says how in German, a sentence or a line for each step."""

    task: str
    url: str


@runtime_checkable
class Connector(Protocol):
    """One channel. Stateless; never sleeps, logs, reads the environment or a database; every call has a time-out."""

    channel: str
    label: str
    hosts: Mapping[str, str]
    limits: Limits
    timing: Timing
    fields: tuple[Field, ...]
    look: Look

    def render(self, variant: Variant) -> RemotePost:
        """Return the document for this channel. Pure: the preview shows it, the officer approves it, stage sends it."""

    def whoami(self, access: Access) -> Identity:
        """Ask the platform whose account this is. Raises: ConnectorError."""

    def stage(
        self, access: Access, post: RemotePost, media: MediaSource, order: Order, data: Json | None
    ) -> Staged | NotYet:
        """Prepare all that is not yet public; go on from an earlier NotYet's ``data``. Raises: ConnectorError."""

    def release(self, access: Access, post: RemotePost, stage: Json, order: Order) -> Receipt | Partly | ByHand:
        """Make it public: the single call that does. Raises: ConnectorError; OutcomeUnknown when in doubt.

        ByHand is returned where nothing was called and a person is to do it now.
        """

    def unstage(self, access: Access, stage: Json) -> None:
        """Remove what lies at the platform unused; what is already gone is no error. Raises: ConnectorError."""


@runtime_checkable
class Finds(Protocol):
    """The ability to look whether a post is public."""

    def find(
        self, access: Access, post: RemotePost, stage: Json, order: Order, since: datetime, known: Sequence[str]
    ) -> Found | Partly | Absent:
        """Look for the post, by id first and by text last.

        ``since`` is when the first release Attempt began; ``known`` are remote ids that belong to other posts of ours.
        ``stage`` is empty where a restored database has forgotten it: then the post is looked for by what it says.
        Raises: ConnectorError (never OutcomeUnknown: a look changes nothing).
        """


@runtime_checkable
class Retracts(Protocol):
    """The ability to take a public post down."""

    def retract(self, access: Access, receipt: Receipt) -> Retracted | ByHand:
        """Take the post down; one that is already gone counts as taken down. Raises: ConnectorError."""

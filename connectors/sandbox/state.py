"""What the pretended platforms remember: accounts, posts, photos, containers, uploads and the bytes of pictures.

The values are frozen; :class:`State` replaces them. No rule of any platform lives here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from connectors.sandbox.consents import Consents

CHANNELS = ("instagram", "facebook", "x", "mastodon", "bluesky")


@dataclass(frozen=True, slots=True)
class Account:
    """One registered account. ``secrets`` holds tokens and keys by the names in :data:`SECRETS`.

    ``lacks`` are scopes that its tokens were not granted; ``ends`` is when they end, in seconds since 1970, 0 for
    never.
    """

    channel: str
    id: str
    name: str
    organisation: str
    username: str
    app_id: str
    secrets: Mapping[str, str] = field(repr=False)
    revoked: bool = False
    lacks: frozenset[str] = frozenset()
    ends: int = 0

    def secret(self, name: str) -> str:
        """Return one secret, empty if it was never given."""
        return self.secrets.get(name, "")


SECRETS = (
    "token",
    "user_token",
    "app_secret",
    "consumer_key",
    "consumer_secret",
    "access_token",
    "access_token_secret",
)


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture by content, with the description it was given."""

    sha256: str
    mime: str
    width: int
    height: int
    size: int
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """A post or a draft of one. ``public_at`` is None for a draft and may lie ahead for a scheduled post.

    ``replies`` is who may answer, in the network's own word; empty for everybody. ``answers`` is the post that it
    replies to: a thread of one account. ``until`` is when it vanishes by itself.
    """

    channel: str
    account: str
    id: str
    text: str
    made: datetime
    link: str = ""
    pictures: tuple[Picture, ...] = ()
    public_at: datetime | None = None
    deleted_at: datetime | None = None
    app_id: str = ""
    captions: str = ""
    replies: str = ""
    answers: str = ""
    until: datetime | None = None

    def was_public(self, now: datetime) -> bool:
        """Tell whether anybody could have seen it by ``now``."""
        return self.public_at is not None and self.public_at <= (self.deleted_at or now)

    def is_public(self, now: datetime) -> bool:
        """Tell whether it can be seen at ``now``."""
        return self.deleted_at is None and self.was_public(now) and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo handed to Facebook. ``post`` is the post that uses it; ``gone`` after its post was deleted."""

    account: str
    id: str
    picture: Picture
    caption: str
    made: datetime
    post: str = ""
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Container:
    """An Instagram container. ``ready_at`` None never gets ready; ``trouble`` is the subcode of a broken picture.

    ``size`` is None unless its video is uploaded in bytes: then how many have come in all.
    """

    account: str
    id: str
    kind: str
    caption: str
    pictures: tuple[Picture, ...]
    made: datetime
    ready_at: datetime | None
    child: bool = False
    trouble: int = 0
    media_id: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture handed to X, Mastodon or Bluesky, usable from ``ready_at`` (None: at once) until ``expires_at``."""

    account: str
    id: str
    picture: Picture
    expires_at: datetime
    ready_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Video:
    """A video on its way to a Page: announced, then with its file (``picture``) and captions, then a post."""

    account: str
    id: str
    made: datetime
    picture: Picture | None = None
    trouble: str = ""
    ready_at: datetime | None = None
    captions: str = ""
    gone: bool = False


@dataclass(frozen=True, slots=True)
class VideoJob:
    """A video that Bluesky's video service works on until ``ready_at``; ``trouble`` is why it cannot."""

    account: str
    id: str
    picture: Picture | None
    ready_at: datetime
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """What stands in a Bluesky repository: the record as it was put, and its hash. ``id`` is its at:// address."""

    account: str
    id: str
    value: Mapping[str, Any]
    cid: str


@dataclass(frozen=True, slots=True)
class Options:
    """What an operator of the sandbox may set where the platforms' documents are silent or contradict each other."""

    ig_quota: int = 50
    ig_containers: int = 400
    ig_processing_seconds: int = 3
    ig_image_errors: str = "create"
    ig_republish: str = "error"
    ig_page_token_reads_fail: bool = False
    fb_refuses_duplicates: bool = True
    fb_created_time: str = "public"
    fb_processing_seconds: int = 3
    graph_require_proof: bool = False
    graph_hides_business_pages: bool = False
    graph_usage_percent: int = 1
    x_names: str = "tweet"
    x_upload_seconds: int = 86400
    x_self_replies: bool = True
    mastodon_characters: int = 500
    mastodon_processing_seconds: int = 0
    mastodon_keys: str = "kept"
    mastodon_version: str = "4.5.0"
    mastodon_deletes: bool = True
    bluesky_blob_seconds: int = 3600
    bluesky_processing_seconds: int = 3

    def changed(self, settings: Mapping[str, Any]) -> Options:
        """Return the options with ``settings`` applied. Raises: ValueError on an unknown name or another type."""
        for name, value in settings.items():
            known = getattr(self, name, None) if name in self.__slots__ else None
            if known is None or type(value) is not type(known):
                raise ValueError(name)
            if value not in CHOICES.get(name, (value,)):
                raise ValueError(name)
        return replace(self, **settings)


CHOICES = {
    "ig_image_errors": ("create", "status"),
    "ig_republish": ("error", "same_id"),
    "fb_created_time": ("public", "draft"),
    "x_names": ("tweet", "post"),
    "mastodon_keys": ("kept", "race", "error_500", "ignored"),
}


class State:
    """Everything remembered. ``start`` seeds the ids, so that a restarted sandbox never hands out an old id again."""

    def __init__(self, start: int) -> None:
        self._last = start
        self.accounts: dict[tuple[str, str], Account] = {}
        self.posts: dict[str, Post] = {}
        self.photos: dict[str, Photo] = {}
        self.jobs: dict[str, VideoJob] = {}
        self.services: dict[str, tuple[str, datetime]] = {}
        self.containers: dict[str, Container] = {}
        self.videos: dict[str, Video] = {}
        self.pieces: dict[str, tuple[str, int, dict[int, bytes]]] = {}
        self.uploads: dict[str, Upload] = {}
        self.uploading: dict[str, bytes] = {}
        self.keys: dict[tuple[str, str], tuple[str, datetime]] = {}
        self.records: dict[str, Record] = {}
        self.sessions: dict[str, tuple[str, datetime]] = {}
        self.commits: dict[str, str] = {}
        self.blobs: dict[str, bytes] = {}
        self.pictures: dict[str, Picture] = {}
        self.consents = Consents()

    def next_number(self) -> int:
        """Return a number never given before."""
        self._last += 1
        return self._last

    def register(self, account: Account) -> None:
        """Add the account, or replace what was known of it; a revoked token is good again."""
        self.accounts[account.channel, account.id] = account

    def revoke(self, channel: str, account: str) -> None:
        """Make the account's tokens worthless until it is registered anew."""
        known = self.accounts.get((channel, account))
        if known is not None:
            self.register(replace(known, revoked=True))

    def holders(self, token: str) -> Iterator[tuple[Account, str]]:
        """Yield each account of Meta's that ``token`` opens and how: as ``page`` or as ``user``."""
        for account in self.accounts.values():
            if account.channel not in ("facebook", "instagram"):
                continue
            if account.secret("token") == token:
                yield account, "page"
            if account.secret("user_token") == token:
                yield account, "user"

    def posts_of(self, channel: str, account: str) -> list[Post]:
        """Return the account's posts and drafts, deleted ones too, oldest first."""
        return [post for post in self.posts.values() if (post.channel, post.account) == (channel, account)]

    def keep(self, picture: Picture, data: bytes) -> None:
        """Store a picture's bytes for the walls."""
        self.blobs[picture.sha256] = data
        self.pictures[picture.sha256] = picture

    def forget(self, *, accounts: bool) -> None:
        """Drop everything but the numbering; ``accounts`` says whether the accounts go too."""
        for store in (self.posts, self.photos, self.containers, self.videos, self.uploads, self.blobs, self.pictures):
            store.clear()
        self.pieces.clear()
        self.uploading.clear()
        for more in (self.keys, self.records, self.sessions, self.commits, self.jobs, self.services):
            more.clear()
        if accounts:
            self.accounts.clear()

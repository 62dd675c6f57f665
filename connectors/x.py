"""The channel X: short text with its link inside, up to four pictures or one video, through API v2; or a thread.

How X counts is in ``_x_text``, what its answers mean in ``_x_errors``, the calls are in ``_x_client``.
X knows no idempotency key and no draft: ``release`` is never repeated before a look at the account's own timeline.

A thread is released piece by piece, each by a call of its own: what is public of it is known before the next. One that
cannot go on is taken down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import tweepy

from connectors import _x_connecting as connecting
from connectors import _x_threads as threads
from connectors._connects import Invitation, Offer
from connectors._x_account import FIELDS, REPLIES, THREADS, asking, data_of, replies_of, shape_of
from connectors._x_errors import gone, pace, unreadable
from connectors._x_text import urls, weighted_length
from connectors._x_timeline import carries, published_at, same_link, same_text
from connectors._x_uploads import KEEPS, in_work, upload, upload_video
from connectors.base import (
    Absent,
    Access,
    Found,
    Identity,
    Json,
    Limits,
    Look,
    MediaSource,
    NotYet,
    Order,
    Partly,
    PictureRules,
    Receipt,
    Rejected,
    RemotePost,
    Retracted,
    Source,
    Staged,
    Timing,
    Variant,
    VideoRules,
)

_READ = date(2026, 11, 21)
_SLACK = timedelta(minutes=2)
_PAGES = 32


def _source(path: str) -> Source:
    return Source(f"https://docs.x.com/{path}", _READ)


_LIMITS = Limits(
    text=280,
    unit="Zeichen nach der Zählweise von X",
    measure=weighted_length,
    pictures=PictureRules(
        mimes=("image/jpeg", "image/png", "image/webp"),
        max_bytes=5_000_000,
        max_width=4096,
        max_alt=1000,
        at_most=4,
    ),
    # H.264 and AAC, at most 60 pictures a second and 1280 x 1024
    videos=VideoRules(1280, 720, max_bytes=512_000_000, min_seconds=0.5, max_seconds=140),
    hashtags=2,
    links="text",
    duplicates=timedelta(hours=24),
    sources={
        "text": _source("fundamentals/counting-characters"),
        "pictures.mimes": _source("x-api/media/quickstart/best-practices"),
        "pictures.max_bytes": _source("x-api/media/quickstart/best-practices"),
        "pictures.at_most": _source("x-api/media/introduction"),
        "videos": _source("x-api/media/quickstart/best-practices"),
        "pictures.max_alt": _source("x-api/fundamentals/data-dictionary"),
        # our own advice, which is also that of X's help pages as quoted there; X itself takes any number
        "hashtags": Source("https://everywheremarketer.com/blog/how-do-hashtags-work-on-twitter", _READ),
        "links": Source("https://github.com/twitter/twitter-text/blob/master/config/v3.json", _READ),
        # forbids identical posts over several accounts and names no time; a day is our own choice
        "duplicates": _source("developer-guidelines"),
        "timing.stage_keeps": _source("x-api/media/introduction"),
    },
)


def _check(post: RemotePost) -> None:
    """Refuse what X would refuse later, when it is due. Raises: Rejected."""
    rules = _LIMITS.pictures
    length = max(map(weighted_length, _pieces(post)))
    if post.form != "feed":
        raise Rejected("Auf X können wir bisher nur einzelne Posts veröffentlichen.", code="form")
    if not (post.text.strip() or post.media):
        raise Rejected("Der Post für X hat weder Text noch Bild. Bitte einen Text schreiben.", code="empty")
    if length > _LIMITS.text:
        text = f"Der Text ist für X zu lang: {length} von {_LIMITS.text} Zeichen. Bitte kürzen."
        raise Rejected(text, code="text")
    if len(post.media) > rules.at_most:
        text = f"X nimmt höchstens {rules.at_most} Bilder an, der Post hat {len(post.media)}. Bitte weglassen."
        raise Rejected(text, code="pictures")
    films = [medium for medium in post.media if medium.film]
    if films and (len(post.media) > 1 or (_LIMITS.videos and films[0].size > _LIMITS.videos.max_bytes)):
        raise Rejected("X nimmt ein Video nur allein und bis 512 MB an. Bitte anpassen.", code="video")
    for number, medium in enumerate(post.media, start=1):
        if medium.film:
            continue
        if medium.mime not in rules.mimes or medium.size > rules.max_bytes:
            text = f"Bild {number} nimmt X nicht an: zu groß oder im falschen Format ({medium.mime}). Bitte ersetzen."
            raise Rejected(text, code="picture")


def _pieces(post: RemotePost) -> list[str]:
    """Return what is posted one after the other: the pieces of a thread, or the text."""
    return list(post.extra.get("pieces", ())) or [post.text]


def _timeline(access: Access, start: datetime) -> Iterator[dict[str, Any]]:
    page = ""
    for _ in range(_PAGES):
        with asking(access, "read") as client:
            answer = client.posts_since(quote(access.fields["user_id"], safe=""), start, page)
        if not isinstance(answer, dict) or not answer.keys() & {"data", "meta"}:
            raise unreadable(f"no data in {shape_of(answer)}", duty="read")
        for entry in answer.get("data") or ():
            yield data_of({"data": entry}, "read")
        page = (answer.get("meta") or {}).get("next_token") or ""
        if not page:
            return


def _piece(post: RemotePost, text: str) -> RemotePost:
    """Return a piece of a thread as a post to look for; a single post is its own piece."""
    if text == post.text:
        return post
    return replace(post, text=text, link=post.link if carries(text, post.link) else "")


def _seen(post: RemotePost, entries: Sequence[dict[str, Any]], earliest: datetime) -> tuple[str, datetime] | None:
    """Return which entry is the post, and when it was published. Raises: Unavailable if it does not say when."""
    for same in (same_link, same_text):
        for entry in entries:
            if not same(post, entry):
                continue
            at = published_at(entry)
            if at is None:
                raise unreadable(f"no readable created_at of {entry['id']}", duty="read")
            if at >= earliest:
                return entry["id"], at
    return None


def _delete(access: Access, remote_id: str) -> str:
    """Delete one post and return X's answer; one that is gone is no error. Raises: ConnectorError."""
    with asking(access, "retract") as client:
        try:
            answer = client.delete_tweet(quote(remote_id, safe=""), user_auth=True)
        except tweepy.HTTPException as error:
            if not gone(error.response):
                raise
            return "404 Not Found"
    if not (isinstance(answer, dict) and isinstance(answer.get("data"), dict) and answer["data"].get("deleted")):
        raise unreadable(f"no data.deleted in {shape_of(answer)}", duty="retract")
    return "deleted"


def _receipt(posted: Sequence[str], at: datetime) -> Receipt:
    """Return the proof: of a thread the ids of all pieces, and the address of the first."""
    return Receipt(" ".join(posted), _address(posted[0]), at)


def _address(remote_id: str) -> str:
    return f"https://x.com/i/web/status/{remote_id}"


_PLAIN, _WITH_LINK, _DESCRIPTION = Decimal("0.015"), Decimal("0.200"), Decimal("0.005")
"""In US dollars, for each: a post, a post with a link, the alt text of one medium.

Source: https://docs.x.com/x-api/getting-started/pricing, read on 2026-11-21. An app of the older fixed tiers pays
otherwise.
"""


class X:
    """X as a channel: renders, stages pictures, publishes, finds and takes down."""

    channel = "x"
    label = "X"
    hosts = MappingProxyType({"api": "https://api.x.com"})
    limits = _LIMITS
    timing = Timing(
        stage_lead=timedelta(hours=2),
        stage_keeps=KEEPS,
        settle=(timedelta(minutes=2), timedelta(minutes=10)),
        absence="likely",
    )
    fields = FIELDS
    before = ("consumer_key", "consumer_secret")
    currency = "US-Dollar"
    look = Look(fold=280, picture_ratio=0, picture_first=False, links_click=True, card=True)

    def render(self, variant: Variant) -> RemotePost:
        """Return the text with the link as its last line, unless the text carries it already."""
        text = variant.text.strip()
        if variant.link and not carries(text, variant.link):
            text = f"{text}\n{variant.link}".lstrip()
        # a video takes no description
        media = tuple(replace(medium, alt="") if medium.film else medium for medium in variant.media)
        extra: dict[str, Any] = dict(variant.options)
        pieces = threads.split(text, _LIMITS.text, weighted_length) if extra.pop(THREADS.name, "") == "on" else []
        if 1 < len(pieces) <= threads.MOST:
            text = "\n\n".join(pieces)
            extra |= {THREADS.name: "on", "pieces": pieces}
        return RemotePost(self.channel, variant.form, text, variant.link, media, extra)

    def limits_for(self, form: str, options: Mapping[str, str]) -> Limits:
        """Return the bounds: on an account with threads it is the longest piece that counts. Pure."""
        if options.get(THREADS.name) != "on":
            return _LIMITS
        return replace(_LIMITS, measure=lambda text: threads.measured(text, _LIMITS.text, weighted_length))

    def price(self, post: RemotePost) -> Decimal:
        """Return what X takes: thirteen times as much for a post with a link, and something for each description."""
        described = sum(bool(medium.alt) for medium in post.media)
        return sum(_WITH_LINK if urls(piece) else _PLAIN for piece in _pieces(post)) + described * _DESCRIPTION

    pace = staticmethod(pace)

    def invite(self, access: Access, back: str, state: str) -> Invitation:
        """Return where the person says yes to X, which then shows a number to bring back. Raises: ConnectorError."""
        return connecting.invite(access)

    def accept(self, access: Access, memory: Mapping[str, str], code: str) -> Sequence[Offer]:
        """Exchange the number for the account's tokens. Raises: ConnectorError."""
        return connecting.accept(access, memory, code)

    def whoami(self, access: Access) -> Identity:
        """Ask X whose access this is. Raises: ConnectorError."""
        replies_of(access)
        with asking(access, "read") as client:
            answer = client.get_me(user_auth=True)
        user = data_of(answer, "read")
        handle = user.get("username", "")
        return Identity(
            remote_id=user["id"],
            name=user.get("name") or handle,
            url=f"https://x.com/{handle}" if handle else "",
        )

    def stage(
        self, access: Access, post: RemotePost, media: MediaSource, order: Order, data: Json | None
    ) -> Staged | NotYet:
        """Upload one picture a call with its description; what ``data`` names is not uploaded again.

        Raises: ConnectorError.
        """
        _check(post)
        if data and data.get("posted"):
            return Staged(data=dict(data))  # a thread that goes on
        thread: dict[str, Any] = {"posted": []} if "pieces" in post.extra else {}
        if not post.media:
            return Staged(data=thread)
        done = [dict(entry) for entry in (data or {}).get("media", ())]
        if any(datetime.fromisoformat(entry["expires_at"]) <= access.now for entry in done):
            done = []
        if len(done) < len(post.media):
            medium = post.media[len(done)]
            hand_in = upload_video if medium.film else upload
            done.append(hand_in(access, medium, media.read(medium.sha256)))
            if medium.film:
                return NotYet(data={"media": done}, ask_at=access.now + timedelta(seconds=1))
        if len(done) < len(post.media):
            return NotYet(data={"media": done}, ask_at=access.now)
        if post.media[0].film and (wait := in_work(access, done[0]["id"])):
            return NotYet(data={"media": done}, ask_at=access.now + wait)
        expires_at = min(datetime.fromisoformat(entry["expires_at"]) for entry in done)
        return Staged(data={"media_ids": [entry["id"] for entry in done], **thread}, expires_at=expires_at)

    def release(self, access: Access, post: RemotePost, stage: Json, order: Order) -> Receipt | Partly:
        """Publish, or the next piece of a thread. Raises: ConnectorError; OutcomeUnknown for all that is no known "no".

        The pictures and who may reply belong to the first piece.
        """
        pieces, posted = _pieces(post), list(stage.get("posted", ()))
        first = not posted
        with asking(access, "release") as client:
            answer = client.create_tweet(
                text=pieces[len(posted)] or None,
                media_ids=(list(stage.get("media_ids", ())) or None) if first else None,
                reply_settings=(post.extra.get(REPLIES.name) or replies_of(access)) if first else None,
                in_reply_to_tweet_id=None if first else posted[-1],
                user_auth=True,
            )
        posted.append(data_of(answer, "release")["id"])
        if len(posted) < len(pieces):
            return Partly({**stage, "posted": posted}, ask_at=access.now)
        return _receipt(posted, access.now)

    def unstage(self, access: Access, stage: Json) -> None:
        """Delete the public pieces of a thread that does not go on; X forgets an unused upload by itself.

        Raises: ConnectorError.
        """
        for remote_id in reversed(stage.get("posted", ())):
            _delete(access, str(remote_id))

    def find(
        self, access: Access, post: RemotePost, stage: Json, order: Order, since: datetime, known: Sequence[str]
    ) -> Found | Partly | Absent:
        """Look through the account's own timeline, for the post's link first and for its text last.

        Of a thread the pieces that are not known yet are looked for. Raises: ConnectorError.
        """
        posted = [str(remote_id) for remote_id in stage.get("posted", ())]
        others = {*posted, *(remote_id for entry in known for remote_id in entry.split())}
        entries = [entry for entry in _timeline(access, since - _SLACK) if entry["id"] not in others]
        pieces, found, at = _pieces(post), [*posted], since
        for piece in pieces[len(posted) :]:
            seen = _seen(_piece(post, piece), entries, since - _SLACK)
            if seen is None:
                break
            found.append(seen[0])
            at = seen[1]
        if len(found) == len(pieces):
            return Found(_receipt(found, at))
        if len(found) > len(posted) and "posted" in stage:
            return Partly({**stage, "posted": found}, ask_at=access.now)
        return Absent(stage_usable=len(found) == len(posted))

    def retract(self, access: Access, receipt: Receipt) -> Retracted:
        """Delete the post, of a thread each piece; what is already gone counts as deleted. Raises: ConnectorError."""
        answers = [_delete(access, remote_id) for remote_id in reversed(receipt.remote_id.split())]
        return Retracted(answer=answers[-1])


connector = X()

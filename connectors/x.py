"""The channel X: short text with its link inside, up to four pictures or one video, through API v2.

How X counts is in ``_x_text``, what its answers mean in ``_x_errors``, the calls are in ``_x_client``.
X knows no idempotency key and no draft: ``release`` is never repeated before a look at the account's own timeline.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import requests
import tweepy

from connectors._costs import BUDGET
from connectors._http import not_answered
from connectors._x_client import XClient
from connectors._x_errors import Duty, gone, meaning, pace, unreadable
from connectors._x_text import urls, weighted_length
from connectors._x_timeline import carries, published_at, same_link, same_text
from connectors.base import (
    Absent,
    Access,
    Field,
    Found,
    Identity,
    Json,
    Limits,
    Look,
    MediaSource,
    Medium,
    NotYet,
    Order,
    PictureRules,
    Receipt,
    Rejected,
    RemotePost,
    Retracted,
    Source,
    Staged,
    Timing,
    Unauthorised,
    Variant,
    VideoRules,
)

_READ = date(2026, 11, 21)
_KEEPS = timedelta(hours=24)
_SLACK = timedelta(minutes=2)
_PAGES = 32
_PIECE = 4_000_000


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

_WHO_REPLIES = {
    "": "alle",
    "following": "wem das Konto folgt",
    "mentionedUsers": "nur Genannte",
    "subscribers": "wer das Konto abonniert hat",
    "verified": "nur verifizierte Konten",
}
"""Source: https://docs.x.com/x-api/posts/create-post, read on 2026-11-21."""

_REPLIES = Field(
    "replies",
    "Wer antworten darf",
    required=False,
    help="Leer: alle. mentionedUsers: Genannte, also fast niemand. Auch following, subscribers, verified.",
    choices=_WHO_REPLIES,
    shapes=True,
)
_FIELDS = (
    Field(
        "consumer_key",
        "API-Schlüssel",
        secret=True,
        help="Im Entwicklungsbereich von X unter der Anwendung: „API Key“.",
    ),
    Field(
        "consumer_secret",
        "Geheimnis zum API-Schlüssel",
        secret=True,
        help="Steht bei X neben dem API-Schlüssel: „API Key Secret“.",
    ),
    Field(
        "access_token",
        "Zugriffstoken",
        secret=True,
        help="„Access Token“ des Kontos mit den Rechten „Read and write“.",
    ),
    Field(
        "access_token_secret",
        "Geheimnis zum Zugriffstoken",
        secret=True,
        help="Steht bei X neben dem Zugriffstoken: „Access Token Secret“.",
    ),
    Field(
        "user_id",
        "Konto-ID",
        help="Die Nummer des Kontos, nicht der Name mit @. Sie steht vor dem Bindestrich im Zugriffstoken.",
    ),
    _REPLIES,
    BUDGET,
)


@contextmanager
def _asking(access: Access, duty: Duty) -> Iterator[XClient]:
    """Give a client for one account and turn whatever goes wrong into one of the six errors."""
    missing = [field.label for field in _FIELDS if field.required and not access.fields.get(field.name)]
    if missing:
        raise Unauthorised(f"Für das X-Konto fehlen Angaben: {', '.join(missing)}. Bitte eintragen.")
    try:
        yield XClient(access.urls["api"], access.session, access.now, access.fields)
    except tweepy.HTTPException as error:
        hide = [access.fields[field.name] for field in _FIELDS if field.secret]
        raise meaning(error.response, duty=duty, now=access.now, hide=hide) from None
    except requests.RequestException as error:
        # the causes hold the request with its signature, so they are not handed on
        raise not_answered(error, access.session, label="X", changes=duty == "release") from None


def _data(answer: Any, duty: Duty) -> dict[str, Any]:
    """Return the object an answer is about. Raises: OutcomeUnknown, Unavailable if there is none with an id."""
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, dict) or not isinstance(data.get("id"), (str, int)) or not str(data["id"]):
        raise unreadable(f"no data.id in {_shape(answer)}", duty=duty)
    return data | {"id": str(data["id"])}


def _shape(answer: Any) -> str:
    """Describe an answer without repeating it: it may hold anything."""
    return f"an object of {sorted(answer)}" if isinstance(answer, dict) else type(answer).__name__


def _check(post: RemotePost) -> None:
    """Refuse what X would refuse later, when it is due. Raises: Rejected."""
    rules = _LIMITS.pictures
    length = weighted_length(post.text)
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


def _upload(access: Access, medium: Medium, content: bytes) -> dict[str, str]:
    with _asking(access, "stage") as client:
        data = _data(client.upload_picture(content, medium.mime), "stage")
        if medium.alt:
            client.describe(data["id"], medium.alt)
    told = data.get("expires_after_secs")
    keeps = timedelta(seconds=told) if isinstance(told, int) and 0 < told < _KEEPS.total_seconds() else _KEEPS
    return {"id": data["id"], "expires_at": (access.now + keeps).isoformat()}


def _upload_video(access: Access, medium: Medium, content: bytes) -> dict[str, str]:
    """Upload in pieces. A try that breaks off is begun anew: nothing of it is public, and X forgets it."""
    with _asking(access, "stage") as client:
        media_id = _data(client.announce_video(medium.mime, len(content)), "stage")["id"]
        for number, start in enumerate(range(0, len(content), _PIECE)):
            client.append(quote(media_id, safe=""), number, content[start : start + _PIECE])
        _data(client.finalize(quote(media_id, safe="")), "stage")
    return {"id": media_id, "expires_at": (access.now + _KEEPS).isoformat()}


def _in_work(access: Access, media_id: str) -> timedelta | None:
    """Return when to ask again for a video that X still works on, None once it is ready. Raises: ConnectorError."""
    with _asking(access, "stage") as client:
        data = _data(client.upload_status(media_id), "stage")
    told = data.get("processing_info")
    state = str(told.get("state", "")) if isinstance(told, dict) else "succeeded"
    if state == "failed":
        raise Rejected("X kann das Video nicht verarbeiten. Bitte das Video prüfen.", code="processing")
    if state == "succeeded":
        return None
    wait = told.get("check_after_secs") if isinstance(told, dict) else None
    return timedelta(seconds=min(60, max(2, wait)) if isinstance(wait, int) else 5)


def _timeline(access: Access, start: datetime) -> Iterator[dict[str, Any]]:
    page = ""
    for _ in range(_PAGES):
        with _asking(access, "read") as client:
            answer = client.posts_since(quote(access.fields["user_id"], safe=""), start, page)
        if not isinstance(answer, dict) or not answer.keys() & {"data", "meta"}:
            raise unreadable(f"no data in {_shape(answer)}", duty="read")
        for entry in answer.get("data") or ():
            yield _data({"data": entry}, "read")
        page = (answer.get("meta") or {}).get("next_token") or ""
        if not page:
            return


def _replies(access: Access) -> str | None:
    """Return who may reply, None for everybody. Raises: Unauthorised for what X does not know."""
    chosen = access.fields.get(_REPLIES.name, "").strip()
    if chosen not in _WHO_REPLIES:
        text = f"„{_REPLIES.label}“ kennt bei X nur: {', '.join(filter(None, _WHO_REPLIES))}. Bitte am Konto ändern."
        raise Unauthorised(text, code=_REPLIES.name)
    return chosen or None


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
        stage_keeps=_KEEPS,
        settle=(timedelta(minutes=2), timedelta(minutes=10)),
        absence="likely",
    )
    fields = _FIELDS
    currency = "US-Dollar"
    look = Look(fold=280, picture_ratio=0, picture_first=False, links_click=True, card=True)

    def render(self, variant: Variant) -> RemotePost:
        """Return the text with the link as its last line, unless the text carries it already."""
        text = variant.text.strip()
        if variant.link and not carries(text, variant.link):
            text = f"{text}\n{variant.link}".lstrip()
        # a video takes no description
        media = tuple(replace(medium, alt="") if medium.film else medium for medium in variant.media)
        return RemotePost(self.channel, variant.form, text, variant.link, media, dict(variant.options))

    def price(self, post: RemotePost) -> Decimal:
        """Return what X takes: thirteen times as much for a post with a link, and something for each description."""
        described = sum(bool(medium.alt) for medium in post.media)
        return (_WITH_LINK if urls(post.text) else _PLAIN) + described * _DESCRIPTION

    pace = staticmethod(pace)

    def whoami(self, access: Access) -> Identity:
        """Ask X whose access this is. Raises: ConnectorError."""
        _replies(access)
        with _asking(access, "read") as client:
            answer = client.get_me(user_auth=True)
        user = _data(answer, "read")
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
        if not post.media:
            return Staged(data={})
        done = [dict(entry) for entry in (data or {}).get("media", ())]
        if any(datetime.fromisoformat(entry["expires_at"]) <= access.now for entry in done):
            done = []
        if len(done) < len(post.media):
            medium = post.media[len(done)]
            upload = _upload_video if medium.film else _upload
            done.append(upload(access, medium, media.read(medium.sha256)))
            if medium.film:
                return NotYet(data={"media": done}, ask_at=access.now + timedelta(seconds=1))
        if len(done) < len(post.media):
            return NotYet(data={"media": done}, ask_at=access.now)
        if post.media[0].film and (wait := _in_work(access, done[0]["id"])):
            return NotYet(data={"media": done}, ask_at=access.now + wait)
        expires_at = min(datetime.fromisoformat(entry["expires_at"]) for entry in done)
        return Staged(data={"media_ids": [entry["id"] for entry in done]}, expires_at=expires_at)

    def release(self, access: Access, post: RemotePost, stage: Json, order: Order) -> Receipt:
        """Publish. Raises: ConnectorError; OutcomeUnknown for every answer that is not a known "no"."""
        media_ids = list(stage.get("media_ids", ())) or None
        with _asking(access, "release") as client:
            answer = client.create_tweet(
                text=post.text or None,
                media_ids=media_ids,
                reply_settings=post.extra.get(_REPLIES.name) or _replies(access),
                user_auth=True,
            )
        remote_id = _data(answer, "release")["id"]
        return Receipt(remote_id, _address(remote_id), access.now)

    def unstage(self, access: Access, stage: Json) -> None:
        """Do nothing: X has no way to remove an unused upload and forgets it by itself."""

    def find(
        self, access: Access, post: RemotePost, stage: Json, order: Order, since: datetime, known: Sequence[str]
    ) -> Found | Absent:
        """Look through the account's own timeline, for the post's link first and for its text last.

        Raises: ConnectorError.
        """
        earliest = since - _SLACK
        entries = [entry for entry in _timeline(access, earliest) if entry["id"] not in known]
        for same in (same_link, same_text):
            for entry in entries:
                if not same(post, entry):
                    continue
                at = published_at(entry)
                if at is None:
                    raise unreadable(f"no readable created_at of {entry['id']}", duty="read")
                if at >= earliest:
                    return Found(Receipt(entry["id"], _address(entry["id"]), at))
        return Absent(stage_usable=True)

    def retract(self, access: Access, receipt: Receipt) -> Retracted:
        """Delete the post; one that is already gone counts as deleted. Raises: ConnectorError."""
        with _asking(access, "retract") as client:
            try:
                answer = client.delete_tweet(quote(receipt.remote_id, safe=""), user_auth=True)
            except tweepy.HTTPException as error:
                if not gone(error.response):
                    raise
                return Retracted(answer="404 Not Found")
        if not (isinstance(answer, dict) and isinstance(answer.get("data"), dict) and answer["data"].get("deleted")):
            raise unreadable(f"no data.deleted in {_shape(answer)}", duty="retract")
        return Retracted(answer="deleted")


connector = X()

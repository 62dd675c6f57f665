"""Bluesky: short text whose links, hashtags and mentions are named by their place in bytes, up to four pictures, a
video or a link card, on the server (PDS) that the account names.

What counts is in ``_bluesky_text``, what can be clicked in ``_bluesky_facets``, the answers' meaning in
``_bluesky_errors``, the calls are in ``_bluesky_client``.

The record and its key (a valid TID made from the due time and the Stage's own key) are fixed when the post is staged,
and its creation time is the time it is due. So a release may be repeated: the same record under the same key changes
nothing, and another one is refused.

Who may reply says a record of its own beside the post (a threadgate). Both are written in one call, all or nothing; a
repeat of that one is refused, and a look tells. That the app heeds it is Bluesky's word
(https://docs.bsky.app/docs/tutorials/thread-gates, read on 2026-11-30) and UNVERIFIED here: no app runs in the tests.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal

from connectors import _bluesky_text as measure
from connectors._bluesky_client import COLLECTION, GATES, BlueskyClient, Login
from connectors._bluesky_client import address as record_address
from connectors._bluesky_errors import LABEL, pace
from connectors._bluesky_facets import facets, links, mentions
from connectors._bluesky_tid import record_key, time_of
from connectors._bluesky_video import SERVER, SERVICE, embedded, uploaded
from connectors._own_server import address, require, value
from connectors.base import (
    Absent,
    Access,
    Connector,
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
    StageLost,
    Timing,
    Unauthorised,
    Unavailable,
    Variant,
    VideoRules,
)

_READ = date(2026, 11, 22)
_KEEPS = timedelta(hours=1)
_SLACK = timedelta(minutes=2)
_THUMBNAIL_BYTES = 1_000_000
_APP_PASSWORD = re.compile(r"[a-z0-9]{4}(?:-[a-z0-9]{4}){3}")


def _lexicon(path: str) -> Source:
    return Source(f"https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/{path}.json", _READ)


_LIMITS = Limits(
    text=measure.MAX_LENGTH,
    unit="Zeichen nach der Zählweise von Bluesky",
    measure=measure.length,
    pictures=PictureRules(
        mimes=("image/jpeg", "image/png", "image/webp"),
        max_bytes=2_000_000,
        max_width=2000,
        max_alt=2000,
        at_most=4,
    ),
    # 50 MB is the oldest of the bounds that were seen (300 MB in the lexicon of 2026), and what many servers of one's
    # own take. Three minutes were announced in 2025, ten in 2026: UNVERIFIED, in no document of Bluesky's.
    videos=VideoRules(1280, 720, max_bytes=50_000_000, min_seconds=1, max_seconds=180, captions="file"),
    hashtags=3,
    links="text",
    sources={
        "videos": _lexicon("embed/video"),
        "text": _lexicon("feed/post"),
        # 2,000,000 since 2026-04-08; an older server of one's own may still refuse above 1,000,000
        "pictures.max_bytes": _lexicon("embed/images"),
        "pictures.at_most": _lexicon("embed/images"),
        "pictures.mimes": _lexicon("embed/images"),
        # UNVERIFIED: the lexicon has no bound; the app lets people write so much
        "pictures.max_alt": _lexicon("embed/images"),
        # our own advice; the text has no bound for them
        "hashtags": _lexicon("richtext/facet"),
        # "a time window (eg, minutes)"; an hour is our reading. A lost picture is uploaded anew
        "timing.stage_keeps": Source("https://docs.bsky.app/docs/api/com-atproto-repo-upload-blob", _READ),
    },
)

_HANDLE = Field("handle", "Handle", help="Zum Beispiel kjc-fulda.bsky.social, mit oder ohne @.")
_SERVER = Field(
    "server",
    "Serveradresse",
    address=True,
    default="https://bsky.social",
    help="Der Server (PDS) des Kontos; wer bei Bluesky selbst ist, lässt https://bsky.social stehen.",
)
_VIDEO = Field(
    "video",
    "Videos",
    required=False,
    default=SERVICE,
    choices={SERVICE: "bereitet Bluesky vor", SERVER: "nimmt der eigene Server an"},
    help="Nimmt sie der eigene Server an, fehlt das Video im Post, bis Bluesky damit fertig ist.",
)
_WHO_REPLIES = {
    "": "alle",
    "followers": "wer dem Konto folgt",
    "following": "wem das Konto folgt",
    "mentioned": "nur Genannte",
    "nobody": "niemand",
}
_RULES = {"followers": "followerRule", "following": "followingRule", "mentioned": "mentionRule"}
_REPLIES = Field(
    "replies",
    "Wer antworten darf",
    required=False,
    choices=_WHO_REPLIES,
    shapes=True,
)
_PASSWORD = Field(
    "app_password",
    "App-Passwort",
    secret=True,
    help="In der App unter „Einstellungen“, „Datenschutz und Sicherheit“, „App-Passwörter“ anlegen; es sieht aus wie "
    "xxxx-xxxx-xxxx-xxxx. Das Kennwort des Kontos selbst gehört nicht hierher.",
)


class Bluesky:
    """The channel Bluesky. Holds no state."""

    channel = "bluesky"
    label = LABEL
    hosts: Mapping[str, str] = MappingProxyType({"video": "https://video.bsky.app"})
    limits = _LIMITS
    timing = Timing(
        stage_lead=timedelta(minutes=30),
        stage_keeps=_KEEPS,
        settle=(timedelta(minutes=2), timedelta(minutes=5)),
        absence="certain",
    )
    fields: tuple[Field, ...] = (_HANDLE, _SERVER, _PASSWORD, _VIDEO, _REPLIES)
    look = Look(fold=300, picture_ratio=0, picture_first=False, links_click=True, card=True)

    def render(self, variant: Variant) -> RemotePost:
        """Return the text with the link as its last line, and what stands below it: pictures, or the link's card.

        A card has no room for a picture's description, so only a single picture without one (decorative) becomes its
        thumbnail; every described picture is shown as a picture.
        """
        text = variant.text.strip()
        if variant.link and variant.link not in (url for _, url in links(text)):
            text = f"{text}\n{variant.link}".lstrip()
        extra: dict[str, Any] = {"language": variant.language, **variant.options}
        if variant.link and _fits_a_card(variant.media):
            extra["card"] = {"title": variant.title.strip() or variant.link, "description": ""}
        return RemotePost(self.channel, variant.form, text, variant.link, variant.media, extra)

    pace = staticmethod(pace)

    def whoami(self, access: Access) -> Identity:
        """Log in and say as whom. Raises: ConnectorError."""
        _, login = _log_in(access)
        return Identity(login.did, f"@{login.handle}", f"https://bsky.app/profile/{login.did}")

    def stage(
        self, access: Access, post: RemotePost, media: MediaSource, order: Order, data: Json | None
    ) -> Staged | NotYet:
        """Upload pictures or the video, ask who is mentioned, fix the record with its key. Raises: ConnectorError."""
        _check(post)
        client, login = _log_in(access, can_wait=True)
        film = next((medium for medium in post.media if medium.film), None)
        if film is None:
            blobs = [client.upload(login, medium, media.read(medium.sha256)) for medium in post.media]
            embed = _embed(post, blobs)
        else:
            blob = uploaded(client, login, film, media, _way(access), access.now, data)
            if isinstance(blob, NotYet):
                return blob
            embed = embedded(client, login, film, media, blob)
        people = {handle: client.did_of(handle) for handle in {handle for _, handle in mentions(post.text)}}
        known = {handle: did for handle, did in people.items() if did is not None}
        staged = {
            "did": login.did,
            "key": record_key(order.due_at, order.key),
            "record": _record(post, embed, known),
            "revision": client.revision(login.did),
        }
        return Staged(staged, access.now + _KEEPS if post.media else None)

    def release(self, access: Access, post: RemotePost, stage: Json, order: Order) -> Receipt:
        """Put the record under its key. Raises: ConnectorError; OutcomeUnknown for all that is no known "no"."""
        client, login = _log_in(access)
        if login.did != stage["did"]:
            text = "Das Bluesky-Konto ist ein anderes geworden; der Post wird noch einmal vorbereitet."
            raise StageLost(text, code="did", who="operator")
        record = {**stage["record"], "createdAt": _moment(order.due_at)}
        gate = _gate(post, login.did, str(stage["key"]), order)
        key = str(stage["key"])
        uri = client.put_gated(login, key, record, gate) if gate else client.put(login, key, record)
        return Receipt(uri, _page(login.did, str(stage["key"])), access.now)

    def find(
        self, access: Access, post: RemotePost, stage: Json, order: Order, since: datetime, known: Sequence[str]
    ) -> Found | Absent:
        """Ask for the record under the post's own key; nobody else's can stand there. Raises: ConnectorError.

        Where there is none, the repository is asked whether anything was written since: then the post may have been
        published and deleted by a person, and must not come back by itself.
        """
        client = _client(access)
        if "key" not in stage:
            return _by_what_it_says(access, client, post, order, known)
        did, key = str(stage["did"]), str(stage["key"])
        uri = record_address(did, key)
        if uri not in known and client.record(did, key) is not None:
            return Found(Receipt(uri, _page(did, key), max(since, order.due_at)))
        return Absent(stage_usable=True, absence=_absence(client.revision(did), stage, since))

    def unstage(self, access: Access, stage: Json) -> None:
        """Do nothing: an unused picture was never visible, and Bluesky forgets it by itself."""

    def retract(self, access: Access, receipt: Receipt) -> Retracted:
        """Delete the record and look that it is gone; one that was gone before counts. Raises: ConnectorError."""
        parts = receipt.remote_id.removeprefix("at://").split("/")
        if len(parts) != 3 or parts[1] != COLLECTION:
            text = "Die Kennung des Posts ist keine von Bluesky. Bitte den Post dort von Hand löschen und bestätigen."
            raise Rejected(text, detail=receipt.remote_id[:200], code="remote_id")
        client, login = _log_in(access)
        if login.did != parts[0]:
            text = "Der Post gehört zu einem anderen Bluesky-Konto. Bitte dort von Hand löschen und bestätigen."
            raise Rejected(text, detail=receipt.remote_id[:200], code="did")
        client.delete(login, parts[2])
        client.delete(login, parts[2], GATES)
        if client.record(login.did, parts[2]) is not None:
            text = "Der Post steht noch auf Bluesky; es wird noch einmal versucht, ihn zu löschen."
            raise Unavailable(text, detail="getRecord after deleteRecord", code="stands")
        return Retracted("RecordNotFound")


def _client(access: Access) -> BlueskyClient:
    require(access, Bluesky.fields, LABEL)
    password = value(access, _PASSWORD)
    if not _APP_PASSWORD.fullmatch(password):
        text = "Das ist kein App-Passwort (xxxx-xxxx-xxxx-xxxx). Bitte bei Bluesky eines anlegen und eintragen."
        raise Unauthorised(text, code="app_password")
    return BlueskyClient(access, address(value(access, _SERVER), LABEL), password)


def _log_in(access: Access, *, can_wait: bool = False) -> tuple[BlueskyClient, Login]:
    client = _client(access)
    return client, client.login(value(access, _HANDLE).removeprefix("@").lower(), can_wait=can_wait)


def _way(access: Access) -> str:
    chosen = value(access, _VIDEO)
    if chosen not in (SERVICE, SERVER):
        text = "Videos gehen auf Bluesky über service oder server. Bitte die Angaben des Kontos ändern."
        raise Unauthorised(text, code="video")
    return chosen


def _fits_a_card(media: Sequence[Medium]) -> bool:
    bare = len(media) == 1 and not media[0].film and not media[0].alt and media[0].size <= _THUMBNAIL_BYTES
    return not media or bare


def _by_what_it_says(
    access: Access, client: BlueskyClient, post: RemotePost, order: Order, known: Sequence[str]
) -> Found | Absent:
    """Look for a post whose Stage is forgotten: the same words, created at the very time that it was due."""
    _, login = _log_in(access)
    for key, record in client.posts(login.did):
        written = time_of(key)
        if written is not None and written < order.due_at - _SLACK:
            break
        same = record.get("text") == post.text and record.get("createdAt") == _moment(order.due_at)
        if same and record_address(login.did, key) not in known:
            return Found(Receipt(record_address(login.did, key), _page(login.did, key), order.due_at))
    return Absent(stage_usable=False)


def _check(post: RemotePost) -> None:
    """Refuse what Bluesky would refuse later, when it is due. Raises: Rejected."""
    rules = _LIMITS.pictures
    length = measure.length(post.text)
    if post.form != "feed":
        raise Rejected("Auf Bluesky können wir bisher nur einzelne Posts veröffentlichen.", code="form")
    if not (post.text.strip() or post.media):
        raise Rejected("Der Post für Bluesky hat weder Text noch Bild. Bitte einen Text schreiben.", code="empty")
    if length > _LIMITS.text:
        text = f"Der Text ist für Bluesky zu lang: {length} von {_LIMITS.text} Zeichen. Bitte kürzen."
        raise Rejected(text, code="text")
    if len(post.media) > rules.at_most:
        text = f"Bluesky nimmt höchstens {rules.at_most} Bilder an, der Post hat {len(post.media)}. Bitte weglassen."
        raise Rejected(text, code="pictures")
    for number, medium in enumerate(post.media, start=1):
        if medium.film:
            continue  # the video service looks into it
        # Bluesky does not look into what is uploaded, so that is not left to it
        if medium.mime not in rules.mimes or medium.size > rules.max_bytes:
            text = f"Bild {number} ist für Bluesky zu groß oder im falschen Format ({medium.mime}). Bitte ersetzen."
            raise Rejected(text, code="picture")


def _record(post: RemotePost, embed: Json, people: Mapping[str, str]) -> dict[str, Any]:
    """Return the record but for its creation time: whatever is tried later sends exactly this."""
    record: dict[str, Any] = {
        "$type": COLLECTION,
        "text": post.text,
        "langs": [str(post.extra.get("language") or "de")],
    }
    clickable = facets(post.text, people)
    if clickable:
        record["facets"] = clickable
    if embed:
        record["embed"] = embed
    return record


def _gate(post: RemotePost, did: str, key: str, order: Order) -> dict[str, Any] | None:
    """Return the record that says who may reply; None where all may."""
    chosen = post.extra.get(_REPLIES.name)
    if not chosen:
        return None
    allow = [{"$type": f"{GATES}#{_RULES[chosen]}"}] if chosen in _RULES else []
    return {"$type": GATES, "post": record_address(did, key), "allow": allow, "createdAt": _moment(order.due_at)}


def _embed(post: RemotePost, blobs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return what stands below the text: the link's card, or the pictures; empty for nothing."""
    if "card" in post.extra:
        card = {"uri": post.link, **post.extra["card"], **({"thumb": blobs[0]} if blobs else {})}
        return {"$type": "app.bsky.embed.external", "external": card}
    images = [_image(medium, blob) for medium, blob in zip(post.media, blobs, strict=True)]
    return {"$type": "app.bsky.embed.images", "images": images} if images else {}


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _image(medium: Medium, blob: dict[str, Any]) -> dict[str, Any]:
    shape = {"width": medium.width, "height": medium.height}
    return {"image": blob, "alt": medium.alt, "aspectRatio": shape}


def _absence(revision: str, stage: Json, since: datetime) -> Literal["certain", "likely"]:
    """Say what it proves that there is no record: nothing for certain where somebody wrote since the release began."""
    if revision and revision == stage.get("revision"):
        return "certain"
    written = time_of(revision)
    return "certain" if written is not None and written < since - _SLACK else "likely"


def _page(did: str, key: str) -> str:
    return f"https://bsky.app/profile/{did}/post/{key}"


connector: Connector = Bluesky()

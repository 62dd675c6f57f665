"""Mastodon: short text with its link inside, up to four pictures or a video, on the server that the account names.

The limits are the server's own and asked for when a post is staged; what it counts is in ``_mastodon_text``, what its
answers mean in ``_mastodon_errors``, the calls are in ``_mastodon_client``.

A release carries the Stage's key as Idempotency-Key, which Mastodon keeps for an hour: within it a repeat gives back
what the first made, so absence is certain; later, or on a server of another make, it is only likely. ``scheduled_at``
is never used: some versions ignore the key with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal

from connectors import _mastodon_connecting as connecting
from connectors import _mastodon_text as measure
from connectors._connects import Invitation, Offer
from connectors._corrections import CORRECTIONS
from connectors._mastodon_client import MastodonClient
from connectors._mastodon_errors import LABEL, pace
from connectors._mastodon_instance import DEFAULT_ALT, DEFAULT_PICTURES, DEFAULT_TEXT, check, rules_of
from connectors._mastodon_status import carries, published_at, same_link, same_text
from connectors._own_server import address, require, value
from connectors._refusals import unclear
from connectors.base import (
    Absent,
    Access,
    ByHand,
    Connector,
    Field,
    Found,
    Identity,
    Json,
    Limits,
    Look,
    MediaSource,
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

_READ = date(2026, 11, 22)
_KEEPS = timedelta(hours=24)
_KEY_LIVES = timedelta(minutes=55)
_SLACK = timedelta(minutes=2)
_PROCESSING = timedelta(seconds=20)


def _source(path: str) -> Source:
    return Source(f"https://docs.joinmastodon.org/{path}", _READ)


_LIMITS = Limits(
    text=DEFAULT_TEXT,
    unit="Zeichen nach der Zählweise von Mastodon",
    measure=measure.length,
    pictures=PictureRules(
        mimes=("image/jpeg", "image/png", "image/webp"),
        max_bytes=10_000_000,
        max_width=3840,
        max_alt=DEFAULT_ALT,
        at_most=DEFAULT_PICTURES,
    ),
    # 40 MB is what servers before 4.1 took by default, 99 MB what newer ones do; the server's own bound is asked for
    # when a post is staged. There is no bound of length: ten minutes are our own choice.
    videos=VideoRules(1280, 720, max_bytes=40_000_000, min_seconds=0.5, max_seconds=600),
    hashtags=4,
    links="text",
    sources={
        "videos": _source("entities/Instance/"),
        # defaults; the server's own numbers are asked for when a post is staged
        "text": _source("entities/Instance/"),
        "pictures.at_most": _source("entities/Instance/"),
        # 16 MiB today; 10 MB is the bound of servers before 4.1 and still more than a picture of ours has
        "pictures.max_bytes": _source("entities/Instance/"),
        "pictures.mimes": _source("entities/Instance/"),
        "pictures.max_alt": _source("entities/Instance/"),
        # larger ones are made smaller by the server: 8.3 million pixels
        "pictures.max_width": _source("user/posting/"),
        # our own advice; Mastodon has no bound
        "hashtags": _source("user/posting/"),
        # unused uploads are removed after a day (UNVERIFIED: from the server's code, not documented)
        "timing.stage_keeps": _source("methods/media/"),
    },
)

_USERNAME = Field("username", "Kontoname", help="Der Name des Kontos mit oder ohne @, zum Beispiel kjc_fulda.")
_SERVER = Field("server", "Serveradresse", address=True, help="Zum Beispiel https://social.example.")
_TOKEN = Field(
    "access_token",
    "Zugriffstoken",
    secret=True,
    help="Auf dem Server unter „Einstellungen“, „Entwicklung“ eine Anwendung anlegen, mit den Rechten read:accounts, "
    "read:statuses, write:media und write:statuses; dort steht das Zugriffstoken.",
)
_VISIBILITY = Field(
    "visibility",
    "Sichtbarkeit",
    required=False,
    default="public",
    choices={
        "public": "in allen öffentlichen Listen",
        "unlisted": "öffentlich, aber nicht in der Liste des Servers",
    },
)


class Mastodon:
    """The channel Mastodon. Holds no state."""

    channel = "mastodon"
    label = LABEL
    hosts: Mapping[str, str] = MappingProxyType({})
    limits = _LIMITS
    timing = Timing(
        stage_lead=timedelta(hours=2),
        stage_keeps=_KEEPS,
        settle=(timedelta(minutes=2), timedelta(minutes=5)),
        absence="likely",
    )
    fields: tuple[Field, ...] = (_USERNAME, _SERVER, _TOKEN, _VISIBILITY, CORRECTIONS)
    before = ("server",)
    look = Look(fold=500, picture_ratio=0, picture_first=False, links_click=True, card=True)

    def render(self, variant: Variant) -> RemotePost:
        """Return the text with the link as its last line, unless the text carries it already."""
        text = variant.text.strip()
        if variant.link and not carries(text, variant.link):
            text = f"{text}\n{variant.link}".lstrip()
        extra = {"language": variant.language}
        return RemotePost(self.channel, variant.form, text, variant.link, variant.media, extra)

    def invite(self, access: Access, back: str, state: str) -> Invitation:
        """Register at the account's server and return where the person says yes. Raises: ConnectorError."""
        return connecting.invite(access, address(value(access, _SERVER), LABEL), back, state)

    def accept(self, access: Access, memory: Mapping[str, str], code: str) -> Sequence[Offer]:
        """Exchange the code for the account's token. Raises: ConnectorError."""
        return connecting.accept(access, address(value(access, _SERVER), LABEL), memory, code)

    pace = staticmethod(pace)

    def whoami(self, access: Access) -> Identity:
        """Ask the server whose token this is, and whether it is this account's. Raises: ConnectorError."""
        me = _account(access, _open(access).me())
        name = str(me.get("display_name") or "").strip()
        handle = f"@{me.get('acct') or me.get('username')}"
        return Identity(me["id"], f"{name} ({handle})" if name else handle, str(me.get("url") or ""))

    def stage(
        self, access: Access, post: RemotePost, media: MediaSource, order: Order, data: Json | None
    ) -> Staged | NotYet:
        """Ask for the server's limits, upload one picture or the video a call, and wait until all are processed.

        Raises: ConnectorError.
        """
        _check(post)
        client = _open(access)
        done = dict(data) if data and access.now < datetime.fromisoformat(data["started"]) + _KEEPS else {}
        if not done:
            rules = rules_of(client.instance())
            check(post, rules)
            account = _account(access, client.me("stage"))["id"]
            done = {"started": access.now.isoformat(), "account": account, "keys": rules.keeps_keys, "media": []}
        uploads = [dict(upload) for upload in done["media"]]
        if len(uploads) < len(post.media):
            medium = post.media[len(uploads)]
            made, wait = client.upload(medium, media.read(medium.sha256))
            uploads.append({"id": made["id"], "ready": made["ready"]})
            if len(uploads) < len(post.media):
                return NotYet({**done, "media": uploads}, ask_at=wait or access.now)
        else:
            uploads = _looked_after(client, uploads)
        if len(uploads) < len(post.media):
            return NotYet({**done, "media": uploads}, ask_at=access.now)
        if not all(upload["ready"] for upload in uploads):
            return NotYet({**done, "media": uploads}, ask_at=access.now + _PROCESSING)
        expires_at = datetime.fromisoformat(done["started"]) + _KEEPS if uploads else None
        return Staged({**done, "media": uploads}, expires_at)

    def release(self, access: Access, post: RemotePost, stage: Json, order: Order) -> Receipt:
        """Publish under the Stage's key. Raises: ConnectorError; OutcomeUnknown for all that is no known "no"."""
        status: dict[str, Any] = {
            "status": post.text,
            "visibility": _visibility(access),
            "language": str(post.extra.get("language") or "de"),
        }
        if stage.get("media"):
            status["media_ids"] = [upload["id"] for upload in stage["media"]]
        answer = _open(access).publish(status, order.key)
        return _receipt(answer, published_at(answer) or access.now)

    def find(
        self, access: Access, post: RemotePost, stage: Json, order: Order, since: datetime, known: Sequence[str]
    ) -> Found | Absent:
        """Look through the account's own statuses, for the post's link first and for its text last.

        Pictures that are gone ahead of their time may have been in a post that a person deleted, which must not come
        back by itself. Raises: ConnectorError.
        """
        client = _open(access)
        account = str(stage.get("account") or client.me()["id"])
        recent = []
        for status in client.statuses(account):
            at = published_at(status)
            if at is None:
                raise unclear(f"no readable created_at of {status['id']}", duty="read", label=LABEL)
            if at < since - _SLACK:
                break
            if status["id"] not in known:
                recent.append((status, at))
        for same in (same_link, same_text):
            for status, at in recent:
                if same(post, status):
                    return Found(_receipt(status, at))
        usable = _usable(client, stage)
        return Absent(usable, _absence(stage, since, access.now) if usable else "likely")

    def unstage(self, access: Access, stage: Json) -> None:
        """Remove the uploads; what is gone, used, or on an older server is left alone. Raises: ConnectorError."""
        uploads = stage.get("media") or ()
        if uploads:
            client = _open(access)
            for upload in uploads:
                client.forget(str(upload["id"]))

    def correctable(self, post: RemotePost) -> bool:
        """Tell that every status can be changed."""
        return True

    def correct(self, access: Access, post: RemotePost, remote_id: str) -> Receipt:
        """Change the status's text; what is attached must be named again, or it would be gone.

        Source: https://docs.joinmastodon.org/methods/statuses/#edit, read on 2026-11-22. Raises: ConnectorError.
        """
        client = _open(access)
        known = client.status(remote_id)
        if known is None:
            raise _not_ours()
        change: dict[str, Any] = {
            "status": post.text,
            "language": str(post.extra.get("language") or "de"),
            "media_ids": [str(medium["id"]) for medium in known.get("media_attachments") or ()],
        }
        changed = client.edit(remote_id, change)
        if changed is None:
            raise _not_ours()
        return _of(remote_id, changed, access.now)

    def stands(self, access: Access, post: RemotePost, remote_id: str, since: datetime) -> Found | Absent:
        """Read the status back. Raises: ConnectorError."""
        client = _open(access)
        known = client.status(remote_id)
        if known is None or str((known.get("account") or {}).get("id")) != str(_account(access, client.me())["id"]):
            raise _not_ours()
        return Found(_of(remote_id, known, since)) if same_text(post, known) else Absent(True, "certain")

    def retract(self, access: Access, receipt: Receipt) -> Retracted | ByHand:
        """Delete the status and its pictures; where the server cannot, a person does. Raises: ConnectorError."""
        client = _open(access)
        if client.delete(receipt.remote_id):
            return Retracted("deleted")
        if not client.stands(receipt.remote_id):
            return Retracted("404 Not Found")
        task = "Dieser Mastodon-Server lässt uns den Post nicht löschen. Bitte auf dem Server anmelden und ihn löschen."
        return ByHand(task, receipt.url)


def _open(access: Access) -> MastodonClient:
    require(access, Mastodon.fields, LABEL)
    return MastodonClient(access, address(value(access, _SERVER), LABEL), value(access, _TOKEN))


def _account(access: Access, me: dict[str, Any]) -> dict[str, Any]:
    """Return whom the token opens. Raises: Unauthorised if that is another account than the one that is named."""
    wanted = value(access, _USERNAME).lstrip("@").partition("@")[0]
    opens = str(me.get("username") or me.get("acct") or "").partition("@")[0]
    if opens.casefold() != wanted.casefold():
        text = f"Das Zugriffstoken gehört zum Konto @{opens}, eingetragen ist @{wanted}. Bitte die Angaben prüfen."
        raise Unauthorised(text, code="username")
    return me


def _not_ours() -> Rejected:
    text = (
        "Den veröffentlichten Post gibt es auf dem Mastodon-Server nicht mehr, oder der Server lässt ihn nicht ändern. "
        "Bitte von Hand ändern oder das Konto auf Korrekturen „als neuer Post“ stellen."
    )
    return Rejected(text, code="edit/404")


def _visibility(access: Access) -> str:
    chosen = value(access, _VISIBILITY)
    if chosen not in _VISIBILITY.choices:
        text = "Die Sichtbarkeit auf Mastodon ist public oder unlisted. Bitte die Angaben des Kontos ändern."
        raise Unauthorised(text, code="visibility")
    return chosen


def _check(post: RemotePost) -> None:
    """Refuse what no server takes. Raises: Rejected."""
    if post.form != "feed":
        raise Rejected("Auf Mastodon können wir bisher nur einzelne Posts veröffentlichen.", code="form")
    if not (post.text.strip() or post.media):
        raise Rejected("Der Post für Mastodon hat weder Text noch Bild. Bitte einen Text schreiben.", code="empty")


def _looked_after(client: MastodonClient, uploads: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the uploads with what became of those that were in work, up to the first that the server has lost."""
    looked: list[dict[str, Any]] = []
    for upload in uploads:
        ready = upload["ready"] or client.is_ready(upload["id"])
        if ready is None:
            break
        looked.append({**upload, "ready": ready})
    return looked


def _usable(client: MastodonClient, stage: Json) -> bool:
    return all(client.is_ready(str(upload["id"])) is not None for upload in stage.get("media") or ())


def _absence(stage: Json, since: datetime, now: datetime) -> Literal["certain", "likely"]:
    return "certain" if stage.get("keys") and now < since + _KEY_LIVES else "likely"


def _receipt(status: dict[str, Any], at: datetime) -> Receipt:
    url = str(status.get("url") or "")
    return Receipt(status["id"], url if url.startswith("https://") else "", at)


def _of(remote_id: str, status: dict[str, Any], at: datetime) -> Receipt:
    """Return the proof under the id that the status was posted by: snac gives another one after a change."""
    return replace(_receipt(status, at), remote_id=remote_id)


connector: Connector = Mastodon()

"""The Jobcenter's own pages: a page, feeds, a list of links and a frame for other sites, on our public listener.

No network is called. A post is public there once its Receipt is kept, and gone with its recall; so a repeat is the
same post, and a post without a Receipt is certainly absent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from connectors._graphemes import count
from connectors.base import (
    Access,
    Field,
    Identity,
    Json,
    Limits,
    Look,
    MediaSource,
    Order,
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

_READ = date(2026, 11, 30)
_OWN = Source("https://www.w3.org/TR/WCAG22/", _READ)
"""Own choices, within what WCAG 2.2 asks of a page: no network sets a bound here."""

_ORIGIN = re.compile(r"https://(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::[0-9]{1,5})?", re.IGNORECASE)
"""A ``host-source`` of CSP with its scheme (https://www.w3.org/TR/CSP3/#grammardef-host-source, 2026-11-30)."""

_NO = ("nein", "no", "aus", "off", "false", "0")

LABEL = "Website"


class Website:
    """The channel of a Jobcenter's own pages. Holds no state."""

    channel = "website"
    label = LABEL
    hosts: Mapping[str, str] = MappingProxyType({})
    limits = Limits(
        text=2000,
        unit="Zeichen",
        measure=count,
        pictures=PictureRules(
            mimes=("image/jpeg", "image/png", "image/webp"), max_bytes=2_000_000, max_width=1600, at_most=10
        ),
        videos=VideoRules(1280, 720, max_bytes=500_000_000, min_seconds=0.5, max_seconds=900, captions="file"),
        hashtags=0,
        links="card",
        sources={"text": _OWN, "pictures": _OWN, "videos": _OWN, "hashtags": _OWN},
    )
    timing = Timing(
        stage_lead=timedelta(hours=2),
        stage_keeps=None,
        settle=(timedelta(minutes=1), timedelta(minutes=1)),
        absence="certain",
    )
    fields: tuple[Field, ...] = (
        Field(
            "embed_in",
            "Einbetten erlaubt auf",
            required=False,
            help="Adressen von Websites, die diese Seite einbetten dürfen, durch Leerzeichen getrennt, zum Beispiel "
            "https://www.landkreis-fulda.de; ein * erlaubt alle. Ohne Angabe gelten die eigenen Seiten des "
            "Jobcenters, die im Verzeichnis stehen.",
        ),
        Field(
            "first",
            "Reihenfolge",
            required=False,
            default="ja",
            choices={"ja": "den Netzwerken voran", "nein": "unabhängig von ihnen"},
            help="Geht die Website voran, erscheint ein Beitrag auf den Netzwerken erst, wenn er hier öffentlich ist.",
        ),
    )
    look = Look(fold=2000, picture_ratio=0, picture_first=True, links_click=True, card=True, heading=True)

    def render(self, variant: Variant) -> RemotePost:
        """Return the text with its heading beside it; the page shows the link itself."""
        extra = {"title": variant.title.strip(), "language": variant.language}
        return RemotePost(self.channel, variant.form, variant.text.strip(), variant.link, variant.media, extra)

    def whoami(self, access: Access) -> Identity:
        """Return the address of the pages. Raises: Rejected for a wrong entry in the account's fields."""
        self.embedders(access.fields)
        return Identity(access.home, "eigene Seiten", access.home)

    def stage(self, access: Access, post: RemotePost, media: MediaSource, order: Order, data: Json | None) -> Staged:
        """Open every picture once: one that is missing is told now, not at the post's time. Raises: Rejected."""
        for medium in post.media:
            if not medium.film:
                media.read(medium.sha256)
        return Staged({})

    def release(self, access: Access, post: RemotePost, stage: Json, order: Order) -> Receipt:
        """Return the Receipt whose storing makes the post public; the same for every repeat."""
        return Receipt(order.code, f"{access.home}/beitrag/{order.code}", access.now)

    def unstage(self, access: Access, stage: Json) -> None:
        """Do nothing: nothing lies anywhere."""

    def retract(self, access: Access, receipt: Receipt) -> Retracted:
        """Confirm: the pages show no post that is recalled, since the moment of its recall."""
        return Retracted("von den eigenen Seiten genommen")

    def embedders(self, fields: Mapping[str, str]) -> tuple[str, ...]:
        """Return the origins that may show the posts in a frame; ``*`` is any. Raises: Rejected."""
        given = fields.get("embed_in", "").replace(",", " ").split()
        for origin in given:
            if origin != "*" and not _ORIGIN.fullmatch(origin.rstrip("/")):
                text = (
                    f"„{origin}“ ist keine Adresse, die einbetten kann: Sie beginnt mit https:// und hat keinen Pfad, "
                    "zum Beispiel https://www.landkreis-fulda.de."
                )
                raise Rejected(text, code="embed_in", scope="account", who="operator")
        return tuple(origin.rstrip("/") for origin in given)

    def leads(self, fields: Mapping[str, str]) -> bool:
        """Tell whether posts elsewhere wait for the one here: unless the account says no."""
        return fields.get("first", "").strip().lower() not in _NO


connector = Website()

"""Networks without a usable API: at its time an officer gets text, media and a checklist, posts, and enters the link.

WhatsApp channels, TikTok and Snapchat are accounts of this one channel; each has its own checklist. What a network
takes is settled by the person's app and not by us, so every bound here is our own choice and UNVERIFIED.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from connectors._graphemes import count
from connectors.base import (
    Access,
    ByHand,
    Field,
    Identity,
    Json,
    Limits,
    Look,
    MediaSource,
    Order,
    PictureRules,
    Receipt,
    RemotePost,
    Source,
    Staged,
    Timing,
    Variant,
    VideoRules,
)

_READ = date(2026, 11, 30)
_WHATSAPP = Source("https://faq.whatsapp.com/549900560675125", _READ)
"""What WhatsApp tells about channels; it names no bound for a text."""

LABEL = "Kanal von Hand"

_FIRST = (
    "Text und Medien unverändert übernehmen; eine Änderung braucht hier eine neue Freigabe.",
    "Den Alternativtext eintragen, wo das Netzwerk ein Feld dafür hat.",
)
_LAST = "Nach dem Senden den Link des Posts kopieren und hier eintragen."

CHECKLISTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "whatsapp": (
            "In den Kanal stellen, nicht in einen Chat oder eine Gruppe.",
            "Erst Bild oder Video wählen, dann den Text als Bildunterschrift einfügen.",
            "Prüfen, ob der Link anklickbar ist.",
        ),
        "tiktok": (
            "Das Video hochladen; die Untertitel stehen schon im Bild, automatische ausschalten.",
            "Keine Musik, keine Effekte, keine Werbe- und keine Ortsangabe hinzufügen.",
            "Prüfen, ob Kommentare, Duett und Stitch so eingestellt sind, wie das Jobcenter es beschlossen hat.",
        ),
        "snapchat": (
            "Als öffentliche Story oder in Spotlight stellen, nicht an einzelne Personen senden.",
            "Keine Filter, keine Musik, keine Ortsangabe hinzufügen.",
            "Den Link dieses einen Posts kopieren, nicht den des Profils.",
        ),
    }
)
"""What is to be thought of on each network, beside what holds for all; another name gets only that."""


class Manual:
    """The channel of what a person posts. Holds no state."""

    channel = "manual"
    label = LABEL
    hosts: Mapping[str, str] = MappingProxyType({})
    limits = Limits(
        text=700,
        unit="Zeichen",
        measure=count,
        pictures=PictureRules(max_bytes=4_000_000, max_width=1600, at_most=1),
        videos=VideoRules(1080, 1920, max_bytes=300_000_000, min_seconds=1, max_seconds=600),
        hashtags=3,
        links="text",
        sources={"text": _WHATSAPP, "pictures": _WHATSAPP, "videos": _WHATSAPP, "hashtags": _WHATSAPP},
    )
    timing = Timing(
        stage_lead=timedelta(hours=2),
        stage_keeps=None,
        settle=(timedelta(minutes=1), timedelta(minutes=1)),
        absence="likely",
    )
    fields: tuple[Field, ...] = (
        Field(
            "network",
            "Netzwerk",
            help="whatsapp, tiktok oder snapchat: dafür gibt es eigene Prüflisten. Ein anderer Name geht auch.",
        ),
        Field("profile", "Adresse des Kontos", required=False, help="Zum Öffnen, wenn ein Post ansteht."),
    )
    look = Look(fold=300, picture_ratio=0, picture_first=True, links_click=True, card=False)

    def render(self, variant: Variant) -> RemotePost:
        """Return the text to copy, with the link in it."""
        text = variant.text.strip()
        if variant.link and variant.link not in text:
            text = f"{text}\n{variant.link}".lstrip()
        return RemotePost(self.channel, variant.form, text, variant.link, variant.media)

    def whoami(self, access: Access) -> Identity:
        """Return what the account's fields say: there is nobody to ask."""
        return Identity(_network(access), f"{_network(access)} (von Hand)", access.fields.get("profile", ""))

    def stage(self, access: Access, post: RemotePost, media: MediaSource, order: Order, data: Json | None) -> Staged:
        """Open every picture once: one that is missing is told now, not at the post's time. Raises: Rejected."""
        for medium in post.media:
            if not medium.film:
                media.read(medium.sha256)
        return Staged({})

    def release(self, access: Access, post: RemotePost, stage: Json, order: Order) -> ByHand:
        """Hand the post over to a person, with what is to be thought of on this network, a line each."""
        name = _network(access)
        own = CHECKLISTS.get(name.lower(), ())
        lines = (f"Jetzt auf {name} posten (Konto {access.account}).", *_FIRST, *own, _LAST)
        return ByHand("\n".join(lines), access.fields.get("profile", ""))

    def unstage(self, access: Access, stage: Json) -> None:
        """Do nothing: nothing lies anywhere."""

    def retract(self, access: Access, receipt: Receipt) -> ByHand:
        """Ask a person to delete it."""
        return ByHand(f"Bitte den Post auf {_network(access)} löschen und das hier bestätigen.", receipt.url)


def _network(access: Access) -> str:
    given = access.fields.get("network", "").strip()
    return {"whatsapp": "WhatsApp", "tiktok": "TikTok", "snapchat": "Snapchat"}.get(given.lower(), given)


connector = Manual()

"""What the placeholders of a channel text stand for: the item's own words, and the Organisation's names and contact."""

from __future__ import annotations

import re

from distributor.domain import FeedItem, Organisation
from distributor.tailoring.lead import lead_of

_CREDIT_LABEL = re.compile(r"\A\s*(?:fotos?|videos?|film|bild(?:er|nachweis|quelle)?|quelle|grafik)\s*:", re.IGNORECASE)


def values_of(
    content: FeedItem, organisation: Organisation, *, link: str, credit: str, film: bool = False, addresses: bool = True
) -> dict[str, str]:
    """Return every placeholder's value but the hashtags; empty where nothing is known.

    ``film``: what is shown is one, so the credit is not a photographer's. ``addresses`` False leaves sentences that
    hold an address out of the teaser while another one is left.
    """
    voice, contact = organisation.voice, organisation.contact
    hook, teaser = lead_of(content, addresses=addresses)
    return {
        "titel": hook,
        "teaser": teaser,
        "link": link,
        "credit.art": "Video" if film else "Foto",
        "credit": _CREDIT_LABEL.sub("", credit, count=1).strip(),
        "kjc.name": voice.names.official,
        "kjc.kurz": voice.names.short,
        "kjc.nominativ": voice.names.nominative,
        "kjc.dativ": voice.names.dative,
        "kjc.bei": voice.names.at,
        "kjc.im": voice.names.inside,
        "kjc.vom": voice.names.of,
        "kontakt.telefon": contact.phone,
        "kontakt.zeiten": contact.hours,
        "kontakt.email": contact.email,
        "kontakt.adresse": contact.address,
        "kontakt.person": contact.person,
        "kontakt.seite": organisation.pages.landing,
        "region": voice.region,
        "region.im": voice.region_inside,
    }

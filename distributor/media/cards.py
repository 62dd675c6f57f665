"""Title cards: what stands in for a picture where an Item has none. In the Jobcenter's colours, with our own font.

The same card has the same name and the same bytes, so that it is made once for all channels with that shape.
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import asdict, dataclass

from PIL import Image, ImageDraw

from connectors.base import PictureRules
from distributor.colours import ink_on
from distributor.domain import FeedItem, Organisation
from distributor.media.typeset import draw, drawable, font, set_text

CARD = "card1"
"""Name of the way a card is drawn; a change of its bytes needs a new name."""

UPRIGHT, WIDE = (1080, 1350), (1200, 675)
_MARGIN = 0.09
_QUALITY = 90
_NAMED = 0.045
"""Size of the Jobcenter's name by the shorter side."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a card says and how: the Item's title, the Jobcenter's name, the ground's colour and the writing's."""

    title: str
    name: str
    ground: str
    ink: str

    @property
    def source(self) -> str:
        """The card's name among sources of renditions: 64 hex digits, as a file would have."""
        told = json.dumps([CARD, asdict(self)], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(told.encode()).hexdigest()

    @property
    def alt(self) -> str:
        """What somebody is told who cannot see the card: all that is written on it."""
        return f"{self.title.strip()} ({self.name.strip()})"


def card_of(content: FeedItem, organisation: Organisation) -> Card:
    """Return the card that one Organisation shows for an Item without a picture."""
    ink = organisation.ink or ink_on(organisation.colour)
    return Card(content.title, organisation.voice.names.short, organisation.colour, ink)


def card_size(rules: PictureRules) -> tuple[int, int]:
    """Return the size of cards on a channel: upright where it demands pictures, else wide as link cards are."""
    width, height = UPRIGHT if rules.at_least and rules.min_ratio <= UPRIGHT[0] / UPRIGHT[1] else WIDE
    scale = min(1.0, rules.max_width / width)
    return round(width * scale), round(height * scale)


def card_shape(size: tuple[int, int]) -> str:
    """Return the name of the rendition that a card of this size is."""
    return f"{CARD}-{size[0]}x{size[1]}"


def paint(card: Card, size: tuple[int, int]) -> bytes:
    """Return the card as a JPEG of this size in pixels."""
    width, height = size
    image = Image.new("RGB", size, card.ground)
    canvas = ImageDraw.Draw(image)
    side, short = round(width * _MARGIN), min(size)
    room = width - 2 * side
    letters = round(short * _NAMED)
    name = set_text(card.name, room, round(letters * 2.6), letters, round(letters * 0.6))
    foot = height - side - name.height
    rule = max(4, round(short * 0.008))
    canvas.rectangle((side, foot - rule * 4, side + round(width * 0.16), foot - rule * 3), fill=card.ink)
    draw(canvas, name, (side, foot), card.ink)
    box = foot - rule * 6 - side
    title = set_text(card.title, room, box, round(short * 0.12), round(short * 0.042))
    draw(canvas, title, (side, side + max(0, box - title.height) / 2), card.ink)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY, optimize=True, subsampling="4:4:4")
    return out.getvalue()


def credited(image: Image.Image, credit: str) -> Image.Image:
    """Write who made a picture into its lower right corner, white on black so that it can be read on anything."""
    said = drawable(credit)
    if not said:
        return image
    width, height = image.size
    size = max(11, round(min(width, height) * 0.024))
    setting = set_text(said, round(width * 0.6), round(size * 2.6), size, max(9, round(size * 0.7)))
    pad = max(3, size // 3)
    canvas = ImageDraw.Draw(image)
    wide = max(canvas.textlength(line, font=font(setting.size)) for line in setting.lines)
    left, top = width - wide - 2 * pad, height - setting.height - 2 * pad
    canvas.rectangle((left, top, width, height), fill="black")
    draw(canvas, setting, (left + pad, top + pad), "white")
    return image

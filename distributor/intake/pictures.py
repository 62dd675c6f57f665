"""The pictures inside the HTML of feeds, with the alt texts, sizes and credits that stand there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from lxml import etree

from distributor.domain import FeedMedium
from distributor.intake.html import FORBIDDEN, one_line, tidy
from distributor.intake.links import absolute
from distributor.intake.media import mime_of, number

MOST_PICTURES = 200
"""Pictures of one text that are looked at, of which fewer are kept."""

LONGEST_CAPTION = 600
_UP_TO_FIGURE = 6
"""Elements between a picture and its figure: a link, a picture element, a block or two."""

# A parser needs quadratic time in the attributes of a tag.
_ENDLESS_TAG = re.compile(r"<[A-Za-z][^<>]{4096,}>?")

_PIXEL_HOSTS = ("vgwort.de", "doubleclick.net", "pixel.wp.com", "ioam.de", "google-analytics.com", "cpx.golem.de")
_PIXEL_PATHS = ("/~r/", "/~ff/", "/core/emoji/", "/wp-includes/images/smilies/", "/b.gif", "/pixel.gif", "/count.gif")

_LABEL = (
    r"(?:Fotos?|Fotocredits?|Fotograf(?:in|:in)?|Fotonachweis|Bild(?:er|nachweis|quelle|rechte|credits?)?|Titelbild"
    r"|Grafik|Illustration|Copyright|Quelle|Credits?|Photos?|Image|Picture)"
)
# "Mia im Lager. Foto: Jörg Müller", "© Stadt Wiesbaden", "(Bild: KJC)", "Foto von geralt auf Pixabay"
_CREDIT = re.compile(
    rf"(?:^|[\s(\[|/–—-])(?:{_LABEL}\s?:\s?|(?:©|\(c\)|&copy;)\s?|(?:Foto|Bild|Photo|Image)\s(?:von|by)\s"
    r"(?=[^\n]{2,100}\s(?:auf|on|via)\s(?:Pixabay|Unsplash|Pexels)\b))(?P<who>[^\n|)\]]{2,150})",
    re.IGNORECASE,
)
_BEFORE_NAME = re.compile(rf"(?:{_LABEL}\s?:|©|\(c\)|von\b|by\b)\s*", re.IGNORECASE)


def images_of(html: str, base_url: str) -> list[FeedMedium]:
    """Return the pictures inside an HTML fragment in their order; tracking pixels and smileys are none."""
    if "<img" not in html.lower():
        return []
    parser = etree.HTMLParser(no_network=True, huge_tree=False, recover=True, encoding="utf-8")
    try:
        root = etree.fromstring(_ENDLESS_TAG.sub("", FORBIDDEN.sub("", html)).encode(), parser)
    except etree.XMLSyntaxError:
        return []
    found: dict[str, FeedMedium] = {}
    for medium in _pictures(root, base_url) if root is not None else ():
        found.setdefault(medium.url, medium)
        if len(found) == MOST_PICTURES:
            break
    return list(found.values())


def credit_in(caption: str) -> str:
    """Return whom a picture's caption names as its maker, or an empty string."""
    match = _CREDIT.search(caption[:LONGEST_CAPTION])
    who = match.group("who") if match else ""
    while before := _BEFORE_NAME.match(who):
        who = who[before.end() :]
    return who.strip(" .,;:–-")


def _pictures(root: etree._Element, base_url: str) -> Iterator[FeedMedium]:
    credit_of = cache(_credit_of)
    for image in root.iter("img"):
        candidates = (image.get("src"), image.get("data-src"), image.get("data-lazy-src"), image.get("data-original"))
        url = next((found for source in candidates if source and (found := absolute(source, base_url))), "")
        width, height = number(image.get("width") or ""), number(image.get("height") or "")
        if not url or _is_pixel(url, width, height, image.get("class") or ""):
            continue
        alt = image.get("alt")
        yield FeedMedium(
            url=url,
            kind="image",
            mime=mime_of(url),
            width=width,
            height=height,
            alt=None if alt is None else one_line(tidy(alt)),
            credit=next((credit for figure in _figures(image) if (credit := credit_of(figure))), ""),
        )


def _figures(image: etree._Element) -> Iterator[etree._Element]:
    """Yield the figures that the picture stands in, from the inside."""
    holder, left = image.getparent(), _UP_TO_FIGURE
    while holder is not None and left:
        if holder.tag == "figure":
            yield holder
        holder, left = holder.getparent(), left - 1


def _credit_of(figure: etree._Element) -> str:
    for caption in figure.iterchildren("figcaption"):
        if credit := credit_in(one_line(tidy("".join(caption.itertext())[: 4 * LONGEST_CAPTION]))):
            return credit
    return ""


def _is_pixel(url: str, width: int | None, height: int | None, css_class: str) -> bool:
    if any(size is not None and size <= 3 for size in (width, height)):
        return True
    host, _, path = url.split("://", 1)[1].partition("/")
    if any(host == name or host.endswith(f".{name}") for name in _PIXEL_HOSTS):
        return True
    return any(mark in f"/{path}" for mark in _PIXEL_PATHS) or "wp-smiley" in css_class or "emoji" in css_class.split()

"""HTML of feeds made into plain text and picture addresses. Nothing of the markup survives.

First nh3 removes what is not text (scripts, styles, foreign schemes), then inscriptis lays the blocks out. Both are
fast on what people write and slow on what attackers write, so that documents of absurd depth lose their layout instead.
"""

from __future__ import annotations

import html as entities
import re
import unicodedata
from collections.abc import Iterator

import nh3
import regex
from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.html_properties import Display
from inscriptis.model.config import ParserConfig
from inscriptis.model.html_element import HtmlElement
from lxml import etree

from distributor.domain import FeedMedium
from distributor.intake.links import absolute
from distributor.intake.media import mime_of, number

DEEPEST = 150
"""Elements inside each other; nh3 needs quadratic time in the depth (12 s for 100,000)."""

MOST_TAGS = 50_000
"""Tags of one field that are still laid out; a book has fewer."""

_DROPPED = frozenset({"script", "style", "template", "iframe", "object", "svg", "math", "select", "textarea", "title"})
_BLOCKS = frozenset({"address", "dd", "dl", "dt", "fieldset", "form", "main", "nav", "section", "details", "summary"})
_TAGS = (set(nh3.ALLOWED_TAGS) | _BLOCKS) - _DROPPED
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)\b[^<>]*>")
_NEVER_NESTED = frozenset(
    {"p", "li", "dd", "dt", "td", "th", "tr", "tbody", "thead", "tfoot", "col", "option"}
    | {"br", "hr", "img", "wbr", "area", "base", "embed", "input", "link", "meta", "source", "track"}
)
_KNOWN = frozenset(
    _TAGS
    | _DROPPED
    | {"audio", "big", "font", "input", "picture", "source", "video", "body", "embed", "html", "noscript"}
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")

# A line end in mid-sentence is the feed's layout and no paragraph.
_WRAPPED = re.compile(r"(?<![\n.!?:…])[ \t]*\r?\n(?:[ \t]{4,}(?=\S)|[ \t]*(?=[a-zäöüß]))")

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_C1 = re.compile("[\x80-\x84\x86-\x9f]")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
# A joiner belongs to an emoji, or to a letter of a script that writes with joiners; anywhere else it hides.
_LOOSE_JOINER = regex.compile(
    r"(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F])\u200D|\u200D(?!\p{Extended_Pictographic})"
)
_LOOSE_NON_JOINER = regex.compile(r"(?<![\p{Arabic}\p{Syriac}\p{Devanagari}\p{Bengali}\p{Tamil}\p{Malayalam}])\u200C")
_LOOSE_TAG = regex.compile(r"(?<![\U0001F3F4\U000E0020-\U000E007F])[\U000E0000-\U000E007F]")
_BLANKS = re.compile(r"[^\S\n]+")
_BULLET = re.compile(r"^[*+] (?=\S)", re.MULTILINE)

_PIXEL_HOSTS = ("vgwort.de", "doubleclick.net", "pixel.wp.com", "ioam.de", "google-analytics.com", "cpx.golem.de")
_PIXEL_PATHS = ("/~r/", "/~ff/", "/core/emoji/", "/wp-includes/images/smilies/", "/b.gif", "/pixel.gif", "/count.gif")


def text_of(html: str) -> str:
    """Return the plain text of an HTML fragment: paragraphs kept apart, everything invisible gone."""
    source = _FORBIDDEN.sub("", html)
    if _depth(source) > DEEPEST or source.count("<") > MOST_TAGS:
        return tidy(entities.unescape(_TAG.sub("\n", source)))
    safe = nh3.clean(
        source,
        tags=_TAGS,
        clean_content_tags=set(_DROPPED),
        url_schemes={"http", "https", "mailto"},
        attributes={},
        link_rel=None,
    )
    # inscriptis glues a table to the text before it.
    apart = safe.replace("<table", "<div><table").replace("</table>", "</table></div>")
    laid_out = get_text(apart, ParserConfig(css=_profile())) if apart.strip() else ""
    return tidy(_BULLET.sub("• ", tidy(laid_out)))


def looks_like_html(text: str) -> bool:
    """Tell whether ``text`` carries known HTML tags; ``a < b`` and ``List<String>`` are plain text."""
    return any(match.group(2).lower() in _KNOWN for match in _TAG.finditer(text))


def text_of_either(value: str) -> str:
    """Return the plain text of a field of which the feed does not say whether it is HTML."""
    if looks_like_html(value):
        return text_of(value)
    plain = entities.unescape(value) if _ENTITY.search(value) else value
    return tidy(_WRAPPED.sub(" ", plain))


def tidy(text: str) -> str:
    """Return ``text`` in NFC with blanks normalised and without control, soft-hyphen and zero-width characters."""
    clean = _C1.sub(lambda match: bytes([ord(match.group())]).decode("cp1252", errors="ignore"), text)
    clean = _FORBIDDEN.sub("", clean.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n"))
    clean = clean.replace("\u2029", "\n\n").replace("\x85", "\n")
    clean = _LOOSE_TAG.sub("", _LOOSE_NON_JOINER.sub("", _LOOSE_JOINER.sub("", _INVISIBLE.sub("", clean))))
    lines = (_BLANKS.sub(" ", line).strip() for line in clean.split("\n"))
    return unicodedata.normalize("NFC", re.sub(r"\n{3,}", "\n\n", "\n".join(lines))).strip()


def one_line(text: str) -> str:
    """Return ``text`` with every run of blanks and line ends as one blank."""
    return " ".join(text.split())


def images_of(html: str, base_url: str) -> list[FeedMedium]:
    """Return the pictures inside an HTML fragment in their order; tracking pixels and smileys are none."""
    if "<img" not in html.lower():
        return []
    parser = etree.HTMLParser(no_network=True, huge_tree=False, recover=True, encoding="utf-8")
    try:
        root = etree.fromstring(_FORBIDDEN.sub("", html).encode(), parser)
    except etree.XMLSyntaxError:
        return []
    found: dict[str, FeedMedium] = {}
    for medium in _pictures(root, base_url) if root is not None else ():
        found.setdefault(medium.url, medium)
    return list(found.values())


def _pictures(root: etree._Element, base_url: str) -> Iterator[FeedMedium]:
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
        )


def _is_pixel(url: str, width: int | None, height: int | None, css_class: str) -> bool:
    if any(size is not None and size <= 3 for size in (width, height)):
        return True
    host, _, path = url.split("://", 1)[1].partition("/")
    if any(host == name or host.endswith(f".{name}") for name in _PIXEL_HOSTS):
        return True
    return any(mark in f"/{path}" for mark in _PIXEL_PATHS) or "wp-smiley" in css_class or "emoji" in css_class.split()


def _depth(html: str) -> int:
    deepest = depth = 0
    for match in _TAG.finditer(html):
        if match.group(2).lower() in _NEVER_NESTED:
            continue
        depth = max(depth - 1, 0) if match.group(1) else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _profile() -> dict[str, HtmlElement]:
    profile: dict[str, HtmlElement] = dict(CSS_PROFILES["strict"])
    return profile | {tag: HtmlElement(display=Display.block) for tag in _BLOCKS | {"center", "table"}}

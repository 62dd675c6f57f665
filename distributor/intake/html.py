"""HTML of feeds made into plain text. Nothing of the markup survives; for the pictures in it see ``pictures``.

First nh3 removes what is not text (scripts, styles, foreign schemes), then inscriptis lays the blocks out. Both are
fast on what people write and slow on what attackers write, so that documents of absurd depth lose their layout instead.
"""

from __future__ import annotations

import html as entities
import re
import unicodedata

import nh3
import regex
from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.html_properties import Display
from inscriptis.model.config import ParserConfig
from inscriptis.model.html_element import HtmlElement

from distributor import unseen
from distributor.intake.fragments import without_what_is_no_text

DEEPEST = 150
"""Elements inside each other; nh3 needs quadratic time in the depth (12 s for 100,000)."""

MOST_TAGS = 30_000
"""Tags of one document that are laid out, at some ten microseconds each; a book has fewer."""

MOST_OF_DRAWING = 20_000
"""Characters of a drawing in which its name is looked for."""

_DROPPED = frozenset({"script", "style", "template", "svg", "select", "textarea", "title"})
_BLOCKS = frozenset({"address", "dd", "dl", "dt", "fieldset", "form", "main", "nav", "section", "details", "summary"})
_TAGS = (set(nh3.ALLOWED_TAGS) | _BLOCKS) - _DROPPED
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)\b[^<>]*>")
_INLINE = re.compile(
    r"</?(?:a|abbr|acronym|b|big|cite|code|del|em|font|i|ins|mark|q|s|small|span|strong|sub|sup|tt|u|wbr)\b[^<>]*>",
    re.IGNORECASE,
)
_NEVER_NESTED = frozenset(
    {"p", "li", "dd", "dt", "td", "th", "tr", "tbody", "thead", "tfoot", "col", "option"}
    | {"br", "hr", "img", "wbr", "area", "base", "embed", "input", "link", "meta", "source", "track"}
)
_KNOWN = frozenset(
    _TAGS
    | _DROPPED
    | {"applet", "audio", "basefont", "big", "blink", "body", "embed", "font", "frame", "frameset", "html", "iframe"}
    | {
        "input",
        "link",
        "marquee",
        "math",
        "meta",
        "nobr",
        "noframes",
        "noscript",
        "object",
        "param",
        "picture",
        "source",
    }
    | {"video"}
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


# A line end in mid-sentence is the feed's layout and no paragraph.
_WRAPPED = re.compile(r"(?<![\n.!?:…])\n(?:[ \t]{4,}(?=\S)|[ \t]*(?=[a-zäöüß]))")

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_C1 = re.compile("[\x80-\x84\x86-\x9f]")
# Latin letters as they are, usual signs and line ends: nothing in it is invisible or could be composed.
_ORDINARY = re.compile("[\n -~\u00a1-\u00ac\u00ae-\u02ff\u2013-\u201f\u2022\u2026\u20ac]*")
_EMPTY_LINES = re.compile(r"\n{3,}")
_BLANKS = re.compile(r"[^\S\n]{2,}|[^\S\n ]")
# No script puts more marks on a letter (https://www.unicode.org/reports/tr15/, 13.3), and sorting them
# takes quadratic time.
_TOO_MANY_MARKS = regex.compile(r"(\p{M}{30})\p{M}+")
# As nh3 writes them, without attributes. A row that holds a table of its own is left to that one's rows.
_ROW = re.compile(r"<tr>(?:[^<]++|<(?!/?tr>))*+</tr>")
_CELL = re.compile(r"<t[dh]>")
_ROW_TAG = re.compile(r"<(/?)t[dhr]>")
_LINE = re.compile(r"</?(?:br|p|div|li|ul|ol|dl|dt|dd|h[1-6]|blockquote|pre)>")
_ATTRIBUTES = r"(?:\s+[\w:-]+(?:\s*=\s*(?:\"[^\"<>]*+\"|'[^'<>]*+'|[^\s\"'<>=]++))?)*+\s*/?"
_SIMPLE = re.compile(rf"(?:[^<]++|</?(?:p|br|a|b|em|i|span|strong|u){_ATTRIBUTES}>)*+", re.IGNORECASE)
_SIMPLE_WORD = re.compile(r"</?(?:a|b|em|i|span|strong|u)\b[^<>]*>", re.IGNORECASE)
_SIMPLE_BREAK = re.compile(r"</?br\b[^<>]*>", re.IGNORECASE)
_SIMPLE_PARAGRAPH = re.compile(r"</?p\b[^<>]*>", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\n\r\f]+")
_LONE_BULLET = re.compile(r"^[*+]$", re.MULTILINE)
_DRAWING = re.compile(r"<svg\b[^<>]*>.*?<(title|desc)\b[^<>]*>(.{1,1000}?)</\1\s*>", re.IGNORECASE | re.DOTALL)
_BULLET = re.compile(r"^[*+] (?=\S)", re.MULTILINE)


def _profile() -> dict[str, HtmlElement]:
    profile: dict[str, HtmlElement] = dict(CSS_PROFILES["strict"])
    return profile | {tag: HtmlElement(display=Display.block) for tag in _BLOCKS | {"center", "table"}}


_LAYOUT = ParserConfig(css=_profile())
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=set(_DROPPED),
    url_schemes={"http", "https", "mailto"},
    attributes={},
    link_rel=None,
)


def text_of(html: str, *, plainly: bool = False) -> str:
    """Return the plain text of an HTML fragment: paragraphs kept apart, what is invisible or no text gone.

    ``plainly`` tells to take no time for lists, tables and the like.
    """
    if not plainly and _SIMPLE.fullmatch(html):
        return tidy(_simply(html))
    source = without_what_is_no_text(FORBIDDEN.sub("", html))
    if plainly or _depth(source) > DEEPEST or source.count("<") > MOST_TAGS:
        return tidy(entities.unescape(_TAG.sub("\n", _INLINE.sub("", source))))
    return laid_out(source) or _name_of_drawing(source)


def laid_out(source: str) -> str:
    """Return the text of HTML without what is no text, its blocks, lists and tables laid out."""
    safe = _CLEANER.clean(source)
    # inscriptis glues a table to the text before it.
    apart = _ROW.sub(_row, safe).replace("<table", "<div><table").replace("</table>", "</table></div>")
    text = get_text(apart, _LAYOUT) if apart.strip() else ""
    return tidy(_BULLET.sub("• ", _LONE_BULLET.sub("", tidy(text))))


def _simply(html: str) -> str:
    """Return the text of paragraphs and lines, as most feeds are: what ``laid_out`` would make of it, in no time."""
    words = _SIMPLE_WORD.sub("", html if _is_even(html) else _SPACE.sub(" ", html))
    lines = _SIMPLE_PARAGRAPH.sub("\n\n", _SIMPLE_BREAK.sub("\n", words))
    # Twice, as inscriptis does: what a portal escaped once too often is read as it was meant.
    return entities.unescape(entities.unescape(lines)) if "&" in lines else lines


def looks_like_html(text: str) -> bool:
    """Tell whether ``text`` carries known HTML tags; ``a < b`` and ``List<String>`` are plain text."""
    return "<" in text and any(match.group(2).lower() in _KNOWN for match in _TAG.finditer(text))


def text_of_either(value: str, *, plainly: bool = False) -> str:
    """Return the plain text of a field of which the feed does not say whether it is HTML."""
    if looks_like_html(value):
        return text_of(value, plainly=plainly)
    plain = entities.unescape(value) if "&" in value and _ENTITY.search(value) else value
    if "\n" in plain:
        plain = _WRAPPED.sub(" ", "\n".join(line.rstrip() for line in plain.split("\n")))
    return tidy(plain)


def tidy(text: str) -> str:
    """Return ``text`` in NFC with blanks normalised and without control, soft-hyphen and zero-width characters."""
    if _ORDINARY.fullmatch(text):
        return _spaced(text)
    clean = _C1.sub(lambda match: bytes([ord(match.group())]).decode("cp1252", errors="ignore"), text)
    clean = FORBIDDEN.sub("", clean.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n"))
    clean = clean.replace("\u2029", "\n\n").replace("\x85", "\n")
    clean = unseen.without(clean)
    return unicodedata.normalize("NFC", _TOO_MANY_MARKS.sub(r"\1", _spaced(clean))).strip()


def _spaced(text: str) -> str:
    """Return the text with blanks as single ones, lines without any at their ends, and at most one line empty."""
    if "\n" not in text and _is_even(text):
        return text.strip()
    lines = ((line if _is_even(line) else _BLANKS.sub(" ", line)).strip() for line in text.split("\n"))
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()


def _is_even(text: str) -> bool:
    """Tell, without a look at each of them, that no blank stands in it but single spaces."""
    return "  " not in text and text.isprintable()


def one_line(text: str) -> str:
    """Return ``text`` with every run of blanks and line ends as one blank."""
    return " ".join(text.split())


def _name_of_drawing(html: str) -> str:
    """Return what a drawing is called; asked where there is nothing else to read."""
    found = _DRAWING.search(html, 0, MOST_OF_DRAWING) if "<svg" in html.lower() else None
    return tidy(entities.unescape(_TAG.sub("", found.group(2)))) if found else ""


def _depth(html: str) -> int:
    deepest = depth = 0
    for match in _TAG.finditer(html):
        if match.group(2).lower() in _NEVER_NESTED:
            continue
        depth = max(depth - 1, 0) if match.group(1) else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _row(match: re.Match[str]) -> str:
    """Return a table's row, of which cells of several lines come one below the other: side by side they would mix."""
    row = match.group()
    cells = (cell.split("</t", 1)[0] for cell in _CELL.split(row)[1:])
    if not any(sum(bool(_TAG.sub("", line).strip()) for line in _LINE.split(cell)) > 1 for cell in cells):
        return row
    return _ROW_TAG.sub(r"<\1div>", row).join(("</table>", "<table>"))

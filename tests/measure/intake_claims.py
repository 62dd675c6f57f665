"""What foreign feed documents say should be found in them, in whichever way their projects wrote it down.

=====================  ====================================================================================
feedparser             ``Expect: not bozo and entries[0]['title'] == 'Example'`` in a comment of the document
gofeed                 ``x.json`` beside ``x.xml``, ``x_expected.json`` beside ``x.json``
podcastparser          ``x.json`` beside ``x.rss`` or ``x.xml``, with ``episodes``
rss-parser (npm)       ``output/x.json`` for ``input/x.*``
rss-parser (PyPI)      ``result.json`` or ``expect.json`` beside ``data.xml``
KDE Syndication        ``x.xml.expected`` beside ``x.xml``
=====================  ====================================================================================

What a claim is about is named as feedparser names it, but for five words where projects draw other lines than
feedparser or we: ``some_text`` (teaser or whole text), ``some_date`` (published or updated), ``some_name`` (of an
author), ``some_topic`` and ``some_medium`` (an address). Such a claim agrees with whichever of an item's it fits, in
both parsers' answers. Defaults of a project's data structure (``""``, ``0``, ``null``) are no claims.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, TypeAlias

Key: TypeAlias = str | int
Steps: TypeAlias = tuple[Key, ...]
Moment: TypeAlias = tuple[int, ...]

_EXPECTATIONS = {".expected", ".py", ".rst", ".md", ".txt", ".cfg", ".toml", ".go", ".js", ".cpp", ".h", ".hs", ".java"}


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing a document says of itself: what stands at ``path`` in feedparser's result is ``value``."""

    path: Steps
    value: object

    @property
    def subject(self) -> str:
        """Return the field that is spoken of, without numbers."""
        return ".".join(str(key) for key in self.path if not isinstance(key, int))


@dataclass(frozen=True, slots=True)
class Document:
    """A file with what is said of it: its claims, the content type and the address it is to be taken as coming with."""

    file: Path
    claims: tuple[Claim, ...] = ()
    content_type: str = ""
    address: str = ""


def documents(folder: Path) -> Iterator[Document]:
    """Yield the feed documents at any depth of a folder; expectations, programs and their manuals are none."""
    for file in sorted(one for one in folder.rglob("*") if one.is_file()):
        if file.suffix not in _EXPECTATIONS and not _is_expectation(file):
            yield document(file)


def document(file: Path) -> Document:
    """Return one document with its claims."""
    head = file.read_bytes()[:8192].replace(b"\0", b"").decode("latin-1")
    # podcastparser names a feed without a title by its file.
    beside = tuple(claim for claim in _beside(file) if claim != Claim(("feed", "title"), file.stem))
    return Document(
        file,
        claims=beside or tuple(claims_of(_said(head, "Expect:"))),
        content_type=_said(head, r"Header:\s*Content-type:"),
        address=_said(head, r"Header:\s*Content-Location:"),
    )


def claims_of(expression: str) -> Iterator[Claim]:
    """Yield what ``expression`` claims by ``==`` with a literal; it is read and never run."""
    try:
        tree: ast.expr = ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return
    parts = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]
    for part in parts:
        if not (isinstance(part, ast.Compare) and len(part.ops) == 1 and isinstance(part.ops[0], ast.Eq)):
            continue
        path = tuple(_path(part.left))
        try:
            value = ast.literal_eval(part.comparators[0])
        except ValueError:
            continue
        if path:
            yield Claim(path, value)


def _path(node: ast.expr) -> list[Key]:
    """Return the steps of ``entries[0]['title']`` or ``entries[0].title``; nothing for anything else."""
    match node:
        case ast.Name(id=name):
            return [name]
        case ast.Attribute(value=holder, attr=name):
            return [*inner, name] if (inner := _path(holder)) else []
        case ast.Subscript(value=holder, slice=ast.Constant(value=str() | int() as key)):
            return [*inner, key] if (inner := _path(holder)) else []
        case ast.Call(func=ast.Name(id="len"), args=[holder]):
            return [*inner, "len"] if (inner := _path(holder)) else []
    return []


def _said(head: str, name: str) -> str:
    match = re.search(rf"^\s*{name}\s*(.*)$", head, re.MULTILINE | re.IGNORECASE)
    return match.group(1).strip() if match else ""


def _beside(file: Path) -> Iterator[Claim]:
    """Yield the claims in the file that tells what this one should give, if there is one."""
    if (listing := file.with_name(f"{file.name}.expected")).exists():
        yield from _of_listing(listing.read_text(encoding="utf-8", errors="replace"))
    for told in _expectations(file):
        if told.exists():
            yield from _of_object(_loaded(told))
            return


def _expectations(file: Path) -> Iterator[Path]:
    if file.suffix == ".json":
        yield file.with_name(f"{file.stem}_expected.json")
        return
    yield file.with_suffix(".json")
    if file.name == "data.xml":
        yield file.with_name("result.json")
        yield file.with_name("expect.json")
    if file.parent.name == "input":
        yield file.parent.with_name("output") / f"{file.stem}.json"


def _is_expectation(file: Path) -> bool:
    if file.suffix != ".json":
        return False
    beside = any(file.with_suffix(suffix).exists() for suffix in (".xml", ".rss", ".atom", ".rdf"))
    return (
        beside
        or file.name in {"result.json", "expect.json"}
        or file.stem.endswith("_expected")
        or (file.parent.name == "output")
    )


def _loaded(file: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(file.read_bytes().decode("utf-8", errors="replace"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _of_object(told: Mapping[str, Any]) -> Iterator[Claim]:
    """Yield the claims of any of the JSON shapes; which one it is shows in its members."""
    if isinstance(told.get("channel") or told.get("feed"), dict) and "@version" in told:
        yield from _of_tagged(told)
        return
    if "first_item_title" in told:
        yield Claim(("feed", "title"), told.get("title"))
        yield Claim(("entries", "len"), told.get("items"))
        yield Claim(("entries", 0, "title"), told["first_item_title"])
        return
    feed = told.get("feed") if isinstance(told.get("feed"), dict) else told
    assert isinstance(feed, dict)
    yield from _made(("feed", "title"), feed.get("title"))
    entries = feed.get("episodes") or feed.get("items") or feed.get("entries")
    for place, entry in enumerate(entries if isinstance(entries, list) else ()):
        for name, value in _fields(entry):
            yield from _made(("entries", place, name), value)


def _made(path: Steps, value: object) -> Iterator[Claim]:
    """Yield the claim, unless it is a default."""
    if isinstance(value, str):
        value = value.strip()
    if value:
        yield Claim(path, value)


def _fields(entry: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Yield what gofeed, podcastparser and rss-parser (npm) say of an entry."""
    yield "title", entry.get("title")
    yield "link", entry.get("link") or _alternate(entry.get("links"))
    guid = entry.get("guid") or entry.get("id")
    media = [one for one in (entry.get("enclosure"), *_list(entry.get("enclosures"))) if isinstance(one, dict)]
    # podcastparser names an episode without a guid by its medium.
    if guid not in [medium.get("url") for medium in media]:
        yield "id", guid.get("value") if isinstance(guid, dict) else guid
    for name in ("description", "description_html", "summary", "content", "content:encoded"):
        text = entry.get(name)
        yield "some_text", text.get("value") if isinstance(text, dict) else text if isinstance(text, str) else None
    yield "published_parsed", moment(entry.get("publishedParsed") or entry.get("pubDateParsed"))
    yield "some_date", moment(entry.get("published")) if isinstance(entry.get("published"), int) else None
    yield "updated_parsed", moment(entry.get("updatedParsed"))
    yield "some_date", moment(entry.get("isoDate"))
    authors = [entry.get("author"), *_list(entry.get("authors")), entry.get("creator")]
    yield from (("some_name", name) for name in dict.fromkeys(_name(author) for author in authors))
    for topic in _list(entry.get("categories")):
        named = (topic.get("label") or topic.get("term") or topic.get("value")) if isinstance(topic, dict) else topic
        yield "some_topic", named if isinstance(named, str) else None
    for medium in (*media, entry.get("image")):
        yield "some_medium", medium.get("url") if isinstance(medium, dict) else None


def _alternate(links: object) -> str:
    """Return the first address that leads to the entry itself."""
    told = [link for link in _list(links) if isinstance(link, dict) and link.get("rel", "alternate") == "alternate"]
    return str(told[0].get("href") or "") if told else ""


def _name(author: object) -> str:
    return str(author.get("name") or "") if isinstance(author, dict) else author if isinstance(author, str) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _of_tagged(told: Mapping[str, Any]) -> Iterator[Claim]:
    """Yield what rss-parser (PyPI) says, in which each element is an object of content and attributes."""
    feed = (told.get("channel") or told["feed"]).get("content") or {}
    yield from _made(("feed", "title"), _content(feed.get("title")))
    entries = _list(feed.get("item") or feed.get("items") or feed.get("entry") or told.get("item"))
    for place, entry in enumerate(one.get("content") or {} for one in entries if isinstance(one, dict)):
        found = [
            ("title", _content(entry.get("title"))),
            ("id", _content(entry.get("guid") or entry.get("id"))),
            *(("some_text", _content(entry.get(name))) for name in ("description", "summary")),
            *(("some_topic", _content(one)) for one in _list(entry.get("category"))),
            *(("some_date", moment(_content(entry.get(name)))) for name in ("pub_date", "published", "updated")),
        ]
        for name, value in found:
            yield from _made(("entries", place, name), value)


def _content(element: object) -> str:
    value = element.get("content") if isinstance(element, dict) else element
    return value if isinstance(value, str) else ""


_FIELD = re.compile(r"^(\w+): #(.*?)#$", re.MULTILINE | re.DOTALL)
_PART = re.compile(r"^# (Feed|Item|Person|Category|Enclosure|Image) (begin|end) #+$", re.MULTILINE)
_LISTED = {
    ("Item", "title"): "title",
    ("Item", "link"): "link",
    ("Item", "description"): "some_text",
    ("Item", "content"): "some_text",
    ("Item", "datePublished"): "some_date",
    ("Item", "dateUpdated"): "some_date",
    ("Person", "name"): "some_name",
    ("Category", "term"): "some_topic",
    ("Category", "label"): "some_topic",
    ("Enclosure", "url"): "some_medium",
}


def _of_listing(text: str) -> Iterator[Claim]:
    """Yield what KDE Syndication prints; its ids may be of its own making and are no claims."""
    inside: list[str] = []
    place = -1
    begin = 0
    for mark in _PART.finditer(text):
        for name, value in _FIELD.findall(text[begin : mark.start()]) if inside else ():
            if inside == ["Feed"] and name == "title":
                yield from _made(("feed", "title"), value)
            elif "Item" in inside and (said := _LISTED.get((inside[-1], name))):
                yield from _made(("entries", place, said), moment(value) if said == "some_date" else value)
        begin = mark.end()
        if mark.group(2) == "begin":
            inside.append(mark.group(1))
            place += mark.group(1) == "Item"
        elif inside:
            inside.pop()


def _asctime(text: str) -> datetime:
    return datetime.strptime(f"{text} +0000", "%a %b %d %H:%M:%S %Y %z")


def moment(value: object) -> Moment | None:
    """Return a moment in UTC as its six numbers, from seconds, ISO 8601, RFC 822 or C's ``asctime``."""
    if isinstance(value, int) and value:
        return tuple(datetime.fromtimestamp(value, UTC).timetuple())[:6]
    if not isinstance(value, str):
        return None
    for read in (datetime.fromisoformat, parsedate_to_datetime, _asctime):
        try:
            found = read(value.strip())
        except (ValueError, TypeError):
            continue
        aware = found if found.tzinfo else found.replace(tzinfo=UTC)
        return tuple(aware.astimezone(UTC).timetuple())[:6]
    return None

"""The common last mile of all formats: what a feed says of one entry, still raw, becomes a clean FeedItem."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, TypeVar

import regex

from distributor.domain import FeedAbout, FeedItem, FeedMedium, ParsedFeed
from distributor.intake.boilerplate import without_boilerplate
from distributor.intake.dates import parse_date, parse_period
from distributor.intake.html import MOST_TAGS, one_line, text_of, text_of_either, tidy
from distributor.intake.identity import fingerprint
from distributor.intake.links import absolute
from distributor.intake.media import informed, merged
from distributor.intake.pictures import images_of

MOST_ITEMS = 2000
MOST_TOPICS = 50
MOST_AUTHORS = 10
MOST_PROBLEMS = 50
MOST_CHARACTERS = 1_000_000
"""Of one field, markup counted in; what comes after is no longer a post's business."""

Entry = TypeVar("Entry")

LONGEST_GUID = 500
LONGEST_TITLE = 300
TITLE = 100
"""Longest title made from the text, in characters."""

_SENTENCE_END = regex.compile(
    r"(?<!\b(?:z|B|d|h|u|a|o|i|s|v|e|V|Z|U|Dr|Nr|St|Str|bzw|ca|usw|Tel|Prof|Hr|Fr|inkl|ggf|evtl|max|min|Abs|Art|\d{1,2}))"
    r"[.!?…]+[\"“”«»’)]*(?=\s+\S|$)|[!?…]+(?=\s|$)"
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}")
_MAIL = regex.compile(r"[(<\[]?(?:mailto:)?[\w.+-]{1,64}@[\w.-]{1,255}[)>\]]?")


@dataclass(frozen=True, slots=True)
class Markup:
    """A text as the feed carries it, and whether the feed says it is HTML, plain, or nothing (``either``)."""

    value: str = ""
    kind: Literal["html", "text", "either"] = "either"

    def text(self, *, plainly: bool = False) -> str:
        """Return the plain text; ``plainly`` tells to take no time for its layout."""
        value = self.value[:MOST_CHARACTERS]
        if self.kind == "html":
            return text_of(value, plainly=plainly)
        return tidy(value) if self.kind == "text" else text_of_either(value, plainly=plainly)

    def __bool__(self) -> bool:
        """Tell whether there is anything but blanks."""
        return bool(self.value.strip())


NOTHING = Markup()


@dataclass(frozen=True, slots=True)
class Draft:
    """One entry as the feed says it. ``base`` is what relative addresses inside its HTML are relative to."""

    guid: str = ""
    link: str = ""
    title: Markup = NOTHING
    summary: Markup = NOTHING
    content: Markup = NOTHING
    published: Sequence[str] = ()
    updated: Sequence[str] = ()
    topics: Sequence[str] = ()
    credit: str = ""
    authors: Sequence[str] = ()
    language: str = ""
    media: Sequence[FeedMedium] = ()
    valid: str = ""
    base: str = ""


@dataclass(slots=True)
class Notes:
    """Collects what was odd about a document, each thing once and not without end."""

    found: dict[str, None] = field(default_factory=dict)

    def add(self, problem: str) -> None:
        """Note ``problem``: a stable word, a colon, a German sentence."""
        if len(self.found) < MOST_PROBLEMS:
            self.found.setdefault(problem)


def readable(entries: Sequence[Entry], notes: Notes) -> Sequence[Entry]:
    """Return the entries that are read at all: no more than a feed can honestly have."""
    if len(entries) > MOST_ITEMS:
        notes.add(f"items: Der Feed hat {len(entries)} Einträge; gelesen wurden die ersten {MOST_ITEMS}.")
    return entries[:MOST_ITEMS]


def finished(
    *,
    format: str,
    title: str,
    drafts: Iterable[Draft],
    notes: Notes,
    language: str = "",
    about: FeedAbout = FeedAbout(),  # noqa: B008 - frozen
) -> ParsedFeed:
    """Return the feed with its drafts made into items."""
    items: list[FeedItem] = []
    seen: set[str] = set()
    tags = 0
    for draft in drafts:
        tags += draft.summary.value.count("<") + draft.content.value.count("<")
        if tags > MOST_TAGS:
            notes.add("long: Der Feed ist überlang; die Texte der späteren Einträge wurden ohne Gliederung gelesen.")
        item = _item(draft, notes, language, plainly=tags > MOST_TAGS)
        if item is None:
            continue
        if item.guid in seen and not item.empty:
            notes.add(f"guid: Die Kennung „{item.guid[:80]}“ steht an mehreren Einträgen; es zählt der erste.")
        seen.add(item.guid)
        items.append(item)
    return ParsedFeed(
        format=format,
        title=one_line(tidy(title)),
        items=tuple(items),
        problems=tuple(notes.found),
        about=replace(about, deleted=tuple(_short(tidy(guid)) for guid in about.deleted)),
    )


def _item(draft: Draft, notes: Notes, language: str, *, plainly: bool) -> FeedItem | None:
    summary, body = (without_boilerplate(markup.text(plainly=plainly)) for markup in (draft.summary, draft.content))
    text = body or summary
    title = one_line(draft.title.text()) or first_sentence(text)
    if len(title) > LONGEST_TITLE:
        title = first_sentence(title, LONGEST_TITLE)
    if max(len(draft.content.value), len(draft.summary.value)) > MOST_CHARACTERS:
        notes.add(f"long: Der Text von „{title[:60]}“ ist überlang; gelesen wurde sein Anfang.")
    link = absolute(draft.link, draft.base)
    if draft.link.strip() and not link:
        notes.add(f"link: Die Adresse des Eintrags „{title[:60]}“ ist nicht vollständig oder kein http(s): übergangen.")
    pictures = _pictures(draft, link)
    media = informed(merged(draft.media), pictures) or merged(pictures)
    try:
        start, end = parse_period(draft.valid)
    except ValueError as error:
        notes.add(
            f"valid: Die Sperrfrist „{str(error)[:60]}“ von „{title[:60]}“ ist unlesbar; der Eintrag bleibt draußen."
        )
        return None
    published = _first_date(draft.published, title, notes)
    item = FeedItem(
        guid=_short(tidy(draft.guid)),
        title=title,
        link=link,
        summary=summary,
        text=text,
        published_at=published,
        updated_at=_first_date(draft.updated, title, notes),
        topics=_topics(draft.topics),
        credit=one_line(text_of_either(draft.credit)),
        language=_language(draft.language or language),
        media=media,
        # Until an entry's own date nothing of it is public, be that date past or to come: no clock is needed.
        embargo_until=max((moment for moment in (start, published) if moment), default=None),
        valid_until=end,
        author=_authors(draft.authors),
    )
    if item.empty:
        notes.add("empty: Ein Eintrag hat weder Titel noch Text, Adresse oder Medien; aus ihm wird kein Beitrag.")
    return item if item.guid else replace(item, guid=_short(link) or f"content:{fingerprint(item)}")


def _pictures(draft: Draft, link: str) -> list[FeedMedium]:
    base = draft.base or link
    for markup in (draft.content, draft.summary):
        if markup.kind != "text" and (found := images_of(markup.value, base)):
            return found
    return []


def first_sentence(text: str, longest: int = TITLE) -> str:
    """Return the first sentence of ``text``, cut at a word end with an ellipsis where it is longer."""
    line = next((stripped for part in text.split("\n") if (stripped := part.removeprefix("• ").strip())), "")
    line = line.replace("[…]", "…").replace("[...]", "…")
    end = _SENTENCE_END.search(line)
    sentence = line[: end.end()] if end else line
    if len(sentence) <= longest:
        return sentence.removesuffix(".") if sentence.count(".") == 1 else sentence
    head = "".join(_graphemes(sentence, longest - 1))
    if not sentence[len(head)].isspace() and " " in head:
        head = head.rpartition(" ")[0]
    return head.rstrip(" ,;:–-") + "…"


def _graphemes(text: str, longest: int) -> list[str]:
    taken: list[str] = []
    length = 0
    for match in regex.finditer(r"\X", text):
        length += len(match.group())
        if length > longest:
            break
        taken.append(match.group())
    return taken


def _first_date(written: Sequence[str], title: str, notes: Notes) -> datetime | None:
    for raw in written:
        if moment := parse_date(raw):
            return moment
    unread = next((raw.strip() for raw in written if raw.strip()), "")
    if unread:
        notes.add(f"date: Das Datum „{one_line(tidy(unread))[:60]}“ von „{title[:60]}“ ist unlesbar.")
    return None


def _topics(written: Sequence[str]) -> tuple[str, ...]:
    names = (one_line(text_of_either(topic))[:100] for topic in written[: 4 * MOST_TOPICS])
    return tuple(dict.fromkeys(name for name in names if name))[:MOST_TOPICS]


def _authors(written: Sequence[str]) -> str:
    """Return the names; an e-mail address beside one, or instead of one, is nobody's business."""
    names: dict[str, None] = {}
    for author in written[:MOST_AUTHORS]:
        # Before HTML takes "<a@b.example>" for a tag, and after it has unveiled "a&#64;b.example".
        name = one_line(_MAIL.sub("", text_of_either(_MAIL.sub("", author[:500])))).strip(" ,;")
        # What is left of "editor@example.org (Ayşe Yılmaz)".
        names.setdefault((name[1:-1] if name.startswith("(") and name.endswith(")") else name)[:200])
    return ", ".join(name for name in names if name)


def _language(written: str) -> str:
    name = written.strip().replace("_", "-")
    return name if _LANGUAGE.fullmatch(name) else ""


def _short(guid: str) -> str:
    if len(guid) <= LONGEST_GUID:
        return guid
    return f"sha256:{hashlib.sha256(guid.encode()).hexdigest()}"

"""Judges our parser and feedparser by what foreign feed documents say should be found in them.

    python tests/measure/intake.py FOLDER [--differences]

Documents in FOLDER (at any depth) may say in a comment what they expect, as those of feedparser's own suite do (its
source distribution, folder ``tests``)::

    <!--
    Header:      Content-type: application/atom+xml
    Description: item title
    Expect:      not bozo and entries[0]['title'] == 'Example'
    -->

Of such an expression each comparison with a literal counts by itself, as far as it is about something that an item of
ours has. Texts are compared as plain text, since ours are meant to be nothing else; addresses and times exactly. A
document without an expectation is only read: it must be answered, soon and without an exception other than Refused.
"""

from __future__ import annotations

import argparse
import ast
import re
import resource
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, TypeAlias

import feedparser

from distributor.domain import FeedItem, ParsedFeed, Refused
from distributor.intake.parse import parse

SLOW = 2.0
"""Seconds that no document may take."""

Key: TypeAlias = str | int
Path_: TypeAlias = tuple[Key, ...]
Reader: TypeAlias = Callable[[FeedItem, int], object]


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing a document says of itself: what stands at ``path`` in feedparser's result is ``value``."""

    path: Path_
    value: object

    @property
    def subject(self) -> str:
        """Return the field that is spoken of, without numbers."""
        return ".".join(str(key) for key in self.path if not isinstance(key, int))


@dataclass(frozen=True, slots=True)
class Difference:
    """A claim that our answer does not agree with, and whether feedparser's does."""

    file: Path
    claim: Claim
    ours: object
    theirs: object
    theirs_agrees: bool


@dataclass(slots=True)
class Tally:
    """What was found so far."""

    claims: Counter[str] = field(default_factory=Counter)
    ours: Counter[str] = field(default_factory=Counter)
    theirs: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)
    refused: list[tuple[Path, str]] = field(default_factory=list)
    failures: list[tuple[Path, str]] = field(default_factory=list)
    seconds: list[tuple[float, Path]] = field(default_factory=list)
    theirs_seconds: float = 0.0


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


class _Text(HTMLParser):
    """Collects what of a fragment of HTML is text."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.hidden += tag in {"script", "style"}
        self.pieces.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self.hidden = max(0, self.hidden - (tag in {"script", "style"}))
        self.pieces.append(" ")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.pieces.append(data)


def letters(text: str) -> str:
    """Return ``text`` without blanks, which are layout."""
    return re.sub(r"\s+", "", text)


def plain(html: str) -> str:
    """Return the letters of a fragment of HTML."""
    reader = _Text()
    reader.feed(html)
    reader.close()
    return letters("".join(reader.pieces))


def _moment(moment: datetime | None) -> tuple[int, ...] | None:
    return None if moment is None else tuple(moment.astimezone(UTC).timetuple())[:6]


def _media(item: FeedItem, place: int) -> object:
    return [address for medium in item.media for address in (medium.url, medium.poster) if address]


# What a path below entries[n] means on an item of ours; the number is the last index on the path.
_OF_ITEM: Mapping[str, Reader] = {
    "title": lambda item, _: item.title,
    "title_detail.value": lambda item, _: item.title,
    "link": lambda item, _: item.link,
    "id": lambda item, _: item.guid,
    "guid": lambda item, _: item.guid,
    "summary": lambda item, _: item.summary,
    "description": lambda item, _: item.summary or item.text,
    "summary_detail.value": lambda item, _: item.summary,
    "content.value": lambda item, _: item.text,
    "published_parsed": lambda item, _: _moment(item.published_at),
    "created_parsed": lambda item, _: _moment(item.published_at),
    "updated_parsed": lambda item, _: _moment(item.updated_at or item.published_at),
    "expired_parsed": lambda item, _: _moment(item.valid_until),
    "language": lambda item, _: item.language,
    "author": lambda item, _: item.author,
    "author_detail.name": lambda item, _: item.author,
    "authors.name": lambda item, _: item.author.split(", "),
    "tags.term": lambda item, place: item.topics[place] if place < len(item.topics) else None,
    "tags.label": lambda item, place: item.topics[place] if place < len(item.topics) else None,
    "category": lambda item, _: item.topics[0] if item.topics else None,
    "tags.len": lambda item, _: len(item.topics),
    "enclosures.url": _media,
    "enclosures.href": _media,
    "media_content.url": _media,
    "media_thumbnail.url": _media,
    "media_player.url": _media,
    "image.href": _media,
    "media_credit.content": lambda item, _: item.credit.split(", "),
}
_TEXTS = frozenset({"title", "summary", "description", "content", "tags", "category", "author", "authors", "feed"})


def applies(claim: Claim) -> bool:
    """Tell whether the claim is about something that we read."""
    below = claim.subject.removeprefix("entries.")
    if claim.path[:1] == ("entries",):
        return below in _OF_ITEM or below == "len"
    return claim.path == ("feed", "title")


def our_answer(feed: ParsedFeed | None, claim: Claim) -> object:
    """Return what we found where the claim points."""
    if feed is None:
        return None
    if claim.path == ("feed", "title"):
        return feed.title
    if claim.path == ("entries", "len"):
        return len(feed.items)
    numbers = [key for key in claim.path if isinstance(key, int)]
    if numbers[0] >= len(feed.items):
        return None
    return _OF_ITEM[claim.subject.removeprefix("entries.")](feed.items[numbers[0]], numbers[-1])


def their_answer(result: Any, claim: Claim) -> object:
    """Return what feedparser found where the claim points."""
    value = result
    try:
        for key in claim.path:
            value = len(value) if key == "len" else value[key]
    except (KeyError, IndexError, TypeError):
        return None
    return tuple(value)[:6] if claim.subject.endswith("_parsed") and value else value


def agrees(claim: Claim, answer: object, *, html: bool) -> bool:
    """Tell whether an answer, in which texts are HTML or plain, says what the claim says."""
    wanted = claim.value
    if isinstance(answer, list):
        return wanted in answer
    if isinstance(wanted, tuple):
        return answer == tuple(wanted)[:6]
    if isinstance(wanted, str) and isinstance(answer, str):
        same = plain(answer) if html else letters(answer)
        return wanted == answer or (_is_text(claim) and plain(wanted) == same)
    if wanted in ("", None):
        return answer in ("", None)
    return wanted == answer


def _is_text(claim: Claim) -> bool:
    return any(str(key).removesuffix("_detail") in _TEXTS for key in claim.path)


def judge(files: Sequence[Path], *, their_parse: Callable[..., Any] = feedparser.parse) -> Tally:
    """Read every file with both parsers."""
    tally = Tally()
    for file in files:
        body = file.read_bytes()
        head = body[:8192].replace(b"\0", b"").decode("latin-1")
        content_type = _said(head, r"Header:\s*Content-type:")
        claims = [claim for claim in claims_of(_said(head, "Expect:")) if applies(claim)]
        ours = _timed(file, body, content_type, tally)
        if not claims:
            continue
        begun = time.perf_counter()
        theirs = their_parse(body, response_headers={"content-type": content_type} if content_type else {})
        tally.theirs_seconds += time.perf_counter() - begun
        for claim in claims:
            mine, other = our_answer(ours, claim), their_answer(theirs, claim)
            tally.claims[claim.subject] += 1
            right, other_right = agrees(claim, mine, html=False), agrees(claim, other, html=True)
            tally.ours[claim.subject] += right
            tally.theirs[claim.subject] += other_right
            if not right:
                tally.differences.append(Difference(file, claim, mine, other, other_right))
    return tally


def _said(head: str, name: str) -> str:
    match = re.search(rf"^\s*{name}\s*(.*)$", head, re.MULTILINE | re.IGNORECASE)
    return match.group(1).strip() if match else ""


def _timed(file: Path, body: bytes, content_type: str, tally: Tally) -> ParsedFeed | None:
    begun = time.perf_counter()
    try:
        return parse(body, content_type=content_type)
    except Refused as refused:
        tally.refused.append((file, refused.text))
    except Exception as error:
        tally.failures.append((file, repr(error)))
    finally:
        tally.seconds.append((time.perf_counter() - begun, file))
    return None


def show(tally: Tally, *, differences: bool) -> None:
    """Print the result."""
    print(f"{'field':34}{'claims':>8}{'ours':>8}{'feedparser':>12}")
    for subject, count in sorted(tally.claims.items()):
        print(f"{subject:34}{count:8}{tally.ours[subject]:8}{tally.theirs[subject]:12}")
    count, ours, theirs = (sum(one.values()) for one in (tally.claims, tally.ours, tally.theirs))
    print(f"{'all':34}{count:8}{ours:8}{theirs:12}")
    if count:
        print(f"agreement: ours {ours / count:.2%}, feedparser {theirs / count:.2%}")
    taken = [seconds for seconds, _ in tally.seconds]
    print(
        f"{len(taken)} documents in {sum(taken):.1f} s (feedparser: {tally.theirs_seconds:.1f} s for those with claims)"
    )
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
    for seconds, file in sorted(tally.seconds, reverse=True)[:5]:
        print(f"{seconds * 1000:8.1f} ms {file}")
    print(f"refused: {len(tally.refused)}; failures: {len(tally.failures)}")
    if differences:
        for file, reason in tally.refused:
            print(f"refused  {file}: {reason}")
        for one in tally.differences:
            mark = "ours only" if one.theirs_agrees else "both     "
            print(f"{mark} {one.file}: {one.claim.path}\n    wanted {one.claim.value!r}")
            print(f"    ours   {one.ours!r}\n    theirs {one.theirs!r}")
    for file, reason in tally.failures:
        print(f"FAILED   {file}: {reason}")


def main() -> int:
    """Judge a folder; the exit status is 1 where a document made us fail or wait."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("folder", type=Path)
    options.add_argument("--differences", action="store_true", help="print every disagreement")
    chosen = options.parse_args()
    warnings.simplefilter("ignore")
    tally = judge(sorted(file for file in chosen.folder.rglob("*") if file.is_file()))
    show(tally, differences=chosen.differences)
    return 1 if tally.failures or any(seconds > SLOW for seconds, _ in tally.seconds) else 0


if __name__ == "__main__":
    sys.exit(main())

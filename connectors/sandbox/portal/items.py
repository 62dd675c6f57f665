"""The portal's items: what one is, where the first twelve come from, how a request adds, edits or deletes one."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

_TEXTS = ("slug", "title", "summary", "text", "credit", "picture", "alt")


class Mistake(Exception):
    """A control request asks for what makes no sense; the text says why."""


@dataclass(frozen=True, slots=True)
class Video:
    """A video beside its poster frame: file names, pixels, seconds."""

    name: str
    captions: str
    width: int
    height: int
    duration: int


@dataclass(frozen=True, slots=True)
class Item:
    """One item as the editors wrote it. ``picture`` and the video's names are names below ``/media/``."""

    guid: str
    slug: str
    title: str
    summary: str
    text: str
    topics: tuple[str, ...]
    published_at: datetime
    updated_at: datetime
    credit: str = ""
    picture: str = ""
    alt: str = ""
    video: Video | None = None

    @property
    def paragraphs(self) -> list[str]:
        """The text's paragraphs, without empty ones."""
        return [part.strip() for part in self.text.split("\n\n") if part.strip()]


class Shelf:
    """The items that are published now. Safe for several threads; ``changed_at`` is the last change of any kind."""

    def __init__(self, items: tuple[Item, ...], now: datetime) -> None:
        self._items = {item.guid: item for item in items}
        self._lock = Lock()
        self.changed_at = now

    def items(self) -> list[Item]:
        """Return all items, the newest first."""
        with self._lock:
            return sorted(self._items.values(), key=lambda item: (item.published_at, item.guid), reverse=True)

    def publish(self, document: Mapping[str, Any], now: datetime) -> Item:
        """Add an item, or replace the one with the same guid. Raises: Mistake."""
        item = item_of(document, now)
        with self._lock:
            if item.guid in self._items:
                item = replace(item, updated_at=now)
            self._items[item.guid] = item
            self.changed_at = now
        return item

    def edit(self, guid: str, changes: Mapping[str, Any], now: datetime) -> Item:
        """Change some fields of an item. Raises: KeyError if there is no such item; Mistake."""
        with self._lock:
            item = changed(self._items[guid], changes, now)
            self._items[guid] = item
            self.changed_at = now
        return item

    def delete(self, guid: str, now: datetime) -> None:
        """Take an item away. Raises: KeyError if there is no such item."""
        with self._lock:
            del self._items[guid]
            self.changed_at = now


def first_items(now: datetime) -> tuple[Item, ...]:
    """Return the twelve items the portal starts with, dated back from ``now``."""
    documents = tomllib.loads(Path(__file__).with_name("items.toml").read_text("utf-8"))["items"]
    return tuple(item_of(document, now) for document in documents)


def item_of(document: Mapping[str, Any], now: datetime) -> Item:
    """Make an item of a document; what is left out gets a sensible value. Raises: Mistake."""
    slug = document.get("slug") or str(document.get("guid", "")).rpartition(":")[2]
    empty = Item(
        guid=document.get("guid") or f"urn:kjc:{slug}",
        slug=slug,
        title="",
        summary="",
        text="",
        topics=(),
        published_at=now,
        updated_at=now,
    )
    item = changed(empty, {name: value for name, value in document.items() if name != "guid"}, now)
    if not item.slug or not item.title:
        raise Mistake("an item needs a slug (or a guid) and a title")
    return replace(item, updated_at=min(item.published_at, now))


def changed(item: Item, changes: Mapping[str, Any], now: datetime) -> Item:
    """Return the item with some fields changed and dated ``now``. Raises: Mistake."""
    values: dict[str, Any] = {"updated_at": now}
    for name, value in changes.items():
        if name in _TEXTS and isinstance(value, str):
            values[name] = value.strip()
        elif name == "topics" and isinstance(value, list):
            values[name] = tuple(str(topic) for topic in value)
        elif name == "video" and (value is None or isinstance(value, dict)):
            values[name] = _video(value)
        elif name == "published_at" and isinstance(value, str):
            values[name] = _moment(value)
        elif name == "hours_ago" and isinstance(value, int | float):
            values["published_at"] = now - timedelta(hours=value)
        else:
            raise Mistake(f"no such field, or a wrong type of value: {name}")
    return replace(item, **values)


def _video(document: Mapping[str, Any] | None) -> Video | None:
    if document is None:
        return None
    if set(document) != {field.name for field in fields(Video)}:
        raise Mistake("a video needs name, captions, width, height and duration")
    return Video(**document)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Mistake(f"no ISO 8601 time: {text}") from error
    if moment.tzinfo is None:
        raise Mistake(f"a time needs its zone: {text}")
    return moment.astimezone(UTC)

"""A document that is read again and again is read once: the same words give back the same frozen value.

Every page that shows a post asks for its Jobcenter and calendar; working them out takes longer than looking them up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, wraps
from typing import Any, TypeVar

T = TypeVar("T")

_MOST = 1024
"""So many documents are remembered; a house has some hundreds at most. Our own choice."""


@dataclass(frozen=True, slots=True)
class _Document:
    """A document that is known by its words; two that read alike are one."""

    words: str
    table: Mapping[str, Any] = field(compare=False)


def remembered(read: Callable[[Mapping[str, Any]], T]) -> Callable[[Mapping[str, Any]], T]:
    """Return the reader of a document with a memory; its values must be frozen. What it refuses, it refuses again."""

    @lru_cache(maxsize=_MOST)
    def known(document: _Document) -> T:
        return read(document.table)

    @wraps(read)
    def reader(document: Mapping[str, Any]) -> T:
        return known(_Document(repr(document), document))

    return reader

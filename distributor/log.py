"""Structured logs: facts in the past tense with keys, no secrets, no texts of posts, no names of people."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import structlog

from connectors._http import redact

_TRACEBACK = 20_000
_SECRET_KEYS = re.compile(r"(?i)token|secret|password|authorization|proof|cookie")


def trace_of(item_id: int) -> str:
    """Return the one id under which all that happens to an Item and its Posts stands in the log."""
    return f"item-{item_id}"


@contextmanager
def about(item_id: int, **more: Any) -> Iterator[None]:
    """Let every line that is logged inside carry the Item's ``trace``, and what ``more`` names."""
    with structlog.contextvars.bound_contextvars(trace=trace_of(item_id), **more):
        yield


@lru_cache(256)
def _sounds_secret(key: str) -> bool:
    return _SECRET_KEYS.search(key) is not None


def scrub(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank every value whose key sounds like a secret, and what looks like a credential in a traceback."""
    for key in event:
        if _sounds_secret(key):
            event[key] = "…"
    if isinstance(event.get("exception"), str):
        event["exception"] = redact(event["exception"], limit=_TRACEBACK)
    return event


def configure(style: str = "plain", *, quiet: bool = False) -> None:
    """Set logging up for this process: ``plain`` for people, ``json`` for machines, both on standard error.

    ``quiet`` leaves only what is broken in the program.
    """
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s: %(message)s")
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            scrub,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR if quiet else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )

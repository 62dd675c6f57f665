"""The reader's language: what somebody chose at the desk, kept in a cookie of their browser; German for everybody else.

Only pages speak it. What goes into posts, letters, files and the record is German whoever asks for it: their writers
use the functions of ``distributor.locale``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from distributor import locale

GERMAN = "de"
LANGUAGES = {GERMAN: "Deutsch", "en": "English"}
"""By code, each by its own name."""

COOKIE = "sprache"

_reader: ContextVar[str] = ContextVar("reader", default=GERMAN)


def gettext(message: str) -> str:
    """Return the sentence in the reader's language."""
    return _catalogue(_reader.get()).gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """Return the sentence for one or for several, in the reader's language."""
    return _catalogue(_reader.get()).ngettext(singular, plural, number)


def language() -> str:
    """Return the code of the reader's language."""
    return _reader.get()


@contextmanager
def in_german() -> Iterator[None]:
    """Let what is filed or sent be German, whoever asks for it."""
    before = _reader.set(GERMAN)
    try:
        yield
    finally:
        _reader.reset(before)


@cache
def _catalogue(code: str) -> NullTranslations:
    if code == GERMAN:
        return NullTranslations()
    packed = BytesIO()
    path = Path(locale.__file__).parent / code / "LC_MESSAGES" / "distributor.po"
    with path.open("rb") as file:
        write_mo(packed, read_po(file, locale=code))
    packed.seek(0)
    return Translations(packed)


class Language:
    """Lets each request be answered in the language that its cookie names, if there is such a one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request."""
        chosen = HTTPConnection(scope).cookies.get(COOKIE, GERMAN) if scope["type"] == "http" else GERMAN
        before = _reader.set(chosen if chosen in LANGUAGES else GERMAN)
        try:
            await self._app(scope, receive, send)
        finally:
            _reader.reset(before)

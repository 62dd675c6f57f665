"""The apps that registered themselves with a pretended network, and what people agreed to that was not used yet."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from connectors._oauth import challenge_of

BY_HAND = "urn:ietf:wg:oauth:2.0:oob"
"""The address of an app that has none: the code is shown for copying."""


@dataclass(frozen=True, slots=True)
class App:
    """An app that registered itself."""

    id: str
    secret: str
    back: str


@dataclass(frozen=True, slots=True)
class Consent:
    """A person's yes: for which app and address, with which challenge, whose account (channel and id), until when."""

    app: str
    back: str
    challenge: str
    account: tuple[str, str]
    until: datetime


class Consents:
    """The apps that registered themselves, and the codes that were not used yet."""

    def __init__(self) -> None:
        self._apps: dict[str, App] = {}
        self._codes: dict[str, Consent] = {}

    def register(self, back: str) -> App:
        """Give an app its keys."""
        app = App(secrets.token_hex(16), secrets.token_hex(16), back)
        self._apps[app.id] = app
        return app

    def app(self, number: str, secret: str = "") -> App | None:
        """Return an app, by its secret too where one is given."""
        found = self._apps.get(number)
        return found if found is not None and secret in ("", found.secret) else None

    def agree(self, consent: Consent) -> str:
        """Return a fresh code for a yes."""
        code = secrets.token_hex(16)
        self._codes[code] = consent
        return code

    def redeem(self, code: str, app: str, back: str, verifier: str, now: datetime) -> tuple[str, str] | None:
        """Return whose account a code opens, once; None if anything about it is wrong."""
        consent = self._codes.pop(code, None)
        if consent is None or now >= consent.until or (consent.app, consent.back) != (app, back):
            return None
        if consent.challenge and consent.challenge != challenge_of(verifier):
            return None
        return consent.account

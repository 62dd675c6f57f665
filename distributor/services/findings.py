"""What ``doctor`` says, and its look at the machine: settings, key, disk and clock. The rest is ``health``'s."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from distributor.domain import Refused
from distributor.services.deps import Deps
from distributor.services.timekeeping import APART, disagreement
from distributor.settings import NAMES
from distributor.store import items
from distributor.store.tables import AccountRow, EventRow, WorkerRow
from distributor.wording import local_time

_LOW_DISK = 500_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: ``ok``, or the German sentence that says what to do. ``grave`` means: cannot publish."""

    subject: str
    ok: bool
    text: str
    grave: bool = False


def settings(deps: Deps) -> list[Finding]:
    """Look at the settings themselves: addresses that are none, names that nobody reads."""
    return [_address(deps), *_unknown(deps)]


def _address(deps: Deps) -> Finding:
    given = {"DISTRIBUTOR_PUBLIC_URL": deps.settings.public_url, "DISTRIBUTOR_DESK_URL": deps.settings.desk_url}
    if deps.settings.feed_url:
        given["DISTRIBUTOR_FEED_URL"] = deps.settings.feed_url
    for channel in deps.connectors:
        given |= {_host_name(channel, host): url for host, url in deps.urls(channel).items()}
    wrong = [name for name, url in given.items() if not _is_address(url)]
    if wrong:
        return Finding(
            "Einstellungen", False, f"{', '.join(wrong)}: keine Adresse mit http:// oder https://.", grave=True
        )
    return Finding("Einstellungen", True, f"öffentlich erreichbar unter {deps.settings.public_url}")


def _host_name(channel: str, host: str) -> str:
    return f"DISTRIBUTOR_{channel.upper()}_{host.upper()}_URL"


def _is_address(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _unknown(deps: Deps) -> list[Finding]:
    hosts = {_host_name(channel, host) for channel in deps.connectors for host in deps.urls(channel)}
    names = sorted(deps.settings.environment.keys() - NAMES - hosts)
    return [Finding(f"Einstellung {name}", False, "Diese Einstellung gibt es nicht; Tippfehler?") for name in names]


def key(deps: Deps, session: Session | None) -> Finding:
    """Try the key: is there one, and does it open anything of what is stored?"""
    try:
        deps.vault.signing_key()
    except Refused as error:
        return Finding("Schlüssel", False, error.text, grave=True)
    held = [(a, o) for a, o in items.accounts(session) if a.secrets] if session is not None else []
    refusals = [text for account, owner in held if (text := _closed(deps, account, owner.slug))]
    if held and len(refusals) == len(held):
        return Finding("Schlüssel", False, refusals[0], grave=True)
    return Finding("Schlüssel", True, "öffnet die gespeicherten Zugangsdaten" if held else "vorhanden")


def _closed(deps: Deps, account: AccountRow, slug: str) -> str:
    """Return why an account's secrets cannot be opened, or nothing."""
    try:
        deps.vault.unlock(f"{slug}/{account.channel}/{account.name}", account.secrets or b"")
    except Refused as error:
        return error.text
    return ""


def disk(deps: Deps) -> Finding:
    """Try to write where the data live, and look how much room is left."""
    folder = deps.settings.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except OSError as error:
        text = f"In {folder} kann nicht geschrieben werden ({type(error).__name__}); bitte Rechte und Platz prüfen."
        return Finding("Datenordner", False, text, grave=True)
    if free < _LOW_DISK:
        text = f"In {folder} sind nur {free // 1_000_000} MB frei; bitte Platz schaffen."
        return Finding("Datenordner", False, text, grave=True)
    return Finding("Datenordner", True, f"{free // 1_000_000_000} GB frei")


def clock(deps: Deps, session: Session, now: datetime) -> Finding:
    """Compare this machine's clock with the database's, hear the daemons, and look at the newest event.

    What is written down cannot lie ahead of now; but a clock that was once wrong and is right again leaves just that
    until something else happens, so it is no more than a hint.
    """
    wrong = disagreement(deps.store)
    held = session.execute(select(WorkerRow.host, WorkerRow.trouble).where(WorkerRow.trouble != "")).first()
    if held is not None:
        wrong = f"Der Dienst auf {held.host} hält an. {held.trouble}"
    if wrong:
        return Finding("Uhr", False, wrong, grave=True)
    newest = session.scalar(select(EventRow.at).order_by(EventRow.id.desc()).limit(1))
    if newest is not None and newest - now > APART:
        text = f"Das jüngste Ereignis liegt in der Zukunft ({local_time(newest)}); bitte die Uhr prüfen."
        return Finding("Uhr", False, text)
    return Finding("Uhr", True, local_time(now))

"""The roster's documents: organisations, their accounts and the channel texts, as plain data and back.

Here stands what a TOML file in ``config/`` or a JSON column must look like. Reading files, the database, and whether a
channel knows an account's fields are the business of others. Secrets never stand in these documents.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields, is_dataclass
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from distributor.domain import ChannelText, Organisation, Refused

T = TypeVar("T")

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_HASHTAG = re.compile(r"#\w+")
_WORDS = {str: "Text", int: "eine ganze Zahl", bool: "true oder false"}


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """One account as the roster names it: channel, name, and the fields that are no secrets."""

    channel: str
    name: str
    fields: Mapping[str, str]


def organisation_of(document: Mapping[str, Any]) -> Organisation:
    """Build the Organisation that ``document`` describes; its ``account`` tables are left to :func:`accounts_of`.

    Raises: Refused, naming the key.
    """
    organisation = _build(Organisation, {key: value for key, value in document.items() if key != "account"}, "")
    _check(bool(_SLUG.fullmatch(organisation.slug)), "slug", "nur Kleinbuchstaben, Ziffern und einzelne Bindestriche")
    _check(bool(organisation.name.strip()), "name", "einen Namen")
    _check(bool(_COLOUR.fullmatch(organisation.colour)), "colour", "eine Farbe wie „#1f4e79“")
    for key, value in asdict(organisation.voice.names).items():
        _check(bool(value.strip()), f"voice.names.{key}", "einen Namen")
    for number, tag in enumerate(organisation.voice.hashtags):
        _check(bool(_HASHTAG.fullmatch(tag)), f"voice.hashtags[{number}]", "„#“ und danach nur Buchstaben und Ziffern")
    for key, value in asdict(organisation.pages).items():
        _check(not value or value.startswith("https://"), f"pages.{key}", "eine Adresse mit „https://“")
    return organisation


def organisation_document(organisation: Organisation) -> dict[str, Any]:
    """Return the Organisation as plain data; :func:`organisation_of` gives the same Organisation back."""
    return _table_of(organisation)


def channel_text_of(document: Mapping[str, Any]) -> ChannelText:
    """Build the channel text that ``document`` describes. Raises: Refused, naming the key."""
    text = _build(ChannelText, document, "")
    _check(bool(text.channel.strip()), "channel", "den Namen eines Kanals")
    _check(bool(text.parts), "parts", "mindestens einen Teil")
    seen: set[str] = set()
    for number, part in enumerate(text.parts):
        _check(
            bool(part.name) and part.name not in seen, f"parts[{number}].name", "einen Namen, den es nur einmal gibt"
        )
        _check(part.rank >= 0, f"parts[{number}].rank", "eine Zahl ab 0")
        for key, wording in (("du", part.du), ("sie", part.sie)):
            _check(bool(wording.strip()), f"parts[{number}].{key}", "einen ausgeschriebenen Text")
        seen.add(part.name)
    return text


def channel_text_document(text: ChannelText) -> dict[str, Any]:
    """Return the channel text as plain data; :func:`channel_text_of` gives the same text back."""
    return _table_of(text)


def accounts_of(document: Mapping[str, Any]) -> tuple[AccountEntry, ...]:
    """Return the accounts that an organisation's document lists. Raises: Refused, naming the key."""
    entries = document.get("account", [])
    _check(isinstance(entries, list | tuple), "account", "eine Liste von Tabellen „[[account]]“")
    accounts: list[AccountEntry] = []
    for number, entry in enumerate(entries):
        key = f"account[{number}]"
        account = _build(AccountEntry, _table(entry, key), key)
        _check(bool(account.channel.strip()), f"{key}.channel", "den Namen eines Kanals")
        _check(bool(account.name.strip()), f"{key}.name", "den Namen des Zugangs")
        twin = any((account.channel, account.name) == (other.channel, other.name) for other in accounts)
        _check(not twin, f"{key}.name", "einen Namen, den es je Kanal nur einmal gibt")
        accounts.append(account)
    return tuple(accounts)


def _table_of(value: Any) -> dict[str, Any]:
    return {part.name: _plain(getattr(value, part.name)) for part in fields(value)}


def _plain(value: Any) -> Any:
    """Return dataclasses and tuples as dicts and lists, as TOML and JSON know them."""
    if is_dataclass(value):
        return _table_of(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def _build(kind: type[T], document: Mapping[str, Any], where: str) -> T:
    """Build the dataclass ``kind`` from a table; ``where`` is the table's own key."""
    hints = get_type_hints(kind)
    known = {part.name: part for part in fields(kind)}  # type: ignore[arg-type]
    prefix = f"{where}." if where else ""
    for key in document:
        if key not in known:
            raise Refused(
                f"Den Schlüssel „{prefix}{key}“ gibt es nicht; bekannt sind: {', '.join(known)}.", code="roster.unknown"
            )
    values: dict[str, Any] = {}
    for name, part in known.items():
        if name in document:
            values[name] = _value(hints[name], document[name], f"{prefix}{name}")
        elif part.default is MISSING and part.default_factory is MISSING:
            raise Refused(f"Der Schlüssel „{prefix}{name}“ fehlt; bitte ergänzen.", code="roster.missing")
    return kind(**values)


def _value(hint: Any, value: Any, key: str) -> Any:
    origin = get_origin(hint)
    if is_dataclass(hint):
        return _build(typing.cast("type[Any]", hint), _table(value, key), key)
    if origin is typing.Literal:
        allowed = get_args(hint)
        _check(value in allowed, key, "eines von " + ", ".join(f"„{one}“" for one in allowed))
        return value
    if origin is tuple:
        _check(isinstance(value, list | tuple), key, "eine Liste")
        return tuple(_value(get_args(hint)[0], one, f"{key}[{number}]") for number, one in enumerate(value))
    if origin is Mapping:
        return types.MappingProxyType(
            {name: _value(str, one, f"{key}.{name}") for name, one in _table(value, key).items()}
        )
    _check(type(value) is hint, key, _WORDS[hint])
    return value


def _table(value: Any, key: str) -> Mapping[str, Any]:
    _check(isinstance(value, Mapping), key, "eine Tabelle")
    return typing.cast("Mapping[str, Any]", value)


def _check(holds: bool, key: str, wanted: str) -> None:
    if not holds:
        raise Refused(f"Der Schlüssel „{key}“ braucht {wanted}.", code="roster.value")

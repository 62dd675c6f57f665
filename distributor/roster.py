"""The roster's documents: organisations, accounts, channel texts and the house's words, as plain data and back.

Here stands what a TOML file in ``config/`` or a JSON column must look like. Reading files, the database, and whether a
channel knows an account's fields are the business of others. Secrets never stand in these documents.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import MISSING, Field, asdict, dataclass, fields, is_dataclass, replace
from datetime import date
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from distributor.colours import READABLE, contrast
from distributor.domain import ChannelText, Organisation, Refused
from distributor.tailoring.lexicon import Lexicon
from schedules.document import duty_document, duty_of, occasion_document, occasion_of
from schedules.refusal import CalendarRefused
from schedules.remembering import remembered

T = TypeVar("T")

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_HASHTAG = re.compile(r"#\w+")
_INK = "eine Farbe wie „#ffffff“, die sich von „colour“ mit einem Kontrast von 4,5:1 abhebt, oder nichts"
_WORDS = {str: "Text", int: "eine ganze Zahl", bool: "true oder false"}


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """One account as the roster names it: channel, name, and the fields that are no secrets."""

    channel: str
    name: str
    fields: Mapping[str, str]


@remembered
def organisation_of(document: Mapping[str, Any]) -> Organisation:
    """Build the Organisation that ``document`` describes; its ``account`` tables are left to :func:`accounts_of`.

    Raises: Refused, naming the key.
    """
    plain = {key: value for key, value in document.items() if key not in ("account", "occasions", "duty")}
    organisation = _build(Organisation, plain, "")
    _check(bool(_SLUG.fullmatch(organisation.slug)), "slug", "nur Kleinbuchstaben, Ziffern und einzelne Bindestriche")
    _check(bool(organisation.name.strip()), "name", "einen Namen")
    _check(bool(_COLOUR.fullmatch(organisation.colour)), "colour", "eine Farbe wie „#1f4e79“")
    _check(not organisation.ink or _readable(organisation), "ink", _INK)
    for key, value in asdict(organisation.voice.names).items():
        _check(bool(value.strip()), f"voice.names.{key}", "einen Namen")
    for number, tag in enumerate(organisation.voice.hashtags):
        _check(bool(_HASHTAG.fullmatch(tag)), f"voice.hashtags[{number}]", "„#“ und danach nur Buchstaben und Ziffern")
    for key, value in asdict(organisation.pages).items():
        _check(not value or value.startswith("https://"), f"pages.{key}", "eine Adresse mit „https://“")
    return replace(
        organisation,
        occasions=_entries(document, "occasions", occasion_of),
        duty=_entries(document, "duty", duty_of),
    )


def _readable(organisation: Organisation) -> bool:
    known = bool(_COLOUR.fullmatch(organisation.ink))
    return known and contrast(organisation.ink, organisation.colour) >= READABLE


def organisation_document(organisation: Organisation) -> dict[str, Any]:
    """Return the Organisation as plain data; :func:`organisation_of` gives the same Organisation back."""
    table = _table_of(replace(organisation, occasions=(), duty=()))
    table["occasions"] = [occasion_document(each) for each in organisation.occasions]
    table["duty"] = [duty_document(each) for each in organisation.duty]
    return {key: value for key, value in table.items() if key not in ("occasions", "duty") or value}


def _entries(document: Mapping[str, Any], key: str, read: Callable[[Mapping[str, Any], str], T]) -> tuple[T, ...]:
    """Read the calendar's tables in a roster entry."""
    tables = document.get(key, ())
    _check(isinstance(tables, list | tuple), key, f"eine Liste von Tabellen „[[{key}]]“")
    try:
        return tuple(read(table, f"{key}[{number}]") for number, table in enumerate(tables))
    except CalendarRefused as refusal:
        raise Refused(str(refusal), code="roster.value") from refusal


@remembered
def channel_text_of(document: Mapping[str, Any]) -> ChannelText:
    """Build the channel text that ``document`` describes. Raises: Refused, naming the key.

    A part with a single wording may carry its ``du`` and ``sie`` itself.
    """
    parts = document.get("parts", ())
    listed = isinstance(parts, list | tuple)
    text = _build(ChannelText, {**document, "parts": [_part(one) for one in parts]} if listed else document, "")
    _check(bool(text.channel.strip()), "channel", "den Namen eines Kanals")
    _check(bool(text.parts), "parts", "mindestens einen Teil")
    seen: set[str] = set()
    for number, part in enumerate(text.parts):
        key = f"parts[{number}]"
        _check(bool(part.name) and part.name not in seen, f"{key}.name", "einen Namen, den es nur einmal gibt")
        _check(part.rank >= 0, f"{key}.rank", "eine Zahl ab 0")
        _check(bool(part.wordings), f"{key}.wordings", "mindestens eine Fassung")
        for place, wording in enumerate(part.wordings):
            for address, said in (("du", wording.du), ("sie", wording.sie)):
                _check(bool(said.strip()), f"{key}.wordings[{place}].{address}", "einen ausgeschriebenen Text")
        seen.add(part.name)
    return text


def _part(table: Any) -> Any:
    """Return a part's table with the wording that stands in it moved to its ``wordings``."""
    if not isinstance(table, Mapping) or "wordings" in table:
        return table
    own = {key: table[key] for key in ("du", "sie") if key in table}
    return {**{key: value for key, value in table.items() if key not in own}, "wordings": [own]}


def channel_text_document(text: ChannelText) -> dict[str, Any]:
    """Return the channel text as plain data; :func:`channel_text_of` gives the same text back."""
    return _table_of(text)


@remembered
def lexicon_of(document: Mapping[str, Any]) -> Lexicon:
    """Return the house's own words; what is shipped does not stand in it. Raises: Refused, naming the key."""
    house = _build(Lexicon, document, "")
    for key, words in (
        ("terms.old", [term.old for term in house.terms]),
        ("officialese.official", [entry.official.strip("*") for entry in house.officialese]),
        ("people.stem", [person.stem for person in house.people]),
    ):
        _check(all(word.strip() for word in words), key, "ein Wort")
    for key, bound in (("lix", house.lix), ("lix_words", house.lix_words), ("sentence", house.sentence)):
        _check(bound > 0, key, "eine Zahl über null")
    return house


def lexicon_document(house: Lexicon) -> dict[str, Any]:
    """Return the house's own words as plain data; :func:`lexicon_of` gives the same words back."""
    return _table_of(house)


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
    if isinstance(value, date):
        return value.isoformat()
    return value


@cache
def _shape_of(kind: Any) -> tuple[dict[str, Any], dict[str, Field[Any]]]:
    """Return a dataclass's types and fields by name: worked out once, for whole countries are read at a time."""
    return get_type_hints(kind), {part.name: part for part in fields(kind)}


def _build(kind: type[T], document: Mapping[str, Any], where: str) -> T:
    """Build the dataclass ``kind`` from a table; ``where`` is the table's own key."""
    hints, known = _shape_of(typing.cast("Any", kind))
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
    if hint is date:
        return _day(value, key)
    if origin is Mapping:
        return types.MappingProxyType(
            {name: _value(str, one, f"{key}.{name}") for name, one in _table(value, key).items()}
        )
    _check(type(value) is hint, key, _WORDS[hint])
    return value


def _day(value: Any, key: str) -> date:
    """Return the day that stands there as TOML's own kind, or as JSON holds it."""
    if isinstance(value, str):
        with suppress(ValueError):
            return date.fromisoformat(value)
    _check(type(value) is date, key, "einen Tag wie „2026-07-01“")
    return typing.cast("date", value)


def _table(value: Any, key: str) -> Mapping[str, Any]:
    _check(isinstance(value, Mapping), key, "eine Tabelle")
    return typing.cast("Mapping[str, Any]", value)


def _check(holds: bool, key: str, wanted: str) -> None:
    if not holds:
        raise Refused(f"Der Schlüssel „{key}“ braucht {wanted}.", code="roster.value")

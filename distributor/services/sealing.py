"""The record: seal what happened each minute, export it, and find what somebody touched.

Writing an event needs no lock. A duty takes what is not sealed yet, whoever committed late comes into the next seal,
and of two daemons that seal at once the database refuses the second.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from distributor.chain import Entry, Fault, Seal, faults, missing, sealed
from distributor.domain import Refused
from distributor.services import organisations
from distributor.services.deps import Deps
from distributor.store import record
from distributor.store.tables import EventRow

_FORMAT = "kjc-record/1"
PRUNED = "record.pruned"
"""The event that says up to which seal a chain's events were deleted after their time (``reason`` is the number)."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification found: how much it looked at, and all that is wrong."""

    chains: int
    seals: int
    events: int
    unsealed: int
    pruned: dict[str, int]
    faults: tuple[Fault, ...]


def seal_record(deps: Deps, now: datetime) -> int:
    """Seal the events that are not sealed yet, chain by chain; return how many that were."""
    with deps.store.read() as session:
        waiting = record.unsealed_chains(session)
    return sum(number for organisation in waiting for number in _seals_of(deps, organisation, now))


def _seals_of(deps: Deps, organisation: str, now: datetime) -> Iterator[int]:
    """Seal a chain in as many seals as it takes; yield how many events each covers."""
    while number := _seal_chain(deps, organisation, now):
        yield number
        if number < record.IN_ONE_SEAL:
            return


def _seal_chain(deps: Deps, organisation: str, now: datetime) -> int:
    """Seal one chain; 0 if another daemon did so in the same moment.

    The head is read before the events: whoever sees a new head sees the marks of its events too.
    """
    try:
        with deps.store.write() as session:
            number, previous = record.head(session, organisation)
            entries = record.unsealed(session, organisation)
            if not entries:
                return 0
            seal = sealed(organisation, number + 1, record.moment(now), entries, previous)
            if not record.keep(session, seal, entries, now):
                raise _Overtaken
            return len(entries)
    except (IntegrityError, _Overtaken):
        return 0


class _Overtaken(Exception):
    """Another daemon sealed the same events first; nothing was written."""


def export(
    deps: Deps,
    out: IO[str],
    *,
    organisation: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> int:
    """Write the record as JSON lines, each seal with its events behind it, and at the end the heads of the chains.

    Names of people are not in it, only their keys. ``since`` and ``until`` bound the seals' times. Returned is how many
    events were written. Raises: Refused for a Jobcenter that does not exist.
    """
    written = 0
    with deps.store.read() as session:
        heads = {}
        _line(out, {"format": _FORMAT})
        for chain in _chosen(session, organisation):
            for seal, entries in record.links(session, chain, since=since, until=until):
                _line(out, {"seal": asdict(seal)})
                for entry in entries:
                    _line(out, {"event": asdict(entry)})
                written += len(entries)
                heads[chain] = {"number": seal.number, "hash": seal.hash}
        _line(out, {"heads": heads})
    return written


def _chosen(session: Session, organisation: str | None) -> list[str]:
    if organisation is None:
        return list(record.chains(session))
    return [organisations.named(session, organisation).slug]


def _line(out: IO[str], document: dict[str, Any]) -> None:
    out.write(json.dumps(document, ensure_ascii=False) + "\n")


def verify(deps: Deps, *, against: Path | None = None) -> Verified:
    """Look through the record in the database, and compare it with an earlier export. Raises: Refused for no export."""
    found: list[Fault] = []
    seals = events = 0
    with deps.store.read() as session:
        chains = list(record.chains(session))
        pruned = _pruned(session)
        for chain in chains:
            counted = _Counted(record.links(session, chain))
            found += faults(chain, counted, pruned_to=pruned.get(chain, 0))
            found += [
                Fault(chain, number, f"Ereignisse nennen Siegel {number}, das es nicht gibt.")
                for number in record.stray(session, chain)
            ]
            seals, events = seals + counted.seals, events + counted.events
        if against is not None:
            for chain, links in _read(against).items():
                found += missing(chain, (seal for seal, _ in links), record.hashes(session, chain))
        waiting = record.unsealed_count(session)
    return Verified(len(chains), seals, events, waiting, pruned, tuple(found))


def verify_file(path: Path) -> Verified:
    """Look through an export; no database is needed. Raises: Refused for a file that is no whole export."""
    chains = _read(path)
    found: list[Fault] = []
    for chain, links in chains.items():
        begins = links[0][0].number if links else 1
        found += faults(chain, links, begins=begins)
    seals = [seal for links in chains.values() for seal, _ in links]
    pruned = {seal.organisation: seal.number for seal in seals if seal.pruned}
    events = sum(len(entries) for links in chains.values() for _, entries in links)
    return Verified(len(chains), len(seals), events, 0, pruned, tuple(found))


def _pruned(session: Session) -> dict[str, int]:
    """Return for each chain up to which seal its events were deleted, as the record itself says."""
    query = select(EventRow.subject_id, EventRow.reason).where(EventRow.what == PRUNED, EventRow.subject == "record")
    latest: dict[str, int] = {}
    for chain, number in session.execute(query):
        if number.isascii() and number.isdigit():
            latest[chain] = max(latest.get(chain, 0), int(number[:9]))
    return latest


class _Counted:
    """Counts what is taken from it."""

    def __init__(self, links: Iterator[tuple[Seal, list[Entry]]]) -> None:
        self._links = links
        self.seals = self.events = 0

    def __iter__(self) -> Iterator[tuple[Seal, list[Entry]]]:
        for seal, entries in self._links:
            self.seals, self.events = self.seals + 1, self.events + len(entries)
            yield seal, entries


def _read(path: Path) -> dict[str, list[tuple[Seal, list[Entry]]]]:
    """Read an export by chain. Raises: Refused naming the line that is none of ours."""
    chains: dict[str, list[tuple[Seal, list[Entry]]]] = {}
    newest: list[Entry] = []
    heads: dict[str, Any] | None = None
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            kind, document = _read_line(path, number, line)
            if heads is not None or (number == 1) != (kind == "format"):
                raise _no_export(path, number)
            if kind == "seal":
                newest = []
                seal = _built(Seal, document, path, number)
                chains.setdefault(seal.organisation, []).append((seal, newest))
            elif kind == "event":
                newest.append(_built(Entry, document, path, number))
            elif kind == "heads":
                heads = document
            elif document != _FORMAT:
                raise _no_export(path, number)
    last = {chain: {"number": links[-1][0].number, "hash": links[-1][0].hash} for chain, links in chains.items()}
    if heads != last:
        text = f"{path.name} ist kein ganzer Export: Das Ende fehlt oder passt nicht zu den Siegeln."
        raise Refused(text, code="record.cut")
    return chains


def _read_line(path: Path, number: int, line: str) -> tuple[str, Any]:
    try:
        read = json.loads(line)
        [(kind, document)] = read.items()
    except (ValueError, AttributeError, RecursionError) as error:
        raise _no_export(path, number) from error
    return kind, document


def _built(kind: type[Any], document: Any, path: Path, number: int) -> Any:
    """Build what a line describes, of exactly the fields and types it must have."""
    wanted = {field.name: {"int": int, "str": str, "bool": bool}[str(field.type)] for field in fields(kind)}
    if not isinstance(document, dict) or document.keys() != wanted.keys():
        raise _no_export(path, number)
    if any(type(document[name]) is not expected for name, expected in wanted.items()):
        raise _no_export(path, number)
    return kind(**document)


def _no_export(path: Path, number: int) -> Refused:
    text = f"{path.name}, Zeile {number}, gehört nicht in einen Export des Protokolls."
    return Refused(text, code="record.file")

"""The record as a chain of hashes: what a seal is made of, and what is wrong with a record that was touched. Pure.

A seal covers the events that had none yet, of one Jobcenter or (empty slug) of what concerns all. Its ``content`` is
the SHA-256 of the events' canonical JSON, a line each, in order; its ``hash`` that of itself with the hash before.
Two digests, so that events may be deleted after their time and the chain of seals still be followed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

START = ""
"""What stands before the first seal of a chain."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as it is sealed; ``at`` is ISO 8601 in UTC with microseconds. Nothing in it names anybody."""

    id: int
    at: str
    actor: str
    unix_user: str
    what: str
    subject: str
    subject_id: str
    from_state: str
    to_state: str
    reason: str
    reason_sha256: str
    digest: str
    organisation: str


@dataclass(frozen=True, slots=True)
class Seal:
    """A link of a chain; ``pruned`` says that its events were deleted after their time and is no part of the hash."""

    organisation: str
    number: int
    at: str
    first: int
    last: int
    count: int
    content: str
    previous: str
    hash: str
    pruned: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, where: a seal's number (0: the chain as a whole) and one German sentence."""

    organisation: str
    seal: int
    text: str


def canonical(document: Mapping[str, Any]) -> bytes:
    """Return the one way to write a document down: keys in order, no blanks, UTF-8."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )


def content_of(entries: Iterable[Entry]) -> str:
    """Return the digest over events in their order."""
    running = hashlib.sha256()
    for entry in entries:
        running.update(canonical(asdict(entry)) + b"\n")
    return running.hexdigest()


def sealed(organisation: str, number: int, at: str, entries: list[Entry], previous: str) -> Seal:
    """Make the seal over events (at least one), which continues the chain after ``previous``."""
    bare = Seal(
        organisation=organisation,
        number=number,
        at=at,
        first=min(entry.id for entry in entries),
        last=max(entry.id for entry in entries),
        count=len(entries),
        content=content_of(entries),
        previous=previous,
        hash="",
    )
    return Seal(**{**asdict(bare), "hash": hash_of(bare)})


def hash_of(seal: Seal) -> str:
    """Return the hash that a seal must have."""
    document = {name: value for name, value in asdict(seal).items() if name not in ("hash", "pruned")}
    return hashlib.sha256(canonical(document)).hexdigest()


def faults(
    organisation: str,
    links: Iterable[tuple[Seal, list[Entry]]],
    *,
    pruned_to: int | None = None,
    begins: int = 1,
) -> Iterator[Fault]:
    """Follow a chain and yield all that is wrong with it.

    ``links`` are the seals in order of number, each with the events that name it. ``pruned_to`` is the last number
    whose events may be gone, as an event of the record says; None takes the seal's own word (an export has no more).
    ``begins`` is the number at which the chain must begin; a part of a chain begins later, after a seal it cannot show.
    """
    number, previous = begins, START if begins == 1 else None
    for seal, entries in links:
        if seal.number != number:
            yield Fault(organisation, number, f"Siegel {number} fehlt; das nächste ist Siegel {seal.number}.")
            number, previous = seal.number, None
        if previous is not None and seal.previous != previous:
            text = f"Siegel {number} schließt nicht an Siegel {number - 1} an: Davor wurde etwas geändert."
            yield Fault(organisation, number, text)
        if seal.organisation != organisation or seal.hash != hash_of(seal):
            yield Fault(organisation, number, f"Siegel {number} selbst wurde geändert.")
        yield from _contents(seal, entries, pruned_to)
        number, previous = number + 1, seal.hash


def _contents(seal: Seal, entries: list[Entry], pruned_to: int | None) -> Iterator[Fault]:
    if seal.pruned and (pruned_to is None or seal.number <= pruned_to):
        if entries:
            text = f"Die Ereignisse von Siegel {seal.number} gelten als gelöscht, aber es gibt welche."
            yield Fault(seal.organisation, seal.number, text)
        return
    if len(entries) != seal.count:
        kind = "fehlen" if len(entries) < seal.count else "sind zu viel"
        off = abs(seal.count - len(entries))
        text = f"Unter Siegel {seal.number} {kind} {off} von {seal.count} Ereignissen."
        yield Fault(seal.organisation, seal.number, text)
    elif content_of(entries) != seal.content:
        text = f"Unter Siegel {seal.number} wurde ein Ereignis oder die Reihenfolge geändert."
        yield Fault(seal.organisation, seal.number, text)


def missing(organisation: str, exported: Iterable[Seal], held: Mapping[int, str]) -> Iterator[Fault]:
    """Yield what an earlier export shows and the record no longer holds; ``held`` are its hashes by number.

    Only so a cut off end is found: what is left of a chain is a chain.
    """
    for seal in exported:
        kept = held.get(seal.number)
        if kept is None:
            text = f"Siegel {seal.number} aus dem früheren Export fehlt: Das Ende des Protokolls wurde abgeschnitten."
            yield Fault(organisation, seal.number, text)
        elif kept != seal.hash:
            text = f"Siegel {seal.number} ist ein anderes als im früheren Export: Das Protokoll wurde ersetzt."
            yield Fault(organisation, seal.number, text)

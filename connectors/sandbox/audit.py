"""Compare the sandbox's ledger with the approved documents: stands alone, knows nothing of the rest of the project.

Run it isolated: ``python -I audit.py --ledger http://127.0.0.1:8700/_ledger --expected approved.json [--count 576]``.
``approved.json`` is a list of posts as ``posts show --json`` prints them, each with ``account``, the platform's id of
the account. Exit status: 0 equal, 1 different, 2 could not compare.
"""

from __future__ import annotations

import argparse
import collections
import json
import pathlib
import sys
import urllib.request
from typing import Any

Entry = dict[str, Any]
Key = tuple[str, str, str, str, tuple[str, ...], tuple[str, ...]]


def key(entry: Entry) -> Key:
    """Return what must be equal on both sides: where it stands, text, link, media and alt texts in order."""
    media = entry.get("media") or []
    return (
        str(entry["channel"]),
        str(entry["account"]),
        entry["text"],
        entry.get("link") or "",
        tuple(medium["sha256"] for medium in media),
        tuple(medium.get("alt") or "" for medium in media),
    )


def compare(expected: list[Entry], ledger: list[Entry], count: int | None = None) -> list[str]:
    """Return each difference as one line; none means that the ledger holds exactly what was approved."""
    standing = [entry for entry in ledger if not entry.get("deleted")]
    lines = []
    if count is not None and (len(expected), len(standing)) != (count, count):
        lines.append(f"count: {count} wanted, {len(expected)} approved, {len(standing)} public")
    spare: dict[Key, list[Entry]] = collections.defaultdict(list)
    for entry in standing:
        spare[key(entry)].append(entry)
    unmet = []
    for entry in expected:
        matches = spare[key(entry)]
        if matches:
            matches.pop(0)
        else:
            unmet.append(entry)
    extra = [entry for entries in spare.values() for entry in entries]
    for entry in unmet:
        near = _nearest(entry, extra)
        if near is None:
            lines.append(f"missing: {_where(entry)} {_start(entry)}")
        else:
            extra.remove(near)
            lines.append(f"differs: {_where(entry)} post {near['id']}: {_differences(entry, near)}")
    wanted = collections.Counter(key(entry) for entry in expected)
    for entry in extra:
        word = "double" if wanted[key(entry)] else "not approved"
        lines.append(f"{word}: {_where(entry)} post {entry['id']} {_start(entry)}")
    return lines


def _nearest(entry: Entry, candidates: list[Entry]) -> Entry | None:
    """Return the unmatched post of the same account that shares most with the expected one, at least one trait."""
    mine = key(entry)
    best, most = None, 0
    for candidate in candidates:
        other = key(candidate)
        shared = sum(a == b and bool(a) for a, b in zip(mine[2:], other[2:], strict=True))
        if mine[:2] == other[:2] and shared > most:
            best, most = candidate, shared
    return best


def _where(entry: Entry) -> str:
    item = f" item {entry['item']}" if entry.get("item") else ""
    return f"{entry['channel']} account {entry['account']}{item}"


def _start(entry: Entry) -> str:
    return json.dumps(entry["text"][:60], ensure_ascii=False)


def _differences(wanted: Entry, found: Entry) -> str:
    names = ("text", "link", "media", "alt texts")
    pairs = zip(names, key(wanted)[2:], key(found)[2:], strict=True)
    return "; ".join(f"{name} {_short(a)} became {_short(b)}" for name, a, b in pairs if a != b)


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:79] + "…"


def _load(source: str) -> list[Entry]:
    """Read a JSON list from a file or an http(s) address. Raises: ValueError, OSError."""
    if source.startswith(("http://", "https://")):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(source, timeout=60) as answer:
            document = json.load(answer)
    else:
        document = json.loads(pathlib.Path(source).read_text(encoding="utf-8"))
    if not isinstance(document, list):
        raise ValueError(f"{source} holds no list")
    for entry in document:
        key(entry)
    return document


def main(arguments: list[str] | None = None) -> int:
    """Compare and print the summary and each difference."""
    parser = argparse.ArgumentParser(description="Compare the sandbox's ledger with the approved documents.")
    parser.add_argument("--ledger", required=True, help="address or file of the ledger")
    parser.add_argument("--expected", required=True, help="file with the approved documents")
    parser.add_argument("--count", type=int, help="how many posts there must be, exactly")
    chosen = parser.parse_args(arguments)
    try:
        expected, ledger = _load(chosen.expected), _load(chosen.ledger)
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.stdout.write(f"audit: cannot compare: {type(error).__name__}: {error}\n")
        return 2
    lines = compare(expected, ledger, chosen.count)
    standing = sum(1 for entry in ledger if not entry.get("deleted"))
    verdict = "equal" if not lines else f"{len(lines)} differences"
    sys.stdout.write(f"audit: {len(expected)} approved, {standing} public, {verdict}\n")
    sys.stdout.writelines(f"  {line}\n" for line in lines)
    return 0 if not lines else 1


if __name__ == "__main__":
    sys.exit(main())

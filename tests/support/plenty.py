"""Posts by the ten thousand, inserted in bulk: what a database holds after months or years."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from distributor.domain import State
from distributor.store.tables import AccountRow, AttemptRow, EventRow, ItemRow, PostRow, ReceiptRow

_WORDS = re.findall(
    r"\w+",
    """
    Ausbildung Antrag Anfang Angst Arbeit Bescheid Bewerbung Beratung Briefe Budget Chance Darlehen Einladung Erfolg
    Familie Freunde Frist Geduld Geld Gespräch Hilfe Hoffnung Interview Jobcenter Kaution Kinder Kurs Lehre Lohn
    Miete Mut Nachweis Papier Praktikum Probezeit Reise Schule Schulden Sprache Strom Tagebuch Termin Umschlag Umzug
    Unterlagen Vertrag Wege Weiterbildung Wohnung Ziel Zukunft abends allein anders bald besser dann dafür einfach
    endlich erst gemeinsam genau gern gestern heute immer jetzt kaum langsam leise mehr mit morgen neu nie noch oft
    ohne plötzlich richtig ruhig schnell schon selbst sicher trotzdem über viel vielleicht vorher warum weiter wenig
    wieder wirklich zuerst zusammen zurück bekommt beginnt bezahlt bleibt bringt denkt entscheidet erklärt erzählt
    findet fragt gelingt glaubt hilft kennt lernt macht öffnet plant rechnet schafft schreibt spart steht sucht
    träumt versteht wagt wartet zeigt zieht
    """,
)
_DOCUMENT = {"channel": "c", "form": "feed", "link": "https://kjc.example/s/abc", "media": [], "extra": {}}
_CONTENT = {"guid": "plenty", "link": "https://portal.example/1", "topics": ["Ausbildung"], "media": []}
_AT_ONCE = 5000


def plenty(session: Session, *, items: int, state: State, now: datetime, spread: timedelta) -> int:
    """Insert ``items`` Items with one post for each account, their times spread up to ``now + spread``.

    Returns how many posts that were. Public ones have their Attempt, Receipt and events. ``spread`` may be negative.
    """
    accounts = session.scalars(select(AccountRow.id).order_by(AccountRow.id)).all()
    first_item = (session.scalar(select(func.max(ItemRow.id))) or 0) + 1
    first_post = (session.scalar(select(func.max(PostRow.id))) or 0) + 1
    numbers = range(first_item, first_item + items)
    _insert(session, ItemRow, (_item(number, now) for number in numbers))
    pairs = [(item, account) for item in numbers for account in accounts]
    step = spread / max(1, len(pairs))
    rows = [
        (first_post + place, item, account, now + step * (place + 1)) for place, (item, account) in enumerate(pairs)
    ]
    _insert(session, PostRow, (_post(row, state, now) for row in rows))
    if state is State.PUBLISHED:
        _insert(session, AttemptRow, (_attempt(row) for row in rows))
        _insert(session, ReceiptRow, (_receipt(row) for row in rows))
        _insert(session, EventRow, (_event(row) for row in rows))
    _goes_on_behind(session, ItemRow, PostRow)
    return len(rows)


def _goes_on_behind(session: Session, *tables: Any) -> None:
    """Tell PostgreSQL, whose sequences do not see numbers that are given to it, where to go on."""
    if session.get_bind().dialect.name == "postgresql":
        for table in tables:
            sequence = func.pg_get_serial_sequence(table.__tablename__, "id")
            session.execute(select(func.setval(sequence, func.max(table.id))))


_Row = tuple[int, int, int, datetime]


@lru_cache(maxsize=512)
def _title(item: int) -> str:
    return _sentence(Random(item), 4, 9)


@lru_cache(maxsize=512)
def _text(item: int) -> str:
    """Words that no other Item has in this order: what is written, and how well pages pack, is like in service."""
    chance = Random(item)
    return "\n\n".join(" ".join(f"{_sentence(chance, 6, 14)}." for _ in range(3)) for _ in range(2))


def _sentence(chance: Random, fewest: int, most: int) -> str:
    return " ".join(chance.choices(_WORDS, k=chance.randint(fewest, most))).capitalize()


def _item(number: int, now: datetime) -> dict[str, Any]:
    text = _text(number)
    content = {**_CONTENT, "title": _title(number), "summary": text[:300], "text": text * 4}
    return {
        **{"id": number, "guid": f"plenty-{number}", "digest": "d", "title": _title(number), "document": content},
        **{
            "created_at": now,
            "changed_at": now,
            "cleared_at": now,
            "stale": False,
            "link": f"https://p.example/{number}",
        },
    }


def _post(row: _Row, state: State, now: datetime) -> dict[str, Any]:
    number, item, account, at = row
    approved = state not in (State.DRAFTED, State.AWAITING)
    public = state is State.PUBLISHED
    document = {
        **_DOCUMENT,
        "text": f"{_text(item)}\n\n{_sentence(Random(account), 4, 9)} #{_WORDS[account % len(_WORDS)]}",
    }
    return {
        **{"id": number, "item_id": item, "account_id": account, "form": "feed", "occurrence": 1, "state": state},
        **{"code": f"p{number}", "item_revision": 1, "document": document, "digest": "d", "problems": []},
        **{"due_at": at, "plan_why": "Freier Platz", "approved_digest": "d" if approved else None},
        **{"staged_digest": "d" if public else None, "sent_digest": "d" if public else None},
        **{"published_at": at if public else None, "created_at": now, "changed_at": now},
    }


def _attempt(row: _Row) -> dict[str, Any]:
    number, _, account, at = row
    times = {"started_at": at, "finished_at": at, "outcome": "receipt"}
    return {"post_id": number, "account_id": account, "kind": "release", "owner": "w", "fence": 1, **times}


def _receipt(row: _Row) -> dict[str, Any]:
    number, _, account, at = row
    return {"post_id": number, "account_id": account, "remote_id": f"r{number}", "url": "https://n.example/1", "at": at}


def _event(row: _Row) -> dict[str, Any]:
    number, _, _, at = row
    return {"at": at, "actor": "daemon", "what": "published", "subject": "post", "subject_id": str(number), "seal": 1}


def _insert(session: Session, table: type[Any], rows: Iterator[dict[str, Any]]) -> None:
    while some := list(islice(rows, _AT_ONCE)):
        session.execute(insert(table), some)

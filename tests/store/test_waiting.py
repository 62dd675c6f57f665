"""What the idle bell is told: never that nothing waits where something does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from distributor.daemon import DUTIES, FILMING, HOUSEKEEPING
from distributor.domain import State
from distributor.store import waiting
from distributor.store.engine import Store
from distributor.store.tables import FeedRow, FilmRow, MediumRow, WebhookRow
from tests.support.rows import NOW, Shelf

LATER = NOW + timedelta(seconds=1)


def medium(shelf: Shelf, kind: str = "image", **more: object) -> None:
    shelf._add(MediumRow(item_id=shelf.item(), position=0, url="u", kind=kind, **more))


def film(shelf: Shelf, **more: object) -> None:
    with shelf.store.write() as session:
        session.add(FilmRow(source="a" * 64, shape="s", document={}, asked_at=NOW, **more))


SOMETHING: dict[str, list[Callable[[Shelf], object]]] = {
    "poll": [
        lambda shelf: shelf._add(FeedRow(url="u")),
        lambda shelf: shelf._add(FeedRow(url="u", next_poll_at=NOW)),
    ],
    "media": [medium, lambda shelf: medium(shelf, next_try_at=NOW)],
    "videos": [lambda shelf: medium(shelf, "video")],
    "films": [film, lambda shelf: film(shelf, state="working", until=NOW)],
    "tailor": [lambda shelf: shelf.item(stale=True), lambda shelf: shelf.item(stale=True, stage="withdrawn")],
    "propose": [
        lambda shelf: shelf.post(State.AWAITING),
        lambda shelf: shelf.post(State.AWAITING, due_at=NOW),
    ],
    "hooks": [
        lambda shelf: shelf._add(WebhookRow(url="u", kinds=["published"], locked=b"", begins=0, looked=0)),
    ],
}
NOTHING: list[Callable[[Shelf], object]] = [
    lambda shelf: shelf._add(FeedRow(url="later", next_poll_at=LATER)),
    lambda shelf: shelf._add(FeedRow(url="paused", paused_at=NOW)),
    lambda shelf: shelf._add(FeedRow(url="removed", removed_at=NOW)),
    lambda shelf: medium(shelf, next_try_at=LATER),
    lambda shelf: medium(shelf, state="ready"),
    lambda shelf: medium(shelf, "video", state="ready"),
    lambda shelf: film(shelf, state="working", until=LATER),
    lambda shelf: shelf.item(stale=True, stage="history"),
    lambda shelf: shelf.post(State.AWAITING, due_at=LATER),
    lambda shelf: shelf.post(State.AWAITING, plan_why="Kein Platz frei."),
    lambda shelf: shelf.post(State.SCHEDULED),
]


@pytest.mark.parametrize(
    ("name", "number"), [(name, number) for name, cases in SOMETHING.items() for number in range(len(cases))]
)
def test_what_waits_is_never_called_idle(store: Store, name: str, number: int) -> None:
    SOMETHING[name][number](Shelf(store))

    with store.read() as session:
        assert waiting.idle(session, NOW) == set(SOMETHING) - {name}


def test_what_is_not_due_or_not_ours_leaves_them_idle(store: Store) -> None:
    for case in NOTHING:
        case(Shelf(store))

    with store.read() as session:
        assert waiting.idle(session, NOW) == set(SOMETHING)


def test_every_name_is_a_duty(store: Store) -> None:
    with store.read() as session:
        assert waiting.idle(session, NOW) <= {duty.name for duty in (*DUTIES, *FILMING, *HOUSEKEEPING)}

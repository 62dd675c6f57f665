"""Each gate on each channel, and each way around it: whatever is tried, only the item without a closed gate appears.

The gates are closed in the tables, behind the back of everything that would void an approval: what is left is what is
asked at the very end. One world serves all gates at once, each on an item of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
import requests
from lxml import html
from PIL import Image
from sqlalchemy import update
from starlette.testclient import TestClient

import connectors
from distributor.domain import Refused, Role
from distributor.services import (
    approving,
    auto_approving,
    clearing,
    configuration,
    lapsing,
    people,
    stopping,
    tokens,
    views,
)
from distributor.services.stopping import Scope
from distributor.store.tables import (
    ItemPersonRow,
    ItemRow,
    OccasionRow,
    PersonRow,
    PostRow,
)
from distributor.web.desk import desk_app
from tests.services.conftest import Reaches
from tests.support.world import CONFIG, SETUP, World

_OWN = {"website", "manual"}
"""What appears there is not in the ledger of the pretended networks."""

CHANNELS = tuple(
    sorted(
        {each.channel for each in configuration.read_accounts(CONFIG / "sandbox-accounts.toml")["fulda"]}
        & set(connectors.discover()) - _OWN
    )
)
AT = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
YESTERDAY = "2026-11-22"
ITEMS = 12
PASSWORD = "ein langes Kennwort"


def answered(question: str, answer: str, *, picture: bool = False) -> Callable[[World, Any, int], None]:
    def close(world: World, session: Any, item: int) -> None:
        shown = views.item_show(world.deps, item)["questions"]
        subject = next(each["subject"] for each in shown if each["question"] == question) if picture else ""
        clearing._keep(session, item, question, subject, answer, world.person("redaktion"), world.clock.now())

    return close


def bounded(**values: datetime | str) -> Callable[[World, Any, int], None]:
    def close(world: World, session: Any, item: int) -> None:
        session.execute(update(ItemRow).where(ItemRow.id == item).values(values))

    return close


def unsigned(world: World, session: Any, item: int) -> None:
    now, key = world.clock.now(), f"P-{item}"
    session.add(PersonRow(key=key, organisation_id=1, guardians=0, actor="", at=now))
    session.flush()
    session.add(ItemPersonRow(item_id=item, person=key, shown=["image"], actor="", at=now))
    answered("people", "shown")(world, session, item)


def before_an_election(world: World, session: Any, item: int) -> None:
    day = date(2026, 11, 1)
    session.add(
        OccasionRow(uid="wahl", kind="pre_election", first=day, last=date(2027, 3, 1), title="Wahl", topics=[],
                    actor="", at=world.clock.now())
    )  # fmt: skip
    answered("elected", "shown")(world, session, item)


GATES: dict[str, Callable[[World, Any, int], None]] = {
    "rights denied": answered("rights", "denied", picture=True),
    "rights for another channel": answered("channels", "anderswo", picture=True),
    "rights for another Jobcenter": answered("organisations", "atlantis", picture=True),
    "rights that ended": answered("until", YESTERDAY, picture=True),
    "alternative text taken back": answered("alt", "open", picture=True),
    "people without a link": answered("people", "shown"),
    "people without consent": unsigned,
    "elected people before an election": before_an_election,
    "embargo": bounded(embargo_until=AT + timedelta(days=2)),
    "validity that ended": bounded(valid_until=AT - timedelta(days=2)),
    "held back": bounded(stage="held"),
}


FURTHER = {"captions": "missing", "credit": "open", "partner": "open"}
"""Questions whose gate is the same as those above; asked at the claim only."""


def closes_further(world: World) -> int:
    """Close each of these gates on an item of its own; return the one left."""
    numbers = sorted({post["item"] for post in world.posts()}, key=lambda number: not _asks(world, number, "captions"))
    for item, (question, answer) in zip(numbers, FURTHER.items(), strict=False):
        with world.deps.store.write() as session:
            answered(question, answer, picture=question != "partner")(world, session, item)
    [free] = numbers[len(FURTHER) :]
    return free


def closes_gates(world: World) -> int:
    """Close one gate on each item but the last; return that one."""
    numbers = sorted({post["item"] for post in world.posts()})
    with_pictures = [number for number in numbers if _asks(world, number, "alt")]
    free = with_pictures[-1]
    chosen = [*with_pictures[:-1], *(number for number in numbers if number not in with_pictures)]
    for close, item in zip(GATES.values(), chosen, strict=True):
        with world.deps.store.write() as session:
            close(world, session, item)
    return free


def _asks(world: World, item: int, question: str) -> bool:
    return any(each["question"] == question for each in views.item_show(world.deps, item)["questions"])


def gathers(world: World) -> None:
    """Let all that is approved be due at one moment, whatever was released."""
    with world.deps.store.write() as session:
        session.execute(
            update(PostRow)
            .where(PostRow.state == "scheduled")
            .values(due_at=AT, next_try_at=AT - timedelta(minutes=20))
        )


def stages(world: World) -> None:
    gathers(world)
    for minutes in (10, 8, 6):  # one platform takes its time to look at pictures
        world.clock.set(AT - timedelta(minutes=minutes))
        world.works()
    assert world.states() == {"staged": len(world.posts())}


def goes_on(world: World, hours: int = 1) -> None:
    world.clock.set(AT)
    world.works()
    world.runs_until(AT + timedelta(hours=hours))


def by_claim(world: World) -> int:
    stages(world)
    free = closes_gates(world)
    goes_on(world)
    return free


def by_preparing_late(world: World) -> int:
    free = closes_gates(world)
    gathers(world)
    goes_on(world)
    return free


def by_approving(world: World) -> int:
    free = closes_gates(world)
    for post in world.posts(states=["awaiting"]):
        with suppress(Refused):
            approving.approve(
                world.deps, world.person(post["organisation"]), post["id"], world.clock.now(), digest=post["digest"]
            )
    gathers(world)
    goes_on(world)
    return free


def by_the_desks_own_addresses(world: World) -> int:
    """Somebody who is logged in sends what no page offers."""
    free = closes_gates(world)
    officer = people.Membership(Role.OFFICER, "fulda")
    people.add_user(world.deps, SETUP, "fulda", [officer], world.clock.now(), password=PASSWORD)
    with TestClient(desk_app(world.deps, world.clock), base_url=world.deps.settings.desk_url) as client:
        login = client.post("/anmelden", data={"anmeldename": "fulda", "kennwort": PASSWORD})
        assert login.status_code == 200
        page = html.fromstring(client.get("/notbremse").text)
        checked = str(page.xpath("//form[@action='/abmelden']//input[@name='pruefwert']/@value")[0])
        for forged in ({}, {"trotzdem": "1"}, {"trotzdem": "1", "allein": "1", "warum": "Probe"}):
            for post in world.posts(states=["awaiting"]):
                told = {"pruefwert": checked, "digest": post["digest"], **forged}
                client.post(f"/post/{post['id']}/freigeben", data=told)
        for post in world.posts():
            client.post(f"/post/{post['id']}/sofort", data={"pruefwert": checked})
    gathers(world)
    goes_on(world)
    return free


def by_the_api(world: World) -> int:
    """A program with an officer's token asks for everything that might release something."""
    free = closes_gates(world)
    now = world.clock.now()
    people.add_user(world.deps, SETUP, "fulda", [people.Membership(Role.OFFICER, "fulda")], now, password=PASSWORD)
    token = tokens.add(world.deps, SETUP, "fulda", Role.OFFICER, "fulda", "Probe", 30, now)
    with TestClient(desk_app(world.deps, world.clock), base_url=world.deps.settings.desk_url) as client:
        assert client.get("/api/v1/posts", headers={"Authorization": f"Bearer {token}"}).status_code == 200
        for forged in ({}, {"despite": True}, {"despite": True, "alone": True, "reason": "Probe"}):
            for post in world.posts(states=["awaiting"]):
                headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"{len(forged)}-{post['id']}"}
                told = {"digest": post["digest"], **forged}
                client.post(f"/api/v1/posts/{post['id']}/approval", json=told, headers=headers)
        for post in world.posts(states=["scheduled"]):
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"move-{post['id']}"}
            told = {"at": (AT + timedelta(minutes=1)).isoformat(), "despite": True}
            client.post(f"/api/v1/posts/{post['id']}/move", json=told, headers=headers)
    gathers(world)
    goes_on(world)
    return free


def by_auto_approval(world: World) -> int:
    free = closes_gates(world)
    topics = {
        topic
        for item in views.item_list(world.deps)
        for topic in views.item_show(world.deps, item["id"])["content"]["topics"]
    }
    for account in views.account_list(world.deps):
        auto_approving.set_topics(world.deps, world.person("fulda"), account["id"], sorted(topics), world.clock.now())
    with world.deps.store.write() as session:
        session.execute(update(PostRow).values(problems=[]))
    assert auto_approving.approve_waiting(world.deps, world.clock.now()) >= 1
    gathers(world)
    goes_on(world)
    return free


def by_retrying(world: World) -> int:
    gathers(world)
    world.clock.set(AT + timedelta(hours=3))
    lapsing.miss(world.deps, world.clock.now())
    assert set(world.states()) == {"missed"}
    free = closes_gates(world)
    _each(world, approving.retry)
    world.works()
    world.runs_until(world.clock.now() + timedelta(minutes=30))
    return free


def by_hurrying(world: World) -> int:
    free = closes_gates(world)
    _each(world, approving.publish_now)
    world.works()
    world.runs_until(world.clock.now() + timedelta(minutes=30))
    return free


def by_dying(world: World) -> int:
    stages(world)
    world.clock.set(AT)
    world.claims()
    free = closes_gates(world)
    world.dies_and_restarts()
    for _ in range(6):
        world.works()
        world.clock.advance(minutes=3)
    world.runs_until(AT + timedelta(hours=4))
    return free


def by_the_clock(world: World) -> int:
    stages(world)
    free = closes_gates(world)
    for moment in (AT - timedelta(days=1), AT + timedelta(minutes=90), AT - timedelta(hours=1)):
        world.clock.set(moment)
        world.works()
    goes_on(world, hours=4)
    return free


def by_stopping_and_resuming(world: World) -> int:
    stages(world)
    stopping.stop(world.deps, world.person("fulda"), Scope("fulda"), "Probe", world.clock.now())
    world.clock.set(AT)
    world.works()
    free = closes_gates(world)
    for login in ("fulda", "redaktion"):
        stopping.resume(world.deps, world.person(login), Scope("fulda"), world.clock.now())
    _each(world, approving.retry)
    goes_on(world)
    return free


def _each(world: World, verb: Callable[..., object]) -> None:
    for post in world.posts():
        with suppress(Refused):
            verb(world.deps, world.person(post["organisation"]), post["id"], world.clock.now())


WAYS: dict[str, tuple[str, Callable[[World], int]]] = {
    "the claim": ("scheduled", by_claim),
    "preparing late": ("scheduled", by_preparing_late),
    "approving one by one": ("awaiting", by_approving),
    "the desk's addresses": ("awaiting", by_the_desks_own_addresses),
    "the API": ("awaiting", by_the_api),
    "approving automatically": ("awaiting", by_auto_approval),
    "retrying": ("scheduled", by_retrying),
    "publishing now": ("scheduled", by_hurrying),
    "dying between claim and call": ("scheduled", by_dying),
    "turning the clock": ("scheduled", by_the_clock),
    "stopping and resuming": ("scheduled", by_stopping_and_resuming),
}


@pytest.mark.parametrize("way", WAYS)
def test_no_way_leads_around_any_gate_on_any_channel(reaches: Reaches, way: str) -> None:
    state, goes = WAYS[way]
    world = reaches(state, *CHANNELS, items=ITEMS)

    free = goes(world)

    allowed = {post["text"] for post in world.posts(item_id=free)}
    public = world.network.ledger()
    assert {entry["text"] for entry in public} <= allowed, way
    assert {entry["channel"] for entry in public} == set(CHANNELS), way


def test_what_else_was_not_answered_in_favour_holds_on_every_channel_too(reaches: Reaches) -> None:
    world = reaches("scheduled", *CHANNELS, items=len(FURTHER) + 1)
    stages(world)

    free = closes_further(world)
    goes_on(world)

    allowed = {post["text"] for post in world.posts(item_id=free)}
    assert {entry["text"] for entry in world.network.ledger()} == allowed
    assert {entry["channel"] for entry in world.network.ledger()} == set(CHANNELS)


def test_a_second_jobcenter_is_no_way_either(reaches: Reaches) -> None:
    world = reaches("scheduled", *CHANNELS[:2], items=ITEMS, organisations=("fulda", "wiesbaden"))

    free = by_claim(world)

    allowed = {post["text"] for post in world.posts(item_id=free)}
    assert {entry["text"] for entry in world.network.ledger()} == allowed


def test_other_bytes_under_the_same_address_are_not_what_goes_out(reaches: Reaches) -> None:
    """The portal exchanges a picture in silence after the approval: what was approved appears, or nothing."""
    world = reaches("scheduled", *CHANNELS)
    [medium] = views.item_show(world.deps, world.posts()[0]["item"])["media"]
    approved = {post["channel"]: [each["sha256"] for each in post["media"]] for post in world.posts()}
    picture = BytesIO()
    Image.new("RGB", (1200, 1200), "red").save(picture, "PNG")
    laid = world.portal.prints(medium["url"].rsplit("/", 1)[-1], picture.getvalue(), "image/png")
    assert requests.get(medium["url"], timeout=5).content == picture.getvalue(), laid

    world.portal.edits(
        str(world.posts()[0]["item_guid"]), text="Ein anderer langer Text, von dem kein Post etwas sagt."
    )
    world.reads_feed()
    world.runs_until(max(world.due(post["id"]) for post in world.posts()) + timedelta(minutes=10))

    public = {entry["channel"]: [each["sha256"] for each in entry["media"]] for entry in world.network.public()}
    assert public == approved

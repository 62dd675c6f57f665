"""Planning and approval as a state machine: whatever people, the portal and time do, in whatever order.

The model is a few dicts: who approved what for when, what was withdrawn, what is stopped. It knows nothing of how the
services work. After each step the database must agree with it, and nothing may be on the wall that the model forbids.
``PLANNING_EXAMPLES`` is how many runs are made.
"""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from distributor.domain import FeedItem, ParsedFeed, Refused, Scope, State
from distributor.services import (
    approving,
    clearing,
    consents,
    feeds,
    lapsing,
    planning,
    recalling,
    stopping,
    tailoring,
    taking_in,
    withdrawing,
)
from distributor.services.crew import Crew
from distributor.store.ownership import Ownership
from distributor.store.tables import AccountRow, ApprovalRow, CalendarRow, FeedRow, ItemRow, PostRow, StopRow
from tests.simulation.house import EDITOR, LANES, OPERATOR, SECOND_EDITOR, SLUGS, House, officer
from tests.simulation.network import Clock, Network
from tests.simulation.scheduling import Strands
from tests.simulation.templates import AtOnce

BERLIN = ZoneInfo("Europe/Berlin")
STARTS = (
    datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
    datetime(2026, 10, 24, 9, 0, tzinfo=UTC),  # the night after, 02:30 comes twice
    datetime(2027, 3, 27, 9, 0, tzinfo=UTC),  # the night after, 02:30 does not come
)
SLOTS = ("02:30", "12:00", "18:00")
DISTANCE = timedelta(hours=2)
LATENESS = timedelta(hours=2)
APPROVED = (State.SCHEDULED, State.STAGED, State.PUBLISHING, State.UNCERTAIN)
DAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
SCOPES = (Scope(), Scope(organisation=SLUGS[0]), Scope(channel="firm"))
GUIDS = ("a", "b", "c")
CHOSEN = st.integers(0, 7)
HOURS = st.sampled_from((0.02, 1.0, 2.5, 10.0, 30.0, 24.0 * 15))


@dataclass(slots=True)
class Approved:
    """What an officer released: this document for this time."""

    digest: str
    due_at: datetime


def prepare(house: House) -> None:
    """Keep a template with a calendar that has slots in the night when the clock changes."""
    if ("planning",) in house.templates:
        return
    house.begin(("empty",))
    with house.store.write() as session:
        document: dict[str, Any] = {
            "name": "always",
            "min_distance": "2h",
            "slots": [{"days": list(DAYS), "at": at} for at in SLOTS],
        }
        session.get_one(CalendarRow, "always").document = document
        feeds.ensure_feed(session, "https://portal.example/feed", STARTS[0])
    house.keep(("planning",))


class Desk(RuleBasedStateMachine):
    """Everybody who decides, the portal, the duties, and a daemon at a network that behaves."""

    house: House

    @initialize(start=st.sampled_from(STARTS))
    def opens(self, start: datetime) -> None:
        self.house.begin(("planning",))
        self.deps = self.house.deps
        self.clock = Clock(start)
        self.network = Network(Strands(), self.clock, Random(0), faulty=0.0)
        for channel in self.house.channels.values():
            channel.network = self.network
        self.ownership = Ownership(self.house.store, self.house.folders[0] / "workers")
        self.ownership.begin(start)
        self.crew = Crew(self.deps, self.ownership, lambda: self.clock.now)
        self.crew._pool = AtOnce()  # type: ignore[assignment]
        self.listed: dict[str, FeedItem] = {}
        self.approved: dict[int, Approved] = {}
        self.withdrawn: set[int] = set()
        self.held: set[int] = set()
        self.recalled: set[int] = set()
        self.stopped: dict[str, datetime] = {}
        self.people: dict[str, set[int]] = {}
        self.numbers = 0

    def teardown(self) -> None:
        if hasattr(self, "ownership"):
            self.ownership.end()

    # the portal

    @rule(guid=st.sampled_from(GUIDS))
    def adds(self, guid: str) -> None:
        item = FeedItem(guid, f"Beitrag {guid}", f"https://portal.example/{guid}", summary="Kurz gesagt.")
        # Two entries with one address at once are two items: the address then tells nothing.
        if item.link not in {each.link for each in self.listed.values()}:
            self.listed[guid] = item
        self._polls()

    @precondition(lambda self: self.listed)
    @rule(which=CHOSEN, what=st.sampled_from(("title", "embargo", "no embargo", "validity", "again")), hours=HOURS)
    def changes(self, which: int, what: str, hours: float) -> None:
        guid = sorted(self.listed)[which % len(self.listed)]
        item = self.listed[guid]
        at = self.clock.now + timedelta(hours=hours)
        self.numbers += 1
        if what == "title":
            self.listed[guid] = replace(item, title=f"Beitrag {guid} in Fassung {self.numbers}")
        elif what == "embargo":
            self.listed[guid] = replace(item, embargo_until=at)
        elif what == "no embargo":
            self.listed[guid] = replace(item, embargo_until=None)
        elif what == "validity":
            self.listed[guid] = replace(item, valid_until=at)
        else:  # the same entry under another guid, as after a move to another system
            del self.listed[guid]
            self.listed[f"{guid}{self.numbers}"] = replace(item, guid=f"{guid}{self.numbers}")
        self._polls()

    def _polls(self) -> None:
        with self.deps.store.write() as session:
            feed = session.query(FeedRow).one()
            parsed = ParsedFeed("rss2", "Portal", tuple(self.listed.values()))
            taking_in.take_in(self.deps, session, feed, parsed, self.clock.now)
        tailoring.tailor_stale(self.deps, self.clock.now)
        self._forget_void()

    # the editor

    def _item(self, which: int) -> int | None:
        with self.deps.store.read() as session:
            numbers = [number for (number,) in session.query(ItemRow.id).order_by(ItemRow.id)]
        return numbers[which % len(numbers)] if numbers else None

    @rule(which=CHOSEN, elected=st.sampled_from(("none", "none", "none", "shown")))
    def clears(self, which: int, elected: str) -> None:
        if (item := self._item(which)) is None:
            return
        people = "shown" if any(item in items for items in self.people.values()) else "none"
        answers = [
            clearing.Answer("people", people),
            clearing.Answer("partner", "none"),
            clearing.Answer("elected", elected),
        ]
        clearing.clear(self.deps, EDITOR, item, answers, self.clock.now)
        self._forget_void()

    @rule(which=CHOSEN, held=st.booleans())
    def holds(self, which: int, held: bool) -> None:
        if (item := self._item(which)) is None or item in self.withdrawn:
            return
        clearing.hold(self.deps, EDITOR, item, self.clock.now, held=held)
        (self.held.add if held else self.held.discard)(item)
        self._forget_void()

    @rule(which=CHOSEN, channel=st.sampled_from(("firm", "loose")))
    def writes(self, which: int, channel: str) -> None:
        if (item := self._item(which)) is not None:
            self.numbers += 1
            text = f"Eigener Text {self.numbers}"
            clearing.write_text(self.deps, EDITOR, item, channel, text, text, self.clock.now)
            self._forget_void()

    @rule(which=CHOSEN)
    def withdraws(self, which: int) -> None:
        if which < 2 and (item := self._item(which)) is not None:
            recalling.withdraw(self.deps, EDITOR, item, "weg", self.clock.now)
            self.withdrawn.add(item)

    # a person shown

    @rule(which=CHOSEN)
    def is_shown(self, which: int) -> None:
        if (item := self._item(which)) is None:
            return
        key = consents.add_person(self.deps, EDITOR, SLUGS[0], self.clock.now)
        scopes = ["image", "first_name", "reuse"]
        today = self.clock.now.astimezone(BERLIN).date()
        signed = consents.Signed("2026-01", today, scopes, ["firm", "loose"], b"%PDF-1.7 unterschrieben")
        consents.add_consent(self.deps, EDITOR, key, signed, self.clock.now)
        consents.link(self.deps, EDITOR, key, item, ["image"], self.clock.now)
        self.people[key] = {item}
        self._forget_void()

    @precondition(lambda self: self.people)
    @rule(which=CHOSEN)
    def takes_consent_back(self, which: int) -> None:
        key = sorted(self.people)[which % len(self.people)]
        withdrawing.withdraw_person(self.deps, EDITOR, key, "Widerruf", self.clock.now)
        self.withdrawn |= self.people.pop(key)

    # the officer

    def _post(self, which: int, *states: State) -> tuple[PostRow, str] | None:
        with self.deps.store.read() as session:
            query = session.query(PostRow, AccountRow).join(AccountRow, AccountRow.id == PostRow.account_id)
            found = [(p, LANES[a.id - 1][0]) for p, a in query.order_by(PostRow.id) if not states or p.state in states]
        return found[which % len(found)] if found else None

    @rule(which=CHOSEN, hours=st.none() | HOURS)
    def approves(self, which: int, hours: float | None) -> None:
        if (chosen := self._post(which, State.AWAITING)) is None:
            return
        post, slug = chosen
        at = self.clock.now + timedelta(hours=hours) if hours is not None else None
        try:
            due = approving.approve(
                self.deps, officer(slug), post.id, self.clock.now, digest=post.digest, at=at, proposed=None
            )
        except Refused:
            return
        self.approved[post.id] = Approved(post.digest, due)

    @rule(which=CHOSEN, hours=HOURS)
    def moves(self, which: int, hours: float) -> None:
        if (chosen := self._post(which, State.SCHEDULED, State.STAGED, State.MISSED)) is None:
            return
        post, slug = chosen
        at = self.clock.now + timedelta(hours=hours)
        try:
            approving.move(self.deps, officer(slug), post.id, at, self.clock.now)
        except Refused:
            return
        self.approved[post.id] = Approved(post.digest, at)

    @rule(which=CHOSEN, verb=st.sampled_from(("edit", "reject", "recall", "retry", "publish_now")))
    def decides(self, which: int, verb: str) -> None:
        if (chosen := self._post(which)) is None:
            return
        post, slug = chosen
        now = self.clock.now
        try:
            if verb == "edit":
                self.numbers += 1
                approving.edit(self.deps, officer(slug), post.id, f"Anders {self.numbers}", now)
                self._forget_void()
            elif verb == "reject" and which > 4:
                approving.reject(self.deps, officer(slug), post.id, "passt nicht", now)
            elif verb == "recall" and which > 4:
                recalling.recall(self.deps, officer(slug), post.id, now, reason="weg")
                self.recalled.add(post.id)
            elif verb == "retry" and post.state in (State.MISSED, State.FAILED):
                self.approved[post.id] = Approved(post.digest, approving.retry(self.deps, officer(slug), post.id, now))
            elif verb == "publish_now":
                approving.publish_now(self.deps, officer(slug), post.id, now)
                self.approved[post.id] = Approved(post.digest, now)
        except Refused:
            return

    def _forget_void(self) -> None:
        """What was changed after its approval is approved no more: such posts must have been handed back."""
        with self.deps.store.read() as session:
            for post in session.query(PostRow).where(PostRow.id.in_(self.approved)):
                if post.digest != self.approved[post.id].digest or post.state in (State.AWAITING, State.DRAFTED):
                    del self.approved[post.id]

    # the brake

    @rule(scope=st.sampled_from(SCOPES))
    def stops(self, scope: Scope) -> None:
        stopping.stop(self.deps, OPERATOR, scope, "Panne", self.clock.now)
        self.stopped.setdefault(str(scope), self.clock.now)

    @precondition(lambda self: self.stopped)
    @rule()
    def resumes(self) -> None:
        for scope in [scope for scope in SCOPES if str(scope) in self.stopped]:
            for actor in (EDITOR, SECOND_EDITOR):
                stopping.resume(self.deps, actor, scope, self.clock.now)
        self.stopped.clear()

    # time, the duties and the daemon

    @rule(hours=HOURS)
    def waits(self, hours: float) -> None:
        self.clock.now += timedelta(hours=hours)
        self.tends()

    @rule()
    def tends(self) -> None:
        for duty in (tailoring.tailor_stale, lapsing.expire, lapsing.miss, planning.propose):
            duty(self.deps, self.clock.now)

    @rule()
    def reaches_the_next_time(self) -> None:
        with self.deps.store.read() as session:
            due = session.query(PostRow.due_at).where(PostRow.state.in_(APPROVED), PostRow.due_at > self.clock.now)
            moments = sorted(moment for (moment,) in due)
        if moments:
            self.clock.now = moments[0]
        self.publishes()

    @rule()
    def publishes(self) -> None:
        before = len(self.network.wall)
        for _ in range(60):
            if not (self.crew.turn(patience=0.0) or self.crew.busy):
                break
        for entry in self.network.wall[before:]:
            self._rightly_public(entry.code, entry.digest)

    def _rightly_public(self, code: str, digest: str) -> None:
        now = self.clock.now
        with self.deps.store.read() as session:
            post = session.query(PostRow).where(PostRow.code == code).one()
            item = session.get_one(ItemRow, post.item_id)
        known = self.approved[post.id]
        slug, channel = LANES[post.account_id - 1]
        assert digest == known.digest
        assert known.due_at <= now <= known.due_at + LATENESS
        assert not {"alles", slug, channel} & set(self.stopped)
        assert item.id not in self.withdrawn | self.held
        assert post.id not in self.recalled
        listed = self.listed.get(item.guid)
        if listed is not None:
            assert listed.embargo_until is None or listed.embargo_until <= now
            assert listed.valid_until is None or now < listed.valid_until
        assert sum(entry.code == code for entry in self.network.wall) == 1

    # what always holds

    @invariant()
    def agrees(self) -> None:
        if not hasattr(self, "clock"):
            return
        with self.deps.store.read() as session:
            posts = session.query(PostRow).order_by(PostRow.id).all()
            items = {item.id: item for item in session.query(ItemRow)}
            approvals: dict[int, ApprovalRow] = {}
            for row in session.query(ApprovalRow).order_by(ApprovalRow.id):
                approvals[row.post_id] = row
            stops = session.query(StopRow).where(StopRow.lifted_at.is_(None)).count()
        assert stops == len(self.stopped)
        assert len({(post.item_id, post.account_id) for post in posts}) == len(posts)
        assert len({item.link for item in items.values()}) == len(items), "the same entry became two items"
        for post in posts:
            self._agrees_on(post, items[post.item_id], approvals.get(post.id))
        self._keep_their_distance(posts)

    def _agrees_on(self, post: PostRow, item: ItemRow, approval: ApprovalRow | None) -> None:
        state = State(post.state)
        if state in APPROVED:
            known = self.approved.get(post.id)
            assert known is not None, f"post {post.id} is {state} and nobody approved it"
            assert approval is not None
            assert post.approved_digest == post.digest == known.digest == approval.digest
            assert post.due_at == known.due_at == approval.due_at, "an approved time was moved by nobody"
            assert item.cleared_at is not None
            assert item.id not in self.held
        if state in (State.AWAITING, State.DRAFTED):
            assert post.staged_digest is None
        if state in (State.FAILED, State.MISSED):
            assert post.reason_text
            assert post.reason_who
        if item.id in self.withdrawn or post.id in self.recalled:
            assert state in (State.CLOSED, State.RETRACTING, State.RETRACTED, State.UNCERTAIN)
        if state is State.AWAITING and post.due_at is not None and post.plan_why:
            self._well_proposed(post, item)

    def _well_proposed(self, post: PostRow, item: ItemRow) -> None:
        """A proposal lies in a slot of the calendar as the clock on the wall shows it, and within the item's bounds."""
        assert post.due_at is not None
        local = post.due_at.astimezone(BERLIN)
        gap = date(2027, 3, 28)
        slots = {"12:00", "18:00", "02:30" if local.date() != gap else "03:30"}
        assert f"{local:%H:%M}" in slots, f"{local} is no slot"
        if local.date() == date(2026, 10, 25) and f"{local:%H:%M}" == "02:30":
            assert local.utcoffset() == timedelta(hours=2), "of two half past two the first is meant"
        assert item.embargo_until is None or item.embargo_until <= post.due_at
        assert item.valid_until is None or post.due_at < item.valid_until

    @staticmethod
    def _keep_their_distance(posts: list[PostRow]) -> None:
        """Of one account no two approved posts, and no two proposals, are closer than the calendar allows."""
        for account in {post.account_id for post in posts}:
            times = sorted(
                post.due_at
                for post in posts
                if post.account_id == account
                and post.due_at is not None
                and (post.state == State.SCHEDULED or (post.state == State.AWAITING and post.plan_why))
            )
            for one, other in itertools.pairwise(times):
                assert other - one >= DISTANCE, f"{one} and {other} on account {account}"


def test_planning_and_approval_hold_in_any_order(house: House) -> None:
    prepare(house)
    machine = type("DeskInThisHouse", (Desk,), {"house": house})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=int(os.environ.get("PLANNING_EXAMPLES", "40")),
            stateful_step_count=30,
            deadline=None,
            derandomize="PLANNING_EXAMPLES" not in os.environ,
            database=None,
            phases=[Phase.generate],  # shrinking takes minutes, and a run of thirty steps can be read as it is
            suppress_health_check=list(HealthCheck),
        ),
    )

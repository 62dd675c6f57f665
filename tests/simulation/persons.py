"""The people of a schedule: who pulls the brake, takes back, edits, approves, connects again; and the portal itself.

An act is a strand like any other, so that daemons get in between. What somebody knows afterwards is a Note.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from distributor.domain import Actor, Refused, Scope, State
from distributor.intake.report import item_of
from distributor.services import accounts, approving, clearing, recalling, stopping, taking_in
from distributor.store.tables import AccountRow, ItemRow, OrganisationRow, PostRow
from tests.simulation.house import EDITOR, OPERATOR, SECOND_EDITOR, SLUGS, officer

if TYPE_CHECKING:
    from tests.simulation.schedule import Schedule

_SCOPES = (Scope(), Scope(), Scope(organisation=SLUGS[0]), Scope(channel="firm"))


@dataclass(slots=True)
class Note:
    """What people know: what was done, to which posts or what scope, and when it was asked for and had been done."""

    what: str
    about: Any
    asked_at: datetime
    done_at: datetime | None = None
    until: datetime | None = None


class Persons:
    """Does one act after the other, as the seed says."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._random = schedule.random
        self._deps = schedule.house.deps
        every: list[Callable[[], None]] = [
            *(self._stop, self._resume, self._recall, self._withdraw, self._edit, self._hold, self._approve),
            *(self._move, self._decide_doubt, self._retry_missed, self._hurry, self._portal_dates, self._pause),
            *(self._reconnect, *([] if schedule.plan.apart else [self._stop_by_file])),
        ]
        # A few kinds of acts, often: each schedule looks into some corner, and all of them together into every one.
        self._acts = self._random.sample(every, 4)

    def act(self) -> None:
        """Begin an act."""
        work = self._random.choice(self._acts)

        def does() -> None:
            try:
                work()
            except Refused as refused:
                self._schedule.say(f"refused: {refused.code}")

        self._schedule.strands.begin(work.__name__.strip("_"), "people", does)

    def _note(self, what: str, about: Any, work: Callable[[], Any]) -> Note:
        note = Note(what, about, self._schedule.clock.now)
        self._schedule.notes.append(note)
        try:
            work()
        except Refused:
            self._schedule.notes.remove(note)
            raise
        note.done_at = self._schedule.clock.now
        self._schedule.say(f"done: {what} {about if isinstance(about, Scope) else sorted(about)}")
        return note

    def _post(self, *states: State) -> tuple[PostRow, str] | None:
        with self._deps.store.read() as session:
            query = (
                session.query(PostRow, OrganisationRow.slug)
                .join(AccountRow, AccountRow.id == PostRow.account_id)
                .join(OrganisationRow, OrganisationRow.id == AccountRow.organisation_id)
                .order_by(PostRow.id)
            )
            wanted = states or frozenset(State) - {State.CLOSED}
            found = [(post, slug) for post, slug in query if post.state in wanted]
        return self._random.choice(found) if found else None

    def _item(self) -> int:
        with self._deps.store.read() as session:
            return int(self._random.choice([number for (number,) in session.query(ItemRow.id).order_by(ItemRow.id)]))

    def _posts_of(self, item: int) -> frozenset[str]:
        with self._deps.store.read() as session:
            return frozenset(code for (code,) in session.query(PostRow.code).where(PostRow.item_id == item))

    def _now(self) -> Any:
        return self._schedule.clock.now

    def _stop(self) -> None:
        scope = self._random.choice(_SCOPES)
        actor: Actor = self._random.choice((OPERATOR, EDITOR))
        self._note("stop", scope, lambda: stopping.stop(self._deps, actor, scope, "Datenpanne", self._now()))

    def _stop_by_file(self) -> None:
        scope = self._random.choice(_SCOPES)
        self._note("stop", scope, lambda: stopping.stop_by_file(self._deps, "betrieb", scope, "Datenpanne"))

    def _resume(self) -> None:
        with self._deps.store.read() as session:
            scopes = sorted({scope for _, scope in stopping.active(session)})
        if not scopes:
            return
        said = self._random.choice(scopes)
        scope = next(each for each in _SCOPES if str(each) == said)
        asked = self._now()
        for actor in (EDITOR, SECOND_EDITOR):
            stopping.resume(self._deps, actor, scope, self._now())
        for note in self._schedule.notes:
            if note.what == "stop" and note.about == scope and note.until is None:
                note.until = asked
        self._schedule.say(f"lifted: {scope}")

    def _recall(self) -> None:
        chosen = self._post()
        if chosen is not None:
            post, slug = chosen
            codes = frozenset({post.code})
            self._note(
                "recall", codes, lambda: recalling.recall(self._deps, officer(slug), post.id, self._now(), reason="weg")
            )

    def _withdraw(self) -> None:
        item = self._item()
        codes = self._posts_of(item)
        self._note("recall", codes, lambda: recalling.withdraw(self._deps, EDITOR, item, "weg", self._now()))

    def _edit(self) -> None:
        """Give a post, or an item's posts on a channel, another text; what was approved is so no more."""
        chosen = self._post()
        if chosen is None:
            return
        post, slug = chosen
        text = f"Anders gesagt {self._schedule.network.number()}"
        if self._random.random() < 0.5:
            self._note(
                "void",
                frozenset({post.code}),
                lambda: approving.edit(self._deps, officer(slug), post.id, text, self._now()),
            )
        elif self._random.random() < 0.5:
            with self._deps.store.read() as session:
                channel = session.get_one(AccountRow, post.account_id).channel
                same = (
                    session.query(PostRow.code)
                    .join(AccountRow, AccountRow.id == PostRow.account_id)
                    .where(PostRow.item_id == post.item_id, AccountRow.channel == channel)
                    .where(PostRow.officer_text.is_(None))
                )
                codes = frozenset(code for (code,) in same)
            self._note(
                "void",
                codes,
                lambda: clearing.write_text(self._deps, EDITOR, post.item_id, channel, text, text, self._now()),
            )

    def _hold(self) -> None:
        item = self._item()
        codes = self._posts_of(item)
        self._note("void", codes, lambda: clearing.hold(self._deps, EDITOR, item, self._now()))
        if self._random.random() < 0.5:
            clearing.hold(self._deps, EDITOR, item, self._now(), held=False)

    def _approve(self) -> None:
        chosen = self._post(State.AWAITING)
        if chosen is not None:
            post, slug = chosen
            at = self._now() + timedelta(minutes=self._random.choice((1, 5, 30)))
            approving.approve(self._deps, officer(slug), post.id, self._now(), digest=post.digest, at=at)

    def _move(self) -> None:
        chosen = self._post(State.SCHEDULED, State.STAGED, State.MISSED)
        if chosen is not None:
            post, slug = chosen
            at = self._now() + timedelta(minutes=self._random.choice((3, 40)))
            approving.move(self._deps, officer(slug), post.id, at, self._now())

    def _hurry(self) -> None:
        chosen = self._post(State.SCHEDULED, State.STAGED)
        if chosen is not None:
            post, slug = chosen
            approving.publish_now(self._deps, officer(slug), post.id, self._now())

    def _retry_missed(self) -> None:
        chosen = self._post(State.MISSED, State.FAILED)
        if chosen is not None:
            post, slug = chosen
            approving.retry(self._deps, officer(slug), post.id, self._now())

    def _decide_doubt(self) -> None:
        """Look at the wall, as a person does who is asked to, and tell what is there."""
        chosen = self._post(State.UNCERTAIN)
        if chosen is None:
            return
        post, slug = chosen
        there = [entry for entry in self._schedule.network.wall if entry.code == post.code]
        if there:
            entry = there[0]
            approving.confirm(
                self._deps,
                officer(slug),
                post.id,
                self._now(),
                url=f"https://net.example/{entry.remote_id}",
                remote_id=entry.remote_id,
            )
        elif post.next_try_at is None:
            approving.retry(self._deps, officer(slug), post.id, self._now())

    def _portal_dates(self) -> None:
        """Let the portal put an item under embargo, or end its validity."""
        item = self._item()
        codes = self._posts_of(item)
        moment = self._now() + timedelta(minutes=self._random.choice((1, 20, 300)))
        what = self._random.choice(("embargo", "validity"))
        field = {"embargo": "embargo_until", "validity": "valid_until"}[what]

        def revises() -> None:
            with self._deps.store.write() as session:
                row = session.get_one(ItemRow, item)
                taking_in.revise(session, row, replace(item_of(row.document), **{field: moment}), self._now(), EDITOR)

        for note in [note for note in self._schedule.notes if note.what == what and note.about == codes]:
            note.what = "overtaken"
        note = self._note(what, codes, revises)
        note.until = moment

    def _pause(self) -> None:
        number = self._random.choice((1, 2, 3))
        accounts.pause(self._deps, OPERATOR, number, "von Hand", self._now())

    def _reconnect(self) -> None:
        """Let a revoked account in again, and go on with it."""
        self._schedule.network.revoked.clear()
        for number in (1, 2, 3):
            accounts.go_on(self._deps, OPERATOR, number, self._now())

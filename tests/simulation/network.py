"""A network of the worst kind, pretended: it repeats whatever it is asked to, answers late, wrongly or not at all.

Its log is the only thing about the outside that the auditor believes. Nothing in it comes from the distributor's word
but what the requests carried.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Literal

from connectors.base import (
    Absent,
    Access,
    ByHand,
    Field,
    Found,
    Identity,
    Json,
    Limits,
    Look,
    MediaSource,
    Order,
    OutcomeUnknown,
    PictureRules,
    Receipt,
    Rejected,
    RemotePost,
    Retracted,
    Source,
    Staged,
    StageLost,
    Throttled,
    Timing,
    Unauthorised,
    Unavailable,
    Variant,
)
from tests.simulation.scheduling import Strands

SETTLE = (timedelta(minutes=2), timedelta(minutes=5))
"""What the channels here claim: by the end of both waits together whatever was sent is public and to be seen."""

_SLOWEST = timedelta(minutes=6)
"""The longest that a request takes to take effect and to be seen; a little less than both waits together."""

SAFE_FAULTS = ("refused", "throttled", "revoked", "unavailable", "stage_lost")
DOUBTFUL_FAULTS = ("answer_lost", "error_though_done", "lost_before", "done_late", "seen_late", "never_seen")
"""After these nobody can know: accepted and the answer lost; an error though accepted; never arrived; done later; done
and seen by readers later; done and, on a channel where absence is never certain, not to be found by reading at all."""


class Clock:
    """Logical time: it stands unless the scheduler moves it, and a step takes a millisecond."""

    def __init__(self, start: datetime) -> None:
        self.start = self.now = start

    def tick(self) -> None:
        self.now += timedelta(milliseconds=1)

    def boottime(self) -> float:
        """Return the seconds since the start: no clock of this world is ever set."""
        return (self.now - self.start).total_seconds()


@dataclass(slots=True)
class Request:
    """One request on the wire, as the other side and the cable know it.

    ``begun_at`` and ``looked_at`` are when the sender last could have kept back the first write and the last one,
    ``arrived_at`` is when its last byte came in.
    """

    kind: str
    account: str
    code: str
    digest: str
    begun_at: datetime
    looked_at: datetime
    first_byte_at: datetime | None = None
    arrived_at: datetime | None = None
    ended_at: datetime | None = None
    fault: str = ""


@dataclass(slots=True)
class Entry:
    """One post on the wall, from ``public_at`` on; readers see it from ``seen_at`` on."""

    remote_id: str
    account: str
    code: str
    digest: str
    draft: str
    request: Request
    public_at: datetime
    seen_at: datetime
    deleted_at: datetime | None = None


@dataclass(slots=True)
class Network:
    """The wall, the drafts, the log, and the faults that the seed brings."""

    strands: Strands
    clock: Clock
    random: Random
    faulty: float = 0.3
    log: list[Request] = field(default_factory=list)
    wall: list[Entry] = field(default_factory=list)
    drafts: dict[str, str] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    numbers: int = 0
    left: int | None = None

    def number(self) -> int:
        self.numbers += 1
        return self.numbers

    def heals(self, faults: int) -> None:
        """Let every account in, and misbehave only ``faults`` times more."""
        self.left, self.revoked = faults, set()

    @contextmanager
    def request(self, kind: str, access: Access, code: str, digest: str = "") -> Iterator[Request]:
        """Carry one request: a look before each of its two writes, as the guarded session does; then it is there."""
        now = self.clock.now
        if access.account in self.revoked:
            raise Unauthorised("Der Zugang ist entzogen.")
        fault = self._fault(kind, certain="/firm/" in access.account)
        if fault == "refused_connection":
            raise Unavailable("nicht erreichbar")
        made = Request(kind, access.account, code, digest, begun_at=now, looked_at=now, fault=fault)
        self.log.append(made)
        look = access.session.last_look  # type: ignore[attr-defined]
        try:
            for write in ("first", "last"):
                made.looked_at = self.clock.now
                if write == "first":
                    made.begun_at = made.looked_at
                look()
                self.strands.step(f"{kind} {code}: looked, before the {write} byte", hurried=True)
                made.first_byte_at = made.first_byte_at or self.clock.now
            made.arrived_at = self.clock.now
            yield made
        finally:
            made.ended_at = self.clock.now

    def _fault(self, kind: str, *, certain: bool) -> str:
        if self.random.random() >= self.faulty or self.left == 0:
            return ""
        if self.left is not None:
            if kind != "release":
                return ""
            self.left -= 1
        if kind == "release":
            doubtful = DOUBTFUL_FAULTS[:-1] if certain else DOUBTFUL_FAULTS
            if self.left is not None:
                return self.random.choice(doubtful)
            return self.random.choice((*doubtful, *doubtful, *SAFE_FAULTS, "refused_connection"))
        return self.random.choice(("throttled", "revoked", "unavailable", "refused_connection"))

    def answer_safely(self, made: Request) -> None:
        """Answer with one of the plain refusals, if that is this request's fault; nothing was done then."""
        if made.fault == "refused":
            raise Rejected("Das Netzwerk lehnt den Inhalt ab.")
        if made.fault == "throttled":
            raise Throttled("zu viele Aufrufe", until=self.clock.now + timedelta(minutes=self.random.choice((1, 10))))
        if made.fault == "revoked":
            self.revoked.add(made.account)
            raise Unauthorised("Der Zugang ist entzogen.")
        if made.fault == "unavailable":
            raise Unavailable("503, und auf der weißen Liste")
        if made.fault == "stage_lost":
            raise StageLost("Den Entwurf gibt es nicht mehr.")

    def publish(self, made: Request, draft: str) -> Entry:
        """Put a post on the wall, again if asked again. Late and unseen for a while if that is the fault."""
        late = timedelta(seconds=self.random.randint(1, int(_SLOWEST.total_seconds())))
        public_at = self.clock.now + (late if made.fault == "done_late" else timedelta())
        seen_at = self.clock.now + (late if made.fault in ("done_late", "seen_late") else timedelta())
        if made.fault == "never_seen":
            seen_at += timedelta(days=999)
        entry = Entry(
            remote_id=f"r{self.number()}",
            account=made.account,
            code=made.code,
            digest=made.digest,
            draft=draft,
            request=made,
            public_at=public_at,
            seen_at=seen_at,
        )
        self.wall.append(entry)
        return entry

    def visible(self, account: str) -> list[Entry]:
        """Return what a reader of the account's wall sees now."""
        return [e for e in self.wall if e.account == account and e.seen_at <= self.clock.now and e.deleted_at is None]


def _count(text: str) -> int:
    return len(text)


class Channel:
    """The simulated network's connector. It classifies answers as a real one must: in doubt, doubt."""

    label = "Simuliert"
    hosts: Mapping[str, str] = {}
    fields: tuple[Field, ...] = ()
    look = Look(fold=100, picture_ratio=1.0, picture_first=False, links_click=True, card=False)
    limits = Limits(
        text=1000,
        unit="Zeichen",
        measure=_count,
        pictures=PictureRules(),
        hashtags=3,
        links="text",
        sources={"all": Source("https://simulation.example", date(2026, 11, 1))},
    )

    def __init__(self, channel: str, absence: Literal["certain", "likely"]) -> None:
        self.channel = channel
        self.timing = Timing(timedelta(minutes=10), timedelta(hours=24), SETTLE, absence)
        self.network: Network

    def render(self, variant: Variant) -> RemotePost:
        text = f"{variant.text}\n{variant.link}"
        return RemotePost(self.channel, variant.form, text, variant.link, variant.media)

    def whoami(self, access: Access) -> Identity:
        return Identity(access.account, access.account)

    def stage(self, access: Access, post: RemotePost, media: MediaSource, order: Order, data: Json | None) -> Staged:
        network = self.network
        with network.request("stage", access, order.code, post.digest) as made:
            network.answer_safely(made)
            draft = f"d{network.number()}"
            network.drafts[draft] = access.account
            network.strands.step(f"stage {order.code}: done, before the answer")
        return Staged({"draft": draft}, network.clock.now + timedelta(hours=24))

    def release(self, access: Access, post: RemotePost, stage: Json, order: Order) -> Receipt:
        network = self.network
        with network.request("release", access, order.code, post.digest) as made:
            if made.fault != "lost_before":
                network.answer_safely(made)
                entry = network.publish(made, stage["draft"])
            network.strands.step(f"release {order.code}: arrived ({made.fault or 'well'}), before the answer")
            if made.fault in ("answer_lost", "lost_before", "done_late"):
                raise OutcomeUnknown("keine Antwort", code="timeout")
            if made.fault in ("error_though_done", "seen_late", "never_seen"):
                raise OutcomeUnknown("Fehler 500", code="500")
        return Receipt(entry.remote_id, f"https://net.example/{entry.remote_id}", network.clock.now)

    def unstage(self, access: Access, stage: Json) -> None:
        network = self.network
        with network.request("unstage", access, "") as made:
            network.answer_safely(made)
            network.drafts.pop(stage["draft"], None)

    def find(
        self, access: Access, post: RemotePost, stage: Json, order: Order, since: datetime, known: Sequence[str]
    ) -> Found | Absent:
        network = self.network
        with network.request("look", access, order.code) as made:
            network.answer_safely(made)
            entries = [e for e in network.visible(access.account) if e.remote_id not in known]
            seen = [e for e in entries if self._is(e, order, stage)]
            network.strands.step(f"look for {order.code}: read, before the answer")
        if seen:
            found = seen[0]
            return Found(Receipt(found.remote_id, f"https://net.example/{found.remote_id}", found.public_at))
        return Absent(stage_usable=stage.get("draft") in network.drafts)

    def _is(self, entry: Entry, order: Order, stage: Json) -> bool:
        """Tell whether it is the post: by its draft where that makes absence certain, else by the code it carries."""
        return entry.draft == stage.get("draft") if self.timing.absence == "certain" else entry.code == order.code

    def retract(self, access: Access, receipt: Receipt) -> Retracted | ByHand:
        network = self.network
        with network.request("retract", access, receipt.remote_id) as made:
            network.answer_safely(made)
            for entry in network.wall:
                if entry.remote_id == receipt.remote_id:
                    entry.deleted_at = entry.deleted_at or network.clock.now
            network.strands.step(f"retract {receipt.remote_id}: done, before the answer")
        return Retracted("gelöscht")

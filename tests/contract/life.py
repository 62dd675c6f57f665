"""One sample account of each channel on the sandbox, and what the contract says about a post's whole life there.

Each rule is a function of a :class:`Life`, so that ``test_life.py`` can ask it of every channel and
``test_forgetful.py`` of connectors that break it on purpose.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
import requests
from PIL import Image

from connectors._corrections import Corrects
from connectors._http import GuardedSession
from connectors.base import (
    Absent,
    Access,
    Connector,
    Found,
    Medium,
    NotYet,
    Order,
    OutcomeUnknown,
    Rejected,
    RemotePost,
    StageLost,
    Variant,
)
from connectors.sandbox.enrol import enrol, environment

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LINK = "https://kjc.example/s/Ab12"
ODD_TEXT = "Geld & Wohnen  <3\n\n\nFragt @redaktion@social.example, sie wissen’s: #Köln „so“"
REMOTE_ID = {"bluesky": "kjc-fulda.bsky.sandbox", "mastodon": "kjc_fulda"}


@cache
def picture(colour: str) -> bytes:
    """Return a JPEG."""
    made = io.BytesIO()
    Image.new("RGB", (640, 640), colour).save(made, "JPEG")
    return made.getvalue()


class Media:
    """Holds two pictures, at an address and as bytes."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._files = {hashlib.sha256(picture(colour)).hexdigest(): picture(colour) for colour in ("teal", "navy")}

    def read(self, sha256: str) -> bytes:
        return self._files[sha256]

    def url(self, sha256: str) -> str:
        address = f"{self._base}/portal/_media/{sha256}.jpg"
        requests.put(address, data=self._files[sha256], headers={"Content-Type": "image/jpeg"}, timeout=5)
        return f"{self._base}/portal/media/{sha256}.jpg"

    def media(self, alt: str) -> tuple[Medium, ...]:
        """Return both as a post carries them."""
        sizes = [(sha256, len(data)) for sha256, data in self._files.items()]
        return tuple(Medium(sha256, "image/jpeg", 640, 640, size, alt) for sha256, size in sizes)


class Life:
    """A channel's connector with an account on the sandbox, whose clock only goes when it is told."""

    def __init__(self, connector: Connector, base: str, session: GuardedSession) -> None:
        self.connector: Any = connector
        self.now = START
        self._base = base
        self._session = session
        self.media = Media(base)
        self._tell("_reset", {})
        self._tell("_clock", {"now": START.isoformat()})
        channel = connector.channel
        remote = REMOTE_ID.get(channel, "4711")
        made = enrol(channel, remote, "kjc_fulda", "KJC Fulda", base)
        public = next(field.name for field in connector.fields if field.required and not field.secret)
        self._fields = {public: remote, **made.fields}
        self._tell("_accounts", dict(made.entry))
        hosts = environment(base)
        self._urls = {host: hosts[f"DISTRIBUTOR_{channel}_{host}_URL".upper()] for host in connector.hosts}

    @property
    def access(self) -> Access:
        return Access("fulda", self._fields, self._urls, self._session, self.now)

    def _tell(self, control: str, document: Any) -> None:
        requests.post(f"{self._base}/{control}", json=document, timeout=5).raise_for_status()

    def passes(self, **span: float) -> None:
        """Let time go by, here and there."""
        self.now += timedelta(**span)
        self._tell("_clock", {"now": self.now.isoformat()})

    def suffers(self, fault: str, **more: Any) -> None:
        """Arm a fault for the next write."""
        self._tell("_faults", {"fault": fault, "channel": self.connector.channel, "method": "POST", **more})

    def recovers(self) -> None:
        """Disarm what did not strike."""
        requests.delete(f"{self._base}/_faults", timeout=5).raise_for_status()

    def ledger(self, *, drafts: bool = False) -> list[dict[str, Any]]:
        """Return what is public (or ever was prepared) and not deleted."""
        query = "?all=1" if drafts else ""
        rows: list[dict[str, Any]] = requests.get(f"{self._base}/_ledger{query}", timeout=5).json()
        return [row for row in rows if not row["deleted"]]

    def calls(self) -> int:
        """Return how many requests the platform has seen."""
        return len(requests.get(f"{self._base}/_requests?limit=5000", timeout=5).json())

    def post(
        self, text: str = "Ausbildung gesucht?", link: str = LINK, pictures: int = 1, **options: str
    ) -> RemotePost:
        """Return a rendered document."""
        rules = self.connector.limits.pictures
        media = self.media.media("Zwei Azubis")[: max(pictures, rules.at_least)]
        rendered: RemotePost = self.connector.render(Variant("Ausbildung", text, link, media, options=options))
        return rendered

    def order(self, key: str = "k1") -> Order:
        """Return what is fixed for a Stage that is due now."""
        return Order(key=key, code="Ab12", due_at=self.now)

    def staged(self, post: RemotePost, order: Order, data: Any = None) -> Any:
        """Stage to the end and return the Staged."""
        for _ in range(30):
            answer = self.connector.stage(self.access, post, self.media, order, data)
            if not isinstance(answer, NotYet):
                return answer
            data = dict(answer.data)
            if answer.ask_at > self.now:
                self.passes(seconds=(answer.ask_at - self.now).total_seconds())
        raise AssertionError("staging does not end")

    def released(self, post: RemotePost, key: str = "k1") -> Any:
        """Stage, release, and return (stage, order, receipt)."""
        order = self.order(key)
        stage = self.staged(post, order).data
        return stage, order, self.connector.release(self.access, post, stage, order)

    def loses(self, post: RemotePost, fault: str, key: str = "k1") -> Any:
        """Stage, release with the answer lost, and return (stage, order)."""
        order = self.order(key)
        stage = self.staged(post, order).data
        self.suffers(fault, match=self.release_match)
        with pytest.raises(OutcomeUnknown):
            self.connector.release(self.access, post, stage, order)
        return stage, order

    @property
    def release_match(self) -> str:
        """Return which request makes a post public: every one but a login."""
        return "^(?!.*createSession)"

    def finds(self, post: RemotePost, stage: Any, order: Order, since: datetime, *known: str) -> Any:
        """Look for the post."""
        return self.connector.find(self.access, post, stage, order, since, known)


Rule = Callable[[Life], None]


def what_is_rendered_is_what_is_shown(life: Life) -> None:
    """Render, stage, release: the platform shows the very document, and nothing of it before its time."""
    post = life.post(pictures=2)
    before = dataclasses.replace(post)
    order = life.order()
    stage = life.staged(post, order).data
    assert life.ledger() == []
    receipt = life.connector.release(life.access, post, stage, order)
    assert post == before
    (shown,) = life.ledger()
    assert (shown["id"], shown["text"], shown["link"]) == (receipt.remote_id, post.text, post.link or shown["link"])
    assert [(each["sha256"], each["alt"]) for each in shown["media"]] == [(m.sha256, m.alt) for m in post.media]


def silence_after_sending_is_unknown_and_the_post_is_found(life: Life) -> None:
    """A time-out after sending tells nothing; a look tells all, and finds only once."""
    post = life.post()
    since = life.now
    stage, order = life.loses(post, "lost_after_commit")
    life.passes(minutes=2)
    found = life.finds(post, stage, order, since)
    assert isinstance(found, Found)
    assert [row["id"] for row in life.ledger()] == [found.receipt.remote_id]
    assert found.receipt.at >= since - timedelta(minutes=2)


def what_never_arrived_is_absent_and_may_be_released(life: Life) -> None:
    """What was lost on its way is not found, and its Stage is still good."""
    post = life.post()
    since = life.now
    stage, order = life.loses(post, "lost")
    absent = life.finds(post, stage, order, since)
    assert isinstance(absent, Absent)
    assert absent.stage_usable
    life.connector.release(life.access, post, stage, order)
    assert len(life.ledger()) == 1


def a_post_of_ours_that_is_known_is_another(life: Life) -> None:
    """Two posts of ours with one text: what proves the first proves nothing about the second."""
    post = life.post("Zweimal derselbe Text", link="")
    _, _, first = life.released(post)
    life.passes(hours=25)
    since = life.now
    stage, order = life.loses(post, "lost", "k2")
    assert isinstance(life.finds(post, stage, order, since, first.remote_id), Absent)


def an_older_post_with_the_same_text_is_another(life: Life) -> None:
    """What stood there before the release began is no proof of it, even if nobody knows whose it is."""
    post = life.post("Jede Woche derselbe Text", link="")
    life.released(post)
    life.passes(hours=25)
    since = life.now
    stage, order = life.loses(post, "lost", "k2")
    assert isinstance(life.finds(post, stage, order, since), Absent)


def a_post_is_known_however_the_platform_rewrites_it(life: Life) -> None:
    """White space, ``&``, ``<``, the host of a mention, links: rewritten on the way, and still the same post."""
    post = life.post(f"{ODD_TEXT}\nkjc.example/s/Ab12", link="")
    since = life.now
    stage, order = life.loses(post, "lost_after_commit")
    found = life.finds(post, stage, order, since)
    assert isinstance(found, Found)
    assert found.receipt.remote_id == life.ledger()[0]["id"]


def somebody_elses_text_is_not_ours(life: Life) -> None:
    """Another post of the account that went out meanwhile is not taken for ours."""
    life.released(life.post("Etwas ganz anderes", link="https://kjc.example/s/Zz99"), "k0")
    post = life.post()
    since = life.now
    stage, order = life.loses(post, "lost")
    assert isinstance(life.finds(post, stage, order, since), Absent)


def released_twice_is_one_post(life: Life) -> None:
    """A repeat gives the same post, or sends us to look; there is one post in any case.

    Without pictures where that may be: used-up pictures would stop a repeat by themselves.
    """
    post = life.post(pictures=0)
    since = life.now
    stage, order, receipt = life.released(post)
    try:
        again = life.connector.release(life.access, post, stage, order)
    except (OutcomeUnknown, StageLost):
        again = life.finds(post, stage, order, since).receipt
    assert again.remote_id == receipt.remote_id
    assert len(life.ledger()) == 1


def retracted_twice_is_retracted_once(life: Life) -> None:
    """Taking down what is down already is no error, and says so the same way."""
    _, _, receipt = life.released(life.post())
    kind = type(life.connector.retract(life.access, receipt))
    assert type(life.connector.retract(life.access, receipt)) is kind
    if kind.__name__ == "Retracted":
        assert life.ledger() == []


def an_expired_stage_is_redone(life: Life) -> None:
    """What the platform no longer keeps is said to be lost, or made anew; in the end there is one post."""
    keeps = life.connector.timing.stage_keeps
    post = life.post(pictures=2)
    order = life.order()
    half = life.connector.stage(life.access, post, life.media, order, None)
    if keeps is None:
        return
    life.passes(seconds=keeps.total_seconds() + 1)
    order = life.order("k2")
    try:
        stage = life.staged(post, order, dict(half.data) if isinstance(half, NotYet) else None).data
    except StageLost:
        stage = life.staged(post, order).data
    life.connector.release(life.access, post, stage, order)
    assert len(life.ledger()) == 1


def an_expired_stage_is_not_released(life: Life) -> None:
    """A Stage past its time is never public without its pictures: it is lost, refused or looked for."""
    post = life.post(pictures=2)
    order = life.order()
    staged = life.staged(post, order)
    if staged.expires_at is None:
        return
    life.passes(seconds=(staged.expires_at - life.now).total_seconds() + 1)
    try:
        life.connector.release(life.access, post, staged.data, order)
    except (StageLost, OutcomeUnknown):
        assert life.ledger() == []
    else:
        assert len(life.ledger()[0]["media"]) == len(post.media)


def unstage_leaves_nothing(life: Life) -> None:
    """After unstage there is no draft, nothing public, and a second time is no error."""
    post = life.post(pictures=2)
    stage = life.staged(post, life.order()).data
    life.connector.unstage(life.access, stage)
    assert life.ledger(drafts=True) == []
    life.connector.unstage(life.access, stage)


def unstage_never_takes_down_what_is_public(life: Life) -> None:
    """Whatever became public meanwhile stands."""
    stage, _, receipt = life.released(life.post())
    try:
        life.connector.unstage(life.access, stage)
    except Exception as error:  # whatever it is called, it may only refuse
        assert type(error).__name__ in {"Rejected", "Unavailable"}
    assert [row["id"] for row in life.ledger()] == [receipt.remote_id]


def a_post_whose_stage_is_forgotten_is_found_by_what_it_says(life: Life) -> None:
    """After a restored backup nobody knows the Stage any more; the post itself is still known, and no other taken."""
    post, other = life.post(), life.post("Ein anderer Text", link="https://kjc.example/s/Zz99")
    since = life.now
    _, order, receipt = life.released(post)
    found = life.finds(post, {}, order, since)
    assert isinstance(found, Found)
    assert found.receipt.remote_id == receipt.remote_id
    assert isinstance(life.finds(post, {}, order, since, receipt.remote_id), Absent)
    assert isinstance(life.finds(other, {}, order, since), Absent)


def who_may_answer_is_obeyed_or_left_to_a_person(life: Life) -> None:
    """What an account chose stands in what is approved, and at the platform; else a person is told what to do.

    The same holds for a post that was found after a lost answer, and a repeat doubles nothing.
    """
    for field in [field for field in life.connector.fields if field.name in ("comments", "replies")]:
        for number, choice in enumerate(filter(None, field.choices)):
            post = life.post(f"Nachricht {number}", link=f"{LINK}{number}", **{field.name: choice})
            assert post.digest != life.post(f"Nachricht {number}", link=f"{LINK}{number}").digest
            stage, order, receipt = life.released(post, f"k{number}")
            assert _row(life, receipt.remote_id).get("replies") == choice or receipt.left
            with contextlib.suppress(OutcomeUnknown, StageLost, Rejected):
                receipt = life.connector.release(life.access, post, stage, order)
            assert len(life.ledger()) == 1 or life.connector.timing.absence == "likely"
            life.connector.retract(life.access, receipt)
        since = life.now
        post = life.post("Verloren", **{field.name: choice})
        stage, order = life.loses(post, "lost_after_commit", "k9")
        life.passes(minutes=2)
        found = life.finds(post, stage, order, since).receipt
        assert _row(life, found.remote_id).get("replies") == choice or found.left


def a_correction_changes_the_text_and_nothing_else(life: Life) -> None:
    """Where a public post can be changed, twice is once, what is attached stays, and retracting takes it down."""
    connector = life.connector
    if not isinstance(connector, Corrects):
        return
    post, other = life.post(pictures=2), life.post("Korrektur: am 6. Mai. Ausbildung gesucht?", pictures=2)
    assert connector.correctable(post)
    _, _, receipt = life.released(post)
    (before,) = life.ledger()
    since = life.now
    assert isinstance(connector.stands(life.access, other, receipt.remote_id, since), Absent)
    for _ in range(2):
        assert connector.correct(life.access, other, receipt.remote_id).remote_id == receipt.remote_id
    (after,) = life.ledger()
    assert after == {**before, "text": other.text}
    found = connector.stands(life.access, other, receipt.remote_id, since)
    assert isinstance(found, Found)
    assert found.receipt.remote_id == receipt.remote_id
    connector.retract(life.access, receipt)
    assert life.ledger() == []


def a_correction_without_an_answer_is_read_back(life: Life) -> None:
    """Silence after sending a change tells nothing; reading the post back tells whether it arrived."""
    connector = life.connector
    if not isinstance(connector, Corrects):
        return
    for number, (fault, answer) in enumerate((("lost", Absent), ("lost_after_commit", Found))):
        post, other = life.post(f"Am {number}. Mai"), life.post(f"Korrektur: am {number}. Juni")
        _, _, receipt = life.released(post, f"k{number}")
        for method in ("POST", "PUT"):
            life.suffers(fault, method=method)
        with pytest.raises(OutcomeUnknown):
            connector.correct(life.access, other, receipt.remote_id)
        life.recovers()
        assert isinstance(connector.stands(life.access, other, receipt.remote_id, life.now), answer)
        connector.retract(life.access, receipt)


def what_is_gone_is_not_corrected(life: Life) -> None:
    """A post that was deleted is not changed and not posted anew: a person is told."""
    connector = life.connector
    if not isinstance(connector, Corrects):
        return
    post, other = life.post(), life.post("Korrektur: am 6. Mai")
    _, _, receipt = life.released(post)
    connector.retract(life.access, receipt)
    for act in (
        lambda: connector.correct(life.access, other, receipt.remote_id),
        lambda: connector.stands(life.access, other, receipt.remote_id, life.now),
    ):
        with pytest.raises(Rejected):
            act()
    assert life.ledger() == []


def _row(life: Life, remote_id: str) -> Any:
    return next(row for row in life.ledger() if row["id"] == remote_id)


RULES: tuple[Rule, ...] = (
    what_is_rendered_is_what_is_shown,
    silence_after_sending_is_unknown_and_the_post_is_found,
    what_never_arrived_is_absent_and_may_be_released,
    a_post_of_ours_that_is_known_is_another,
    an_older_post_with_the_same_text_is_another,
    a_post_is_known_however_the_platform_rewrites_it,
    somebody_elses_text_is_not_ours,
    a_post_whose_stage_is_forgotten_is_found_by_what_it_says,
    released_twice_is_one_post,
    retracted_twice_is_retracted_once,
    an_expired_stage_is_redone,
    an_expired_stage_is_not_released,
    unstage_leaves_nothing,
    unstage_never_takes_down_what_is_public,
    who_may_answer_is_obeyed_or_left_to_a_person,
    a_correction_changes_the_text_and_nothing_else,
    a_correction_without_an_answer_is_read_back,
    what_is_gone_is_not_corrected,
)

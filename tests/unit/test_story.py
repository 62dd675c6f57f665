"""Every code that a post's story can hold has German words, and the story is told in the order of time."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from connectors import base
from connectors.base import ConnectorError
from distributor import story
from distributor.domain import State
from distributor.services.calling import Answer
from distributor.wording import EVENT_WORDS

ROOT = Path(__file__).parents[2] / "distributor"
MOVES = {"apply", "move", "_go", "Step", "_decided", "_reschedule", "_decide"}
"""Whoever moves a post names the event in a text."""

OTHERS = ("item", "account", "feed", "user", "person", "stop", "campaign", "calendar", "config", "keys", "portal")
OTHERS += ("recall", "consent", "database", "seal", "record")


def calls() -> Iterator[tuple[str, ast.Call]]:
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                yield name, node


def texts(node: ast.AST | None) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*texts(node.body), *texts(node.orelse))
    elif isinstance(node, ast.JoinedStr) and node.values:
        yield from (text.rstrip(".") for text in texts(node.values[0]))


def events() -> set[str]:
    found = set()
    for name, node in calls():
        named = {keyword.arg: keyword.value for keyword in node.keywords}
        if name == "record" and "post" not in texts(named.get("subject")):
            continue
        if name in MOVES or name == "record":
            found |= {*texts(named.get("what"))}
        if name in MOVES - {"move", "apply"}:
            found |= {text for argument in node.args for text in texts(argument) if "." in text or text.islower()}
    return {what for what in found if " " not in what} - {"daemon"}


def reasons() -> set[str]:
    found = {"recall", "restored", "account.unreachable", "withdrawn", "expired", "account.retired"}
    for name, node in calls():
        if name in ("Reason", "_closed") and node.args:
            found |= {*texts(node.args[0])}
    return (found - {""}) | {kind.__name__.lower() for kind in ConnectorError.__subclasses__()}


def test_every_event_of_a_post_has_words() -> None:
    found = events()

    assert {"post.approved", "staged", "release.failed", "published", "look.failed", "post.taken_back"} <= found
    assert {what for what in found if what not in EVENT_WORDS and what.partition(".")[0] not in OTHERS} == set()


def test_every_reason_has_words() -> None:
    found = reasons()

    assert {"calendar.forbidden", "late", "stopped", "clearance", "consent", "rejected", "outcomeunknown"} <= found
    assert {code for code in found if story.reason_word(code) == code} == set()


def test_every_way_a_call_can_end_has_words() -> None:
    answers = {kind.__name__.lower() for kind in get_args(Answer) if isinstance(kind, type)} - {"nonetype"}
    errors = {kind.__name__.lower() for kind in ConnectorError.__subclasses__()}
    own = {"done", "", "owner_died", "never_begun"}

    assert len(errors) == 6 and base.Withheld.__name__.lower() in answers
    missing = (answers | errors | own) - {"connectorerror"} - set(story.OUTCOME_WORDS)
    assert missing == set()
    assert story.outcome_word("unsettled_receipt") == story.UNSETTLED


def test_every_state_but_the_last_says_who_does_what() -> None:
    assert set(State) - set(story.NEXT) == {State.PUBLISHED, State.RETRACTED, State.CLOSED}


def post(**more: Any) -> dict[str, Any]:
    values: dict[str, Any] = {"state": "failed", "reason": None, "why": "", "due_at": None}
    return values | {"events": [], "attempts": [], "approvals": []} | more


def event(at: str, what: str, **more: str) -> dict[str, str]:
    return {"at": at, "actor": "daemon", "what": what, "from": "", "to": "", "reason": ""} | more


def test_it_is_told_in_the_order_of_time_with_the_networks_own_words() -> None:
    attempt = {"kind": "release", "started_at": "2026-11-23T09:00:00Z", "finished_at": "2026-11-23T09:00:01Z"}
    attempt |= {"outcome": "rejected", "code": "100/36000", "detail": "Invalid parameter"}
    approval = {"at": "2026-11-23T08:30:00Z", "actor": "kim", "digest": "d", "due_at": "2026-11-23T09:00:00Z"}
    told = story.story(
        post(
            events=[
                event("2026-11-23T08:30:00Z", "post.approved", actor="kim"),
                event("2026-11-23T09:00:01.5Z", "release.failed", to="failed", reason="rejected"),
            ],
            attempts=[attempt],
            approvals=[approval],
            why="Erster freier Platz.",
            due_at="2026-11-23T09:00:00Z",
            reason={"code": "rejected", "text": "Das Bild ist zu klein.", "who": "officer"},
        ),
        [event("2026-11-23T08:00:00Z", "item.new")],
    )

    assert [step.said for step in told] == [
        "Beitrag vom Portal übernommen",
        "Freigegeben",
        "Veröffentlichen: vom Netzwerk abgelehnt",
        "Senden fehlgeschlagen",
    ]
    assert told[1].why == "für Mo 23.11.2026, 10:00 Uhr. Erster freier Platz."
    assert told[2].platform == "Invalid parameter [100/36000]"
    assert told[3].why == "Das Bild ist zu klein."


def test_a_reason_that_another_move_followed_is_told_in_words() -> None:
    told = story.story(
        post(
            state="awaiting",
            events=[
                event("2026-11-23T08:00:00Z", "post.taken_back", to="awaiting", reason="calendar.forbidden"),
                event("2026-11-23T09:00:00Z", "tailored", to="drafted"),
            ],
        ),
        [],
    )

    assert [step.why for step in told] == ["Kalender verbietet diese Zeit", ""]


def test_what_is_to_do_is_said_by_the_reason_or_else_by_the_state() -> None:
    reason = {"code": "late", "text": "Die Zeit ist vorbei.", "who": ""}

    assert story.todo(post(state="missed", reason=reason)) == ("Die Zeit ist vorbei.", "officer")
    assert story.todo(post(state="awaiting")) == story.NEXT[State.AWAITING]
    assert story.todo(post(state="published")) is None

"""A connector that forgets a rule is caught: for each rule one that keeps it, and one that is the same but for it."""

from __future__ import annotations

import dataclasses
import inspect
import itertools
import json
import logging
import secrets
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from connectors import discover
from connectors._http import GuardedSession
from connectors.base import (
    Absent,
    Field,
    Found,
    Order,
    OutcomeUnknown,
    Receipt,
    Rejected,
    RemotePost,
    Staged,
    Throttled,
    Unauthorised,
    Unavailable,
)
from tests.contract import life as lives
from tests.contract import test_contract as rules
from tests.contract.conftest import SAMPLES, Office, Platform, variant
from tests.contract.life import Life
from tests.contract.tiny import SAMPLE, Instead, Tiny, without

Ask = Callable[[Office, Any], None]
"""Asks one rule of a connector's sample account; what else the rule needs comes with the request."""


def is_caught(rule: Callable[[], None]) -> bool:
    """Tell whether the rule fails."""
    try:
        rule()
    except (AssertionError, pytest.fail.Exception, Exception):
        return True
    return False


def closed(request: Any) -> str:
    host: str = request.getfixturevalue("closed_host")
    return host


def logs(request: Any) -> Any:
    return request.getfixturevalue("caplog")


def _leaks_into_the_log(self: Tiny, access: Any, method: str, path: str) -> Any:
    logging.getLogger("tiny").debug("with %s", access.fields["token"])
    return Tiny.send(self, access, method, path)


def _goes_its_own_way(self: Tiny, access: Any, method: str, path: str) -> Any:
    return requests.request(method, access.urls["api"] + path, timeout=5)


def _apart(office: Office) -> Office:
    """Let the rule change its own sample, and nobody else's."""
    office.sample = dict(office.sample)
    return office


def _idle(office: Office) -> Office:
    """Say that nobody is called to unstage: true of the one that keeps the rule, for nothing is asked of it."""
    forgets = type(office.connector) is not Tiny
    office.sample = {**office.sample, "calls_nothing": ["unstage"] if forgets else []}
    office.platform.answer = {"status": 200, "body": {"id": "d1"}}
    return office


_draws = itertools.count()

WIRE: dict[str, tuple[Ask, dict[str, Any]]] = {
    "silence after sending is a no": (
        lambda o, r: rules.test_an_unclear_answer_to_a_release_is_an_unknown_outcome(o, None),
        {"silence": lambda self, access, error, releasing: Unavailable("Später.")},
    ),
    "a 502 is a no": (
        lambda o, r: rules.test_an_unclear_answer_to_a_release_is_an_unknown_outcome(o, rules.MARKUP_5XX),
        {"unclear": lambda self, releasing, detail: Unavailable("Später.")},
    ),
    "every 200 is a yes": (
        lambda o, r: rules.test_an_unclear_answer_to_a_release_is_an_unknown_outcome(o, rules.NO_CONTENT),
        {"id_in": lambda self, answer: "p1"},
    ),
    "a release is repeated at once": (
        lambda o, r: rules.test_an_unclear_answer_to_a_release_is_an_unknown_outcome(o, rules.MARKUP_5XX),
        {"send": lambda self, *call: [Tiny.send(self, *call), Tiny.send(self, *call)][1]},
    ),
    "a look may be unknown": (
        lambda o, r: rules.test_an_unclear_answer_elsewhere_is_never_an_unknown_outcome(o, "find", None),
        {"silence": lambda self, access, error, releasing: OutcomeUnknown("Unklar.")},
    ),
    "nobody there is unknown": (
        lambda o, r: rules.test_a_refused_connection_is_unavailable(o, "release", closed(r)),
        {"silence": lambda self, access, error, releasing: OutcomeUnknown("Unklar.")},
    ),
    "a dead token refuses the post": (
        lambda o, r: rules.test_a_dead_token_is_unauthorised(o, "release"),
        {"refusal": lambda self, access, answer: Rejected("Nein.", detail="401", code="401")},
    ),
    "throttled without a zone": (
        lambda o, r: rules.test_a_call_too_many_is_throttled_until_an_aware_time(o, "release"),
        {"until": lambda self, access, answer: (access.now + timedelta(minutes=1)).replace(tzinfo=None)},
    ),
    "throttled until the past": (
        lambda o, r: rules.test_a_call_too_many_is_throttled_until_an_aware_time(o, "stage"),
        {"until": lambda self, access, answer: access.now},
    ),
    "the last look is gone round": (
        lambda o, r: rules.test_a_forbidding_last_look_stops_every_call_before_a_byte_left(o, "release"),
        {"send": _goes_its_own_way},
    ),
    "an error speaks English": (
        lambda o, r: rules.test_every_error_speaks_german_to_people_and_keeps_the_platforms_words_apart(o, "stage"),
        {"refusal": lambda self, access, answer: Throttled("slow down", until=access.now + timedelta(1), code="429")},
    ),
    "an answer's secret in the error": (
        lambda o, r: rules.test_a_platform_that_repeats_our_secrets_does_not_get_them_into_an_error(
            o, "release", 500, "text"
        ),
        {"unclear": lambda self, releasing, detail: OutcomeUnknown("Unklar.", detail=SAMPLE["fields"]["token"])},
    ),
    "the token in the log": (
        lambda o, r: rules.test_no_secret_reaches_a_log(o, "stage", logs(r)),
        {"send": _leaks_into_the_log},
    ),
    "the token in the address": (
        lambda o, r: rules.test_no_secret_stands_in_an_address(o, "find"),
        {"send": lambda self, a, method, path: Tiny.send(self, a, method, f"{path}?t={a.fields['token']}")},
    ),
    "a receipt of another post": (
        lambda o, r: rules.test_a_release_that_worked_is_proved_by_a_receipt(o),
        {"release": lambda self, access, post, stage, order: Receipt("p2", "", access.now)},
    ),
    "rendering draws lots": (
        lambda o, r: rules.renders_purely(o.connector, "Text", 1, ""),
        {"render": lambda self, variant: RemotePost("tiny", "feed", f"{variant.text} {next(_draws)}", variant.link)},
    ),
    "rendering loses the link": (
        lambda o, r: rules.test_what_was_written_stands_in_what_is_sent(o.connector, variant),
        {"render": lambda self, variant: RemotePost("tiny", "feed", variant.text, "", variant.media)},
    ),
    "a limit without its source": (
        lambda o, r: rules.test_its_limits_say_where_they_are_from(o.connector),
        {"limits": dataclasses.replace(Tiny.limits, sources={})},
    ),
    "a stage longer than the platform keeps": (
        lambda o, r: rules.test_its_timing_leaves_room(o.connector),
        {"timing": dataclasses.replace(Tiny.timing, stage_lead=timedelta(hours=13))},
    ),
    "a secret in the open": (
        lambda o, r: rules.test_its_fields_are_unique_in_german_and_secrets_are_flagged(o.connector),
        {"fields": (Field("name", "Name"), Field("token", "Zugriffsschlüssel"))},
    ),
    "a help for the command line alone": (
        lambda o, r: rules.test_its_fields_are_explained_for_who_types_and_for_who_chooses(o.connector),
        {"fields": (*Tiny.fields, Field("way", "Weg", required=False, help="`accounts set` ändert ihn."))},
    ),
    "content that is refused pauses the account": (
        lambda o, r: rules.test_content_that_the_platform_does_not_take_goes_back_to_the_officer(o),
        {"refusal": lambda self, access, answer: Unauthorised("Nein.", detail="422", code="422")},
    ),
    "the token is kept with the stage": (
        lambda o, r: rules.test_no_secret_stands_in_what_comes_back(o, "stage"),
        {"stage": lambda self, access, *rest: Staged({"draft": "d1", "token": access.fields["token"]})},
    ),
    "without its stage a look breaks": (
        lambda o, r: rules.test_a_look_that_knows_no_stage_asks_by_what_the_post_says(_apart(o)),
        {"find": lambda self, access, post, stage, order, since, known: Absent(stage["draft"] == "d1")},
    ),
    "every word is the same": (
        lambda o, r: rules.test_another_word_is_another_digest(o.connector, variant),
        {"render": lambda self, variant: RemotePost("tiny", "feed", "Immer dasselbe", variant.link)},
    ),
    "a text of no length": (
        lambda o, r: rules.test_its_limits_are_sane(o.connector),
        {"limits": dataclasses.replace(Tiny.limits, text=0)},
    ),
    "a name that is no word": (
        lambda o, r: rules.test_its_name_is_plain_and_its_label_readable(o.connector),
        {"channel": "Tiny-1"},
    ),
    "a field that its sample does not know": (
        lambda o, r: rules.test_its_sample_fills_every_required_field(o.connector, SAMPLE),
        {"fields": (*Tiny.fields, Field("page", "Seite"))},
    ),
    "a call where none is needed": (
        lambda o, r: rules.test_an_ability_that_calls_nothing_calls_nothing(_idle(o), "unstage"),
        {"whoami": Tiny.whoami},
    ),
    "an ability with another signature": (
        lambda o, r: rules.test_it_is_a_connector_and_has_its_abilities_whole(o.connector),
        {"retract": lambda self, access: None},
    ),
}


@pytest.fixture
def office_of(platform: Platform) -> Iterator[Callable[[Any], Office]]:
    with GuardedSession() as session:
        yield lambda connector: Office(connector, SAMPLE, session, platform)


@pytest.mark.parametrize("forgotten", WIRE)
def test_a_forgotten_rule_of_the_wire_is_caught(
    office_of: Callable[[Any], Office], request: pytest.FixtureRequest, forgotten: str
) -> None:
    ask, instead = WIRE[forgotten]

    ask(office_of(Tiny()), request)
    assert is_caught(lambda: ask(office_of(without(**instead)), request))


def _in_doubt(true: Any, *given: Any) -> Any:
    try:
        return true.release(*given)
    except Unavailable as error:
        raise OutcomeUnknown(error.public) from None


def _blamed(true: Any, *given: Any) -> Any:
    try:
        return true.release(*given)
    except Unauthorised as error:
        raise Rejected(error.public) from None


DOOR: dict[str, tuple[Ask, dict[str, Callable[..., Any]]]] = {
    "an unclear login may have published": (
        lambda o, r: rules.test_an_unclear_login_before_a_release_has_published_nothing(o, rules.MARKUP_5XX),
        {"release": _in_doubt},
    ),
    "a refused login blames the post": (
        lambda o, r: rules.test_a_refused_login_is_told_as_one_and_shows_no_secret(
            o, "release", "unauthorised", Unauthorised
        ),
        {"release": _blamed},
    ),
}


@pytest.mark.parametrize("forgotten", DOOR)
def test_a_forgotten_rule_of_a_login_is_caught(
    platform: Platform, request: pytest.FixtureRequest, forgotten: str
) -> None:
    ask, instead = DOOR[forgotten]
    sample = json.loads((SAMPLES / "bluesky.json").read_text("utf-8"))
    true: Any = discover()["bluesky"]
    broken: Any = Instead(true, **instead)
    with GuardedSession() as session:
        ask(Office(true, sample, session, platform), request)
        platform.requests.clear()
        platform.knocks.clear()
        assert is_caught(lambda: ask(Office(broken, sample, session, platform), request))


NOBODY_TO_FORGET = {
    "test_every_channel_is_found_under_its_own_name": "asks what discovery finds, not one connector",
    "test_two_modules_with_one_name_are_refused": "asks what discovery finds, not one connector",
    "test_rendering_is_pure_and_survives_storage": "asked as renders_purely",
    "test_no_secret_is_shown_by_the_access": "asks what every connector is given, which none can change",
    "test_what_is_public_on_our_own_pages_alone_is_proved_by_its_receipt_alone": "asked of our own pages alone",
    "test_only_an_origin_may_frame_our_own_pages": "asked of our own pages alone",
    "test_our_own_pages_go_first_unless_their_account_says_no": "asked of our own pages alone",
    "test_what_only_a_person_can_do_is_told_in_german_and_calls_nobody": "asked of channels without a network alone",
}


def test_every_rule_of_the_wire_has_one_who_forgets_it() -> None:
    asked = {name for name in vars(rules) if name.startswith("test_")}
    source = inspect.getsource(sys.modules[__name__])
    forgotten = {name for name in asked if f"rules.{name}(" in source}
    assert asked - forgotten == set(NOBODY_TO_FORGET)


def _newest(true: Any, access: Any, *rest: Any) -> Found:
    """Take whatever the account published last."""
    account = true.whoami(access).remote_id
    url = f"{access.fields['server']}/api/v1/accounts/{account}/statuses"
    newest = access.session.get(url, headers={"Authorization": f"Bearer {access.fields['access_token']}"}).json()[0]
    return Found(Receipt(newest["id"], "", access.now))


def _says_it_as_it_was(true: Any, access: Any, post: Any, stage: Any, order: Any, since: Any, known: Any) -> Any:
    """Compare the text letter by letter with the markup that comes back."""
    found = true.find(access, post, stage, order, since, known)
    if isinstance(found, Absent) or "&" not in post.text:
        return found
    return Absent(stage_usable=True)


def _own_key(true: Any, access: Any, post: Any, stage: Any, order: Any) -> Any:
    return true.release(access, post, stage, dataclasses.replace(order, key=secrets.token_hex(8)))


def _no_to_silence(true: Any, *given: Any) -> Any:
    try:
        return true.release(*given)
    except OutcomeUnknown as error:
        raise Unavailable(error.public) from None


def _once_only(true: Any, access: Any, receipt: Any) -> Any:
    url = f"{access.fields['server']}/api/v1/statuses/{receipt.remote_id}"
    if access.session.get(url).status_code == requests.codes.not_found:
        raise Rejected("Den Post gibt es nicht.")
    return true.retract(access, receipt)


def _whatever_its_age(true: Any, access: Any, post: Any, media: Any, order: Any, data: Any) -> Any:
    known = {**data, "started": access.now.isoformat()} if data else None
    return true.stage(access, post, media, order, known)


def _another_text(true: Any, access: Any, post: Any, stage: Any, order: Any) -> Any:
    return true.release(access, dataclasses.replace(post, text=post.text.upper()), stage, order)


def _without_pictures(true: Any, access: Any, post: Any, stage: Any, order: Any) -> Any:
    return true.release(access, post, {**stage, "media": []}, order)


def _straight_away(true: Any, access: Any, stage: Any) -> None:
    url = f"{access.urls['graph']}/v25.0/{stage['draft']}"
    access.session.delete(url, headers={"Authorization": f"Bearer {access.fields['page_token']}"})


def _without_attachments(true: Any, access: Any, post: Any, remote_id: str) -> Any:
    url = f"{access.fields['server']}/api/v1/statuses/{remote_id}"
    sent = {"Authorization": f"Bearer {access.fields['access_token']}"}
    access.session.put(url, json={"status": post.text}, headers=sent)
    return Receipt(remote_id, "", access.now)


def _as_a_new_post(true: Any, access: Any, post: Any, remote_id: str) -> Any:
    order = Order(secrets.token_hex(8), "Ab12", access.now)
    staged = true.stage(access, dataclasses.replace(post, media=()), None, order, None)
    return true.release(access, dataclasses.replace(post, media=()), staged.data, order)


LIFE: dict[str, tuple[lives.Rule, str, dict[str, Callable[..., Any]]]] = {
    "another text is sent": (lives.what_is_rendered_is_what_is_shown, "mastodon", {"release": _another_text}),
    "silence is a no": (
        lives.silence_after_sending_is_unknown_and_the_post_is_found,
        "mastodon",
        {"release": _no_to_silence},
    ),
    "nothing is ever found": (
        lives.silence_after_sending_is_unknown_and_the_post_is_found,
        "mastodon",
        {"find": lambda true, *given: Absent(stage_usable=True)},
    ),
    "the newest is ours": (lives.somebody_elses_text_is_not_ours, "mastodon", {"find": _newest}),
    "what is known is forgotten": (
        lives.a_post_of_ours_that_is_known_is_another,
        "mastodon",
        {"find": lambda true, a, p, s, o, since, known: true.find(a, p, s, o, since - timedelta(days=2), ())},
    ),
    "the age is forgotten": (
        lives.an_older_post_with_the_same_text_is_another,
        "mastodon",
        {"find": lambda true, a, p, s, o, since, known: true.find(a, p, s, o, since - timedelta(days=2), known)},
    ),
    "letter by letter": (
        lives.a_post_is_known_however_the_platform_rewrites_it,
        "mastodon",
        {"find": _says_it_as_it_was},
    ),
    "a key for every try": (lives.released_twice_is_one_post, "mastodon", {"release": _own_key}),
    "gone is an error": (lives.retracted_twice_is_retracted_once, "mastodon", {"retract": _once_only}),
    "a stage never ages": (lives.an_expired_stage_is_redone, "mastodon", {"stage": _whatever_its_age}),
    "better without pictures than not at all": (
        lives.an_expired_stage_is_not_released,
        "mastodon",
        {"release": _without_pictures},
    ),
    "a draft is left lying": (
        lives.unstage_leaves_nothing,
        "facebook",
        {"unstage": lambda true, access, stage: None},
    ),
    "unstage does not look": (lives.unstage_never_takes_down_what_is_public, "facebook", {"unstage": _straight_away}),
    "without a stage nothing is found": (
        lives.a_post_whose_stage_is_forgotten_is_found_by_what_it_says,
        "bluesky",
        {"find": lambda true, a, p, stage, *rest: true.find(a, p, stage, *rest) if stage else Absent(False)},
    ),
    "everybody may answer": (
        lives.who_may_answer_is_obeyed_or_left_to_a_person,
        "instagram",
        {"release": lambda true, a, post, *rest: true.release(a, dataclasses.replace(post, extra={}), *rest)},
    ),
    "a correction drops the pictures": (
        lives.a_correction_changes_the_text_and_nothing_else,
        "mastodon",
        {"correct": _without_attachments},
    ),
    "a correction is posted beside it": (
        lives.a_correction_changes_the_text_and_nothing_else,
        "facebook",
        {"correct": _as_a_new_post},
    ),
    "a change is believed unseen": (
        lives.a_correction_without_an_answer_is_read_back,
        "facebook",
        {"stands": lambda true, access, post, remote_id, since: Found(Receipt(remote_id, "", since))},
    ),
    "a correction of nothing is posted anew": (
        lives.what_is_gone_is_not_corrected,
        "mastodon",
        {"correct": _as_a_new_post},
    ),
    "what never arrived is found": (
        lives.what_never_arrived_is_absent_and_may_be_released,
        "mastodon",
        {"find": lambda true, access, *rest: Found(Receipt("1", "", access.now))},
    ),
}


@pytest.mark.parametrize("forgotten", LIFE)
def test_a_forgotten_rule_of_a_posts_life_is_caught(sandbox_base: str, forgotten: str) -> None:
    rule, name, instead = LIFE[forgotten]
    with GuardedSession() as session:
        broken: Any = Instead(discover()[name], **instead)
        assert is_caught(lambda: rule(Life(broken, sandbox_base, session)))


def test_every_rule_of_a_posts_life_has_one_who_forgets_it() -> None:
    assert {rule for rule, _, _ in LIFE.values()} == set(lives.RULES)

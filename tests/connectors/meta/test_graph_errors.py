"""Every known code of Meta's, for a look, for staging and for the release."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connectors._graph_codes import FACEBOOK, GENERIC, INSTAGRAM, REACTIONS
from connectors._graph_errors import GraphError, classify, reaction_to, regain, spoilt
from connectors.base import OutcomeUnknown, Rejected, StageLost, Throttled, Unauthorised, Unavailable

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LOOK = {"changes": False, "releasing": False}
STAGE = {"changes": True, "releasing": False}
RELEASE = {"changes": True, "releasing": True}


def error(code=None, subcode=None, *, status=400, headers=None, **more):
    body = {"error": {"message": "no", "code": code, "error_subcode": subcode, **more}} if code is not None else None
    return GraphError.of(status, body, headers or {})


def sort(found, when, label="Facebook"):
    return classify(found, label=label, now=NOW, **when)


@pytest.mark.parametrize("key", REACTIONS, ids=lambda key: f"{key[0]}-{key[1]}")
class TestEveryLineOfTheTable:
    def test_is_found_under_its_own_code(self, key):
        assert reaction_to(*key) is REACTIONS[key]

    def test_speaks_one_plain_german_text_with_the_channels_name_filled_in(self, key):
        text = REACTIONS[key].text.format(label="Instagram")
        assert text[0].isupper()
        assert text.endswith(".")
        assert not set("{}%") & set(text)
        assert len(text) <= 200

    def test_is_a_no_on_the_release_only_if_white_listed(self, key):
        found = sort(error(*key), RELEASE)
        assert isinstance(found, REACTIONS[key].kind if REACTIONS[key].certain else OutcomeUnknown)
        assert found.code == error(*key).number

    def test_never_blames_the_content_for_a_look(self, key):
        assert not isinstance(sort(error(*key), LOOK), Rejected | OutcomeUnknown)

    def test_is_never_unknown_while_nothing_is_public(self, key):
        kind = REACTIONS[key].kind
        assert type(sort(error(*key), STAGE)) is (Unavailable if kind is OutcomeUnknown else kind)


def test_no_code_is_listed_twice():
    assert len(GENERIC) + len(INSTAGRAM) + len(FACEBOOK) == len(REACTIONS)
    numbers = [subcode for _, subcode in REACTIONS if subcode and subcode >= 1000]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize(
    ("codes", "kind"),
    [
        ([1, 2, (-1, 2207001), (-2, 2207003), (9004, 2207052), 389, 1609005, (9007, 2207027)], Unavailable),
        ([4, 17, (17, 2446079), 32, 341, 613, (613, 1996), 80000, 80001, 80002, 80006, 80099, (9, 2207042)], Throttled),
        ([102, 190, (190, 458), (190, 460), (190, 463), (190, 467), (190, 492), (190, 999)], Unauthorised),
        ([368, (368, 1390008), (4, 2207051), (25, 2207050), (190, 459), (190, 464), (1, 1404078)], Unauthorised),
        ([3, 10, 104, 200, 210, 283, 299, (100, 33), 803, 2500], Unauthorised),
        ([100, (100, 2207028), 324, 36, 382, 6000, 6001, (352, 2207026), (36003, 2207009), (1, 2207057)], Rejected),
        ([(100, 1366046), (1, 1366046), (100, 1609008), (6000, 1363040), (100, 1363128), 12345], Rejected),
        ([(24, 2207006), (24, 2207008), (-1, 2207032), (-2, 2207020), (-1, 2207053), (100, 1366051)], StageLost),
        ([(100, 2207067), (1, 2207999), (7777, 2207998)], None),
    ],
)
def test_staging_reacts_as_the_facts_say(codes, kind):
    for code in codes:
        pair = code if isinstance(code, tuple) else (code, None)
        assert type(sort(error(*pair), STAGE)) is (kind or (Unavailable if pair[0] == 1 else StageLost)), pair


SHEET = {
    "retry": [1, 2, -1, -2, 341, (-2, 2207003), (-1, 2207001), (9004, 2207052), 9004, 389, 1609005, 1363047, 1609010],
    "retry a video": [1363019, 1363021, 1363030, 1363033, 1363037],
    "wait": [4, 17, (17, 2446079), 32, 613, (613, 1996), *range(80000, 80100), 9, (9, 2207042)],
    "log in anew": [102, 190, *((190, subcode) for subcode in (458, 460, 463, 467, 492))],
    "stop": [368, (368, 1390008), (4, 2207051), 25, (25, 2207050), (190, 459), (190, 464)],
    "stop for a person": [1390008, 1404006, 1404078, 1404102, 1404112, 4854002],
    "permission": [3, 10, *range(200, 300), 104, (100, 33), 803, 2500, 1363005, 1363042],
    "poll": [9007, (9007, 2207027)],
    "make anew": [24, (24, 2207006), (24, 2207008), (-2, 2207020), (-1, 2207032), (-1, 2207053), 2207082],
    "upload anew": [1366051, 1363008, 1363041],
    "content": [36, 100, 324, 352, 382, 6000, 6001, (1, 2207057), (352, 2207026), 36000, 36001, 36003, 36004],
    "content of an account": [(100, 2207000 + number) for number in (23, 28, 35, 36, 37, 40)],
    "content of a picture": [(36000, 2207004), (36001, 2207005), (36003, 2207009), (36004, 2207010)],
    "content on facebook": [1366046, 1346003, 1349125, 1609008, 2061006, 2069019],
    "content of a video": [
        *(1363020, 1363022, 1363023, 1363024, 1363025, 1363026, 1363031, 1363032, 1363040, 1363045),
        *(1363127, 1363128, 1363129, 2207076, 2207077, 2207081),
    ],
    "look": [506, (20, 1772107)],
    "other": [(3001, 1504028), 2207085],
}
"""Every code that the documents and other publishers name, by what it asks for."""

KINDS = {
    "retry": Unavailable,
    "retry a video": Unavailable,
    "wait": Throttled,
    "log in anew": Unauthorised,
    "stop": Unauthorised,
    "stop for a person": Unauthorised,
    "permission": Unauthorised,
    "poll": Unavailable,
    "make anew": StageLost,
    "upload anew": StageLost,
    "look": OutcomeUnknown,
}


@pytest.mark.parametrize("what", SHEET)
def test_every_code_that_is_named_anywhere_has_its_line(what):
    for each in SHEET[what]:
        pair = each if isinstance(each, tuple) else (each, None)
        line = reaction_to(*pair)
        if what.startswith("content") and line is None:
            assert type(sort(error(*pair), STAGE)) is Rejected, pair
            continue
        assert line is not None, pair
        expected = KINDS.get(what) or (Rejected if what.startswith("content") else line.kind)
        assert line.kind is (Throttled if pair == (341, None) else expected), pair
        assert line.text.format(label="Facebook")


def test_the_table_holds_nothing_that_is_named_nowhere():
    named = {each if isinstance(each, tuple) else (each, None) for codes in SHEET.values() for each in codes}
    numbers = {subcode or code for code, subcode in named}
    assert {key for key in REACTIONS if key not in named and (key[1] or key[0]) not in numbers} == set()


@pytest.mark.parametrize(
    "pair", [(190, 463), (10, None), (200, None), (4, None), (80002, None), (9, 2207042), (368, None)]
)
def test_gates_say_no_even_on_the_release(pair):
    assert not isinstance(sort(error(*pair), RELEASE), OutcomeUnknown)


@pytest.mark.parametrize(
    "pair",
    [
        (1, None),
        (2, None),
        (-1, 2207001),
        (100, None),
        (100, 33),
        (506, None),
        (24, 2207008),
        (4, 2207051),
        (12345, None),
    ],
)
def test_everything_else_on_the_release_may_be_public(pair):
    found = sort(error(*pair), RELEASE)
    assert type(found) is OutcomeUnknown
    assert "wird geprüft" in found.public


@pytest.mark.parametrize("status", [200, 302, 400, 500, 502, 504])
def test_no_error_object_is_unknown_on_the_release_and_unavailable_elsewhere(status):
    assert type(sort(error(status=status), RELEASE)) is OutcomeUnknown
    assert type(sort(error(status=status), STAGE)) is Unavailable
    assert type(sort(error(status=status), LOOK)) is Unavailable


def test_a_dead_token_is_dead_with_any_http_status():
    assert type(sort(error(190, 463, status=500), RELEASE)) is Unauthorised


def test_an_unknown_code_with_a_5xx_or_marked_transient_is_repeated():
    assert type(sort(error(99, status=500), STAGE)) is Unavailable
    assert type(sort(error(100, is_transient=True), STAGE)) is Unavailable


def test_a_throttle_lasts_as_long_as_the_header_says():
    use = (
        '{"1":[{"type":"pages","call_count":100,"estimated_time_to_regain_access":0},'
        '{"type":"pages","call_count":100,"estimated_time_to_regain_access":42}]}'
    )
    found = sort(error(80001, headers={"X-Business-Use-Case-Usage": use}), RELEASE)
    assert found.until == NOW + timedelta(minutes=42)
    assert found.scope == "account"


@pytest.mark.parametrize(
    ("pair", "wait", "scope"),
    [
        ((80002, None), timedelta(minutes=15), "account"),
        ((9, 2207042), timedelta(hours=1), "account"),
        ((4, None), timedelta(minutes=15), "app"),
        ((341, None), timedelta(hours=1), "app"),
    ],
)
def test_a_throttle_without_header_has_a_wait_of_ours(pair, wait, scope):
    found = sort(error(*pair), STAGE)
    assert (found.until, found.scope) == (NOW + wait, scope)


def test_a_429_without_error_object_is_a_throttle():
    assert sort(error(status=429), RELEASE).until == NOW + timedelta(minutes=15)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        "{}",
        '{"1":[]}',
        [
            "",
            "nonsense",
            "[]",
            "{}",
            "null",
            '{"1":[]}',
            '{"1":["x"]}',
            '{"1":[{"estimated_time_to_regain_access":"soon"}]}',
            '{"1":[{"estimated_time_to_regain_access":0}]}',
            '{"1":[{"estimated_time_to_regain_access":NaN}]}',
        ],
        '{"1":["x"]}',
        "null",
        '{"1":[{"estimated_time_to_regain_access":0}]}',
        '{"1":[{"estimated_time_to_regain_access":NaN}]}',
    ],
)
def test_a_usage_header_that_says_nothing_is_ignored(text):
    assert regain({"X-Business-Use-Case-Usage": text}) is None


def test_no_wait_is_longer_than_a_day():
    assert regain({"X-Business-Use-Case-Usage": '{"1":[{"estimated_time_to_regain_access":1e6}]}'}) == timedelta(
        hours=24
    )


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        ("Error: Media upload has failed with error code 2207009", Rejected, "2207009"),
        ("Error: Media upload has failed with error code 2207052", StageLost, "2207052"),
        ("Error: Media upload has failed with error code 2207003", StageLost, "2207003"),
        ("Error: Media upload has failed with error code 2207032", StageLost, "2207032"),
        ("Error: Media upload has failed with error code 2207050", Unauthorised, "2207050"),
        ("Error: Media upload has failed with error code 2207067", StageLost, "2207067"),
        ("Error", StageLost, "ERROR"),
    ],
)
def test_a_spoilt_container_is_judged_by_the_code_in_its_status(status, kind, code):
    found = spoilt(status, label="Instagram")
    assert (type(found), found.code) == (kind, code)
    assert found.detail == status


def test_a_host_that_instagram_cannot_reach_is_the_operators():
    assert spoilt("Error: … 2207052", label="Instagram").who == "operator"
    found = sort(error(9004, 2207052), STAGE, "Instagram")
    assert (type(found), found.who) == (Unavailable, "operator")
    assert "Medienadresse" in found.public


def test_the_detail_has_the_platforms_words_and_its_trace():
    found = sort(error(100, error_user_title="Titel", error_user_msg="Text", fbtrace_id="AbC"), STAGE)
    assert found.detail == "no Titel Text [HTTP 400, fbtrace_id AbC]"


def test_secrets_in_the_platforms_words_are_blotted_out():
    body = {"error": {"message": "Malformed access token EAABsecret", "code": 190, "error_user_msg": "EAABsecret"}}
    found = GraphError.of(400, body, {}, ("EAABsecret",))
    for text in (str(found), repr(found), repr(vars(found)), sort(found, RELEASE).detail):
        assert "EAABsecret" not in text

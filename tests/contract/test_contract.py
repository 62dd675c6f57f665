"""What every channel promises its caller, asked of all that ``discover()`` finds."""

from __future__ import annotations

import contextlib
import copy
import inspect
import json
import logging
import re
import traceback
from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import connectors
from connectors import discover
from connectors._corrections import Corrects
from connectors.base import (
    Absent,
    ByHand,
    Connector,
    ConnectorError,
    Finds,
    Found,
    Hosted,
    Medium,
    OutcomeUnknown,
    Rejected,
    RemotePost,
    Retracted,
    Retracts,
    Throttled,
    Unauthorised,
    Unavailable,
    Variant,
    Withheld,
)

SECRET_NAMES = re.compile(r"token|secret|password|_key$|^key$")
MARKUP_5XX = {"status": 502, "body": "<html><h1>Bad Gateway</h1></html>"}
NO_JSON = {"status": 200, "body": "<html>Willkommen im Gäste-WLAN</html>"}
NO_CONTENT = {"status": 200, "body": "{}"}


def test_every_channel_is_found_under_its_own_name() -> None:
    found = discover()
    assert found
    assert all(name == connector.channel for name, connector in found.items())
    assert len({id(connector) for connector in found.values()}) == len(found)


def test_two_modules_with_one_name_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    first = next(iter(discover().values()))
    modules = [SimpleNamespace(name=name) for name in ("one", "two")]
    monkeypatch.setattr(connectors.pkgutil, "iter_modules", lambda path: modules)
    monkeypatch.setattr(connectors.importlib, "import_module", lambda name: SimpleNamespace(connector=first))
    with pytest.raises(RuntimeError, match="two modules claim"):
        discover.__wrapped__()


def test_it_is_a_connector_and_has_its_abilities_whole(connector: Connector) -> None:
    assert isinstance(connector, Connector)
    for protocol, names in (
        (Connector, ("render", "whoami", "stage", "release", "unstage")),
        (Finds, ("find",)),
        (Retracts, ("retract",)),
        (Corrects, ("correctable", "correct", "stands")),
    ):
        for name in names:
            if hasattr(connector, name):
                assert isinstance(connector, protocol)
                promised = list(inspect.signature(getattr(protocol, name)).parameters)[1:]
                assert list(inspect.signature(getattr(connector, name)).parameters) == promised


def test_its_name_is_plain_and_its_label_readable(connector: Connector) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*", connector.channel)
    assert connector.label
    assert connector.label == connector.label.strip()
    assert all(url.startswith("https://") and not url.endswith("/") for url in connector.hosts.values())


def test_its_limits_are_sane(connector: Connector) -> None:
    limits, pictures = connector.limits, connector.limits.pictures
    assert limits.text > 0
    assert limits.unit
    assert limits.measure("") == 0
    assert limits.measure("Jobcenter") > 0
    assert limits.hashtags >= 0
    assert limits.links in {"card", "text", "none"}
    assert 0 <= pictures.at_least <= pictures.at_most
    assert pictures.mimes
    assert all(mime.startswith("image/") for mime in pictures.mimes)
    assert pictures.max_bytes >= 100_000
    assert 0 < pictures.min_ratio <= 1 <= pictures.max_ratio
    assert pictures.max_width >= 320
    assert pictures.max_alt > 0


def test_its_limits_say_where_they_are_from(connector: Connector) -> None:
    sources = connector.limits.sources
    assert {"text", "pictures", "hashtags"} <= {name.partition(".")[0] for name in sources}
    for name, source in sources.items():
        bound, _, part = name.partition(".")
        owner = {"pictures": connector.limits.pictures, "timing": connector.timing}.get(bound, connector.limits)
        assert hasattr(owner, part or bound) or not part
        assert source.url.startswith("https://")
        assert date(2026, 1, 1) <= source.read_on <= date(2100, 1, 1)


def test_its_timing_leaves_room(connector: Connector) -> None:
    timing = connector.timing
    assert timedelta(0) <= timing.stage_lead
    if timing.stage_keeps is not None:
        assert timing.stage_lead <= timing.stage_keeps / 2
    assert timedelta(0) < timing.settle[0] <= timing.settle[1]
    assert timing.absence in {"certain", "likely"}


def test_its_fields_are_unique_in_german_and_secrets_are_flagged(connector: Connector) -> None:
    names = [field.name for field in connector.fields]
    assert len(names) == len(set(names))
    for field in connector.fields:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", field.name)
        assert field.label[:1].isupper()
        assert field.label != field.name
        assert "_" not in field.label
        assert not field.help or field.help.rstrip("“").endswith(".")
        assert field.secret or not SECRET_NAMES.search(field.name)
        assert not (field.secret and field.default)


def test_its_fields_are_explained_for_who_types_and_for_who_chooses(connector: Connector) -> None:
    """A help is read on both faces: it names no command of the one and, where a list is offered, no stored word."""
    for field in connector.fields:
        assert "`" not in field.help
        assert not field.choices or field.default in field.choices
        assert not [value for value in field.choices if f"{value}:" in field.help and value]
        assert not (field.choices and "Leer:" in field.help)


def test_its_sample_fills_every_required_field(connector: Connector, sample: dict[str, Any]) -> None:
    names = {field.name for field in connector.fields}
    assert {field.name for field in connector.fields if field.required} <= sample["fields"].keys() <= names


@settings(deadline=None)
@given(text=st.text(max_size=300), pictures=st.integers(0, 4), link=st.sampled_from(["", "https://kjc.example/s/Ab12"]))
def test_rendering_is_pure_and_survives_storage(channel: str, text: str, pictures: int, link: str) -> None:
    renders_purely(discover()[channel], text, pictures, link)


def renders_purely(connector: Connector, text: str, pictures: int, link: str) -> None:
    given_variant = Variant("Titel", text, link, tuple(_pictures(pictures)))
    before = copy.deepcopy(given_variant)
    rendered, again = connector.render(given_variant), connector.render(given_variant)
    assert given_variant == before
    assert rendered == again
    assert rendered.channel == connector.channel
    assert rendered.media == given_variant.media
    stored = RemotePost.of(json.loads(json.dumps(rendered.document())))
    assert stored == rendered
    assert stored.digest == rendered.digest
    assert connector.limits.measure(rendered.text) >= 0


def _pictures(count: int) -> list[Medium]:
    return [Medium(f"{number:064x}", "image/jpeg", 1080, 1080, 9, "Bild") for number in range(count)]


def test_what_was_written_stands_in_what_is_sent(connector: Connector, variant_of: Callable[..., Variant]) -> None:
    rendered = connector.render(variant_of(1))
    assert variant_of(1).text in rendered.text
    if connector.limits.links == "text":
        assert rendered.link in rendered.text
    assert rendered.link == ("" if connector.limits.links == "none" else variant_of(1).link)


def test_another_word_is_another_digest(connector: Connector, variant_of: Callable[..., Variant]) -> None:
    assert connector.render(variant_of(1)).digest != connector.render(variant_of(1, "Anderes.")).digest
    assert connector.render(variant_of(1)).digest != connector.render(variant_of(2)).digest


def test_a_release_that_worked_is_proved_by_a_receipt(office: Any) -> None:
    office.platform.answer = office.sample["published"]
    receipt = office.use("release")
    if isinstance(receipt, ByHand):
        return  # nobody has published anything yet; what is asked of the person is another test's
    assert receipt.remote_id == office.sample["published"]["remote_id"]
    assert receipt.at.utcoffset() == timedelta(0)
    assert receipt.url == "" or receipt.url.startswith("https://")


@pytest.mark.parametrize(
    "answer", [None, MARKUP_5XX, NO_JSON, NO_CONTENT, {"status": 302, "headers": {"Location": "/"}}]
)
def test_an_unclear_answer_to_a_release_is_an_unknown_outcome(office: Any, answer: dict[str, Any] | None) -> None:
    if not office.calls("release"):
        return
    office.platform.answer = answer
    with pytest.raises(OutcomeUnknown):
        office.use("release")
    assert len(office.platform.requests) == 1


@pytest.mark.parametrize("answer", [None, MARKUP_5XX, NO_JSON, NO_CONTENT])
def test_an_unclear_login_before_a_release_has_published_nothing(office: Any, answer: dict[str, Any] | None) -> None:
    if not office.calls("release"):
        return
    office.door_opens = "door" not in office.sample
    office.platform.answer = answer
    with pytest.raises(OutcomeUnknown if office.door_opens else Unavailable):
        office.use("release")
    assert len(office.platform.requests) == 1


@pytest.mark.parametrize(("name", "error"), [("unauthorised", Unauthorised), ("throttled", Throttled)])
def test_a_refused_login_is_told_as_one_and_shows_no_secret(
    office: Any, ability: str, name: str, error: type[ConnectorError]
) -> None:
    if ability not in office.sample.get("door", {}).get("before", ()):
        return
    office.door_opens = False
    answer = office.sample[name]

    def repeat(heard: str) -> dict[str, Any]:
        said = " ".join(secret for secret in office.secrets if secret in heard)
        return answer | {"body": answer["body"] | {"message": said}}

    office.platform.answer = repeat
    with pytest.raises(error) as caught:
        office.use(ability)
    told = "".join([*traceback.format_exception(caught.value), caught.value.public, caught.value.detail])
    assert not any(secret in told for secret in office.secrets)
    assert len(office.platform.requests) == 1


@pytest.mark.parametrize("answer", [None, MARKUP_5XX, NO_JSON])
def test_an_unclear_answer_elsewhere_is_never_an_unknown_outcome(
    office: Any, ability: str, answer: dict[str, Any] | None
) -> None:
    if ability == "release" or not office.calls(ability):
        return
    office.platform.answer = answer
    with pytest.raises(Unavailable):
        office.use(ability)


def test_a_refused_connection_is_unavailable(office: Any, ability: str, closed_host: str) -> None:
    office.host = closed_host
    if not office.calls(ability):
        office.use(ability)
        return
    with pytest.raises(Unavailable):
        office.use(ability)


def test_an_ability_that_calls_nothing_calls_nothing(office: Any, ability: str) -> None:
    if not office.calls(ability):
        office.use(ability)
        assert office.platform.requests == []


def test_a_forbidding_last_look_stops_every_call_before_a_byte_left(office: Any, ability: str) -> None:
    def forbid() -> None:
        raise Withheld("gestoppt")

    office.session.last_look = forbid
    if not office.calls(ability):
        office.use(ability)
        return
    with pytest.raises(Withheld):
        office.use(ability)
    assert office.session.left is False
    assert office.platform.requests == office.platform.knocks == []


def test_a_dead_token_is_unauthorised(office: Any, ability: str) -> None:
    if not office.calls(ability):
        return
    office.platform.answer = office.sample["unauthorised"]
    try:
        by_hand = office.use(ability)
    except Unauthorised as error:
        assert error.scope in {"account", "app"}
    else:
        # a person may take down what our token cannot
        assert (ability, type(by_hand)) == ("retract", ByHand)


def test_a_call_too_many_is_throttled_until_an_aware_time(office: Any, ability: str) -> None:
    if not office.calls(ability):
        return
    office.platform.answer = office.sample["throttled"]
    with pytest.raises(Throttled) as caught:
        office.use(ability)
    assert caught.value.until.utcoffset() == timedelta(0)
    assert caught.value.until > office.access.now


def test_content_that_the_platform_does_not_take_goes_back_to_the_officer(office: Any) -> None:
    if not office.calls("release"):
        return
    refusal = office.sample["rejected"]
    before = refusal.get("before", {})
    office.platform.answer = lambda heard: next((before[word] for word in before if word in heard), refusal)
    with pytest.raises(Rejected) as caught:
        office.use(refusal["ability"])
    assert (caught.value.scope, caught.value.who) == ("post", "officer")


def test_no_secret_stands_in_what_comes_back(office: Any, ability: str) -> None:
    office.platform.answer = office.sample["published"]
    came: Any = None
    with contextlib.suppress(ConnectorError):
        came = office.use(ability)
    assert not any(secret in repr(came) + str(came) for secret in office.secrets)


def test_every_error_speaks_german_to_people_and_keeps_the_platforms_words_apart(office: Any, ability: str) -> None:
    if not office.calls(ability):
        return
    for name in ("throttled",) if ability == "retract" else ("unauthorised", "throttled"):
        office.platform.answer = office.sample[name]
        with pytest.raises(ConnectorError) as caught:
            office.use(ability)
        assert re.fullmatch(r"[A-ZÄÖÜ].+[.!?]", caught.value.public)
        assert str(caught.value) == caught.value.public
        assert caught.value.detail
        assert caught.value.code


def test_no_secret_is_shown_by_the_access(office: Any) -> None:
    assert bool(office.secrets) is any(field.secret for field in office.connector.fields)
    assert not any(secret in repr(office.access) + str(office.access) for secret in office.secrets)


@pytest.mark.parametrize("status", [200, 400, 401, 403, 429, 500])
@pytest.mark.parametrize("shape", ["text", "problem", "graph"])
def test_a_platform_that_repeats_our_secrets_does_not_get_them_into_an_error(
    office: Any, ability: str, status: int, shape: str
) -> None:
    if not office.calls(ability):
        return

    def repeat(heard: str) -> dict[str, Any]:
        said = " ".join(secret for secret in office.secrets if secret in heard)
        bodies = {
            "text": said,
            "problem": {"title": said, "detail": said, "status": status, "errors": [{"message": said}]},
            "graph": {"error": {"message": said, "error_user_msg": said, "type": "OAuthException", "code": 4}},
        }
        return {"status": status, "body": bodies[shape]}

    office.platform.answer = repeat
    with pytest.raises(ConnectorError) as caught:
        office.use(ability)
    error = caught.value
    told = "".join([*traceback.format_exception(error), error.public, error.detail, error.code, repr(error)])
    assert not any(secret in told for secret in office.secrets)


def test_no_secret_reaches_a_log(office: Any, ability: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("published", "unauthorised") if office.calls(ability) else ():
        office.platform.answer = office.sample[name]
        try:
            office.use(ability)
        except ConnectorError as error:
            assert error.public
    assert not any(secret in caplog.text for secret in office.secrets)


def test_no_secret_stands_in_an_address(office: Any, ability: str) -> None:
    if not office.calls(ability):
        return
    office.platform.answer = office.sample["throttled"]
    with pytest.raises(ConnectorError):
        office.use(ability)
    called = office.platform.requests + office.platform.knocks
    assert not any(secret in line for line in called for secret in office.secrets)


def test_a_look_that_knows_no_stage_asks_by_what_the_post_says(office: Any) -> None:
    if not isinstance(office.connector, Finds):
        return
    office.platform.answer = office.sample["published"]
    office.sample["stage"] = {}
    with contextlib.suppress(ConnectorError):
        assert isinstance(office.use("find"), Found | Absent)


def test_what_is_public_on_our_own_pages_alone_is_proved_by_its_receipt_alone(office: Any) -> None:
    if not isinstance(office.connector, Hosted):
        return
    first, again = office.use("release"), office.use("release")
    assert first == again
    assert first.url.startswith(f"{office.access.home}/")
    assert first.url.endswith(f"/{office.order.code}")
    assert not isinstance(office.connector, Finds)
    assert office.connector.timing.absence == "certain"
    assert type(office.use("retract")) is type(office.use("retract")) is Retracted
    assert office.platform.requests == []


def test_what_only_a_person_can_do_is_told_in_german_and_calls_nobody(office: Any) -> None:
    if office.calls("release") or isinstance(office.connector, Hosted):
        return
    task, deletion = office.use("release"), office.use("retract")
    assert isinstance(task, ByHand)
    assert isinstance(deletion, ByHand)
    for said in (*task.task.split("\n"), deletion.task):
        assert re.fullmatch(r"[A-ZÄÖÜ].+[.!?]", said)
    assert office.access.account in task.task
    assert task.url == "" or task.url.startswith("https://")
    assert not isinstance(office.connector, Finds)
    assert office.connector.timing.absence == "likely"
    assert office.platform.requests == []


@pytest.mark.parametrize("origin", ["http://a.example", "https://a.example/x", "https://a;script-src", "'self'", "x"])
def test_only_an_origin_may_frame_our_own_pages(connector: Connector, origin: str) -> None:
    if not isinstance(connector, Hosted):
        return
    [field] = [field.name for field in connector.fields if "embed" in field.name]
    with pytest.raises(Rejected):
        connector.embedders({field: f"https://good.example {origin}"})
    assert connector.embedders({field: "https://good.example/, https://*.b.example:8443 *"}) == (
        "https://good.example",
        "https://*.b.example:8443",
        "*",
    )
    assert connector.embedders({}) == ()


@pytest.mark.parametrize(("said", "leads"), [(None, True), ("", True), ("ja", True), (" Nein ", False), ("aus", False)])
def test_our_own_pages_go_first_unless_their_account_says_no(
    connector: Connector, said: str | None, leads: bool
) -> None:
    if isinstance(connector, Hosted):
        assert connector.leads({} if said is None else {"first": said}) is leads

"""The API: every address with every role and another Jobcenter's numbers, writes once, refusals that programs read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from starlette.testclient import TestClient

from distributor.domain import Refused, Role
from distributor.services import people, tokens, views
from distributor.services.people import actor_named
from distributor.web.api.app import PATH
from distributor.web.api.asking import A_MINUTE
from distributor.web.limiting import Limit
from tests.web.conftest import PEOPLE, SETUP, opened

EVERYBODY = {"anna", "ben", "eva", "otto", "pia"}
READERS = {"eva", "otto", "pia"}

ROUTES: dict[tuple[str, str], set[str] | None] = {
    ("GET", "/openapi.json"): None,
    ("GET", "/items"): READERS,
    ("GET", "/items/{item_id}"): READERS,
    ("GET", "/posts"): EVERYBODY,
    ("GET", "/posts/{post_id}"): EVERYBODY - {"ben"},
    ("POST", "/posts/{post_id}/approval"): {"anna"},
    ("POST", "/posts/{post_id}/rejection"): {"anna"},
    ("POST", "/posts/{post_id}/move"): {"anna"},
    ("POST", "/posts/{post_id}/recall"): {"anna", "eva"},
    ("GET", "/stops"): EVERYBODY,
    ("POST", "/stops"): {"anna", "eva", "otto"},
    ("GET", "/accounts"): EVERYBODY,
    ("GET", "/calendar"): EVERYBODY - {"ben"},
}
"""Every address and whose token may use it on fulda's posts; None means without a token."""

ASKED = {"/calendar": "?first=2026-11-23&last=2026-11-30&organisation=fulda"}
BODIES = {
    "approval": {},
    "rejection": {"reason": "Doppelt."},
    "move": {"at": "2026-11-25T15:00:00+01:00", "despite": True},
    "recall": {},
    "stops": {"organisation": "fulda", "reason": "Probe"},
}


def token_of(desk: Any, login: str, days: int = 30) -> str:
    held = PEOPLE[login]
    operator = actor_named(desk.deps, "otto", desk.clock.now())
    return tokens.add(desk.deps, operator, login, held.role, held.organisation, "Probe", days, desk.clock.now())


class Program:
    """A program with a token."""

    def __init__(self, desk: Any, login: str | None) -> None:
        self.client: TestClient = desk.person().client
        self.headers = {"Authorization": f"Bearer {token_of(desk, login)}"} if login else {}
        self.keys = iter(range(10_000))

    def get(self, path: str) -> Any:
        return self.client.get(PATH + path, headers=self.headers)

    def post(self, path: str, body: dict[str, Any], key: str | None = "") -> Any:
        keyed = {} if key is None else {"Idempotency-Key": key or f"k{next(self.keys)}"}
        return self.client.post(PATH + path, json=body, headers={**self.headers, **keyed})


def body_for(path: str, post: dict[str, Any]) -> dict[str, Any]:
    name = path.rpartition("/")[2]
    return {**BODIES[name], **({"digest": post["digest"]} if name == "approval" else {})}


def is_problem(answer: Any, status: int, code: str = "") -> None:
    told = answer.json()
    assert (answer.status_code, told["status"]) == (status, status), told
    assert answer.headers["content-type"] == "application/problem+json"
    assert told.keys() == {"type", "title", "status", "detail", "code"}
    assert told["detail"].endswith((".", ")."))
    assert code in ("", told["code"])


def test_every_address_stands_in_the_table(unchanged_desk: Any) -> None:
    app = next(each.app for each in unchanged_desk.person().client.app.routes if getattr(each, "path", "") == PATH)
    found = set()
    for route in app.routes:
        inner = getattr(route, "original_router", None)
        for each in inner.routes if inner is not None else [route]:
            if isinstance(each, APIRoute):
                found |= {(method, each.path) for method in each.methods}
    assert found == set(ROUTES)


@pytest.mark.parametrize("login", [*sorted(EVERYBODY), None])
def test_each_token_gets_what_the_table_allows_and_nothing_else(desk: Any, login: str | None) -> None:
    program = Program(desk, login)
    numbers = [each["id"] for each in desk.posts(states=["awaiting"])]
    for (method, path), allowed in ROUTES.items():
        post = views.post_show(desk.deps, numbers[0])
        where = path.format(post_id=post["id"], item_id=post["item"]) + ASKED.get(path, "")
        answer = program.get(where) if method == "GET" else program.post(where, body_for(path, post))
        if allowed is None or login in allowed:
            assert answer.status_code in (200, 201), (path, answer.text)
            numbers = numbers[1:] if method == "POST" else numbers
        else:
            is_problem(answer, 401 if login is None else answer.status_code)
            assert answer.status_code == 401 if login is None else answer.status_code in (403, 404), (path, answer.text)
            assert views.post_show(desk.deps, post["id"])["state"] == "awaiting"


def test_nobody_sees_another_jobcenters_posts_accounts_or_days(desk: Any) -> None:
    program = Program(desk, "ben")
    assert {each["organisation"] for each in program.get("/posts").json()["posts"]} == {"gross-gerau"}
    assert program.get("/posts?organisation=fulda").json()["posts"] == []
    assert {each["organisation"] for each in program.get("/accounts").json()["accounts"]} == {"gross-gerau"}
    is_problem(program.get(f"/posts/{desk.awaiting()['id']}"), 404, "post.unknown")
    is_problem(program.get("/calendar" + ASKED["/calendar"]), 404, "organisation.unknown")
    everywhere = program.get("/calendar?first=2026-11-23&last=2026-12-30").json()["days"]
    assert "fulda" not in {post["organisation"] for day in everywhere for post in day["posts"]}


def test_what_is_released_is_what_was_seen(desk: Any) -> None:
    program, post = Program(desk, "anna"), desk.awaiting()
    is_problem(program.post(f"/posts/{post['id']}/approval", {"digest": "0" * 64}), 409, "post.stale")
    is_problem(program.post(f"/posts/{post['id']}/approval", {}), 422, "request.unreadable")
    answer = program.post(f"/posts/{post['id']}/approval", {"digest": post["digest"]})
    assert (answer.status_code, answer.json()["state"]) == (200, "scheduled")
    assert answer.json()["approved_digest"] == post["digest"]
    [event] = [e for e in views.post_show(desk.deps, post["id"])["events"] if e["what"] == "post.approved"]
    assert "anna" in str(event)


def test_a_write_is_done_once_and_answered_the_same_again(desk: Any) -> None:
    program, (one, two) = Program(desk, "anna"), desk.posts(states=["awaiting"])[:2]
    where = f"/posts/{one['id']}/rejection"
    first = program.post(where, {"reason": "Doppelt."}, "k1")
    assert first.json()["state"] == "closed"
    again = program.post(where, {"reason": "Doppelt."}, "k1")
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    is_problem(program.post(where, {"reason": "Doppelt."}, "k2"), 409, "post.state")
    is_problem(program.post(where, {"reason": "Anders."}, "k1"), 422, "idempotency.reused")
    is_problem(program.post(f"/posts/{two['id']}/rejection", {"reason": "Doppelt."}, "k1"), 422, "idempotency.reused")
    is_problem(program.post(where, {"reason": "Doppelt."}, None), 422, "request.unreadable")
    assert views.post_show(desk.deps, two["id"])["state"] == "awaiting"
    other = Program(desk, "anna")
    assert other.post(f"/posts/{two['id']}/rejection", {"reason": "Doppelt."}, "k1").status_code == 200


def test_a_refusal_is_replayed_too_and_a_fault_is_not(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    program, post = Program(desk, "anna"), desk.awaiting()
    where = f"/posts/{post['id']}/approval"
    is_problem(program.post(where, {"digest": "0" * 64}, "k1"), 409, "post.stale")
    program.client._transport.raise_server_exceptions = False
    with monkeypatch.context() as patch:
        patch.setattr("distributor.web.api.routes.approving.approve", lambda *_, **__: 1 / 0)
        is_problem(program.post(where, {"digest": "0" * 64}, "k1"), 409, "post.stale")
        is_problem(program.post(where, {"digest": post["digest"]}, "k2"), 500, "broken")
    assert program.post(where, {"digest": post["digest"]}, "k2").status_code == 200


def test_pages_show_each_post_once(desk: Any) -> None:
    program, seen, after = Program(desk, "eva"), [], 0
    while True:
        page = program.get(f"/posts?limit=5&after={after}").json()
        seen += [each["id"] for each in page["posts"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert sorted(seen) == sorted(set(seen)) == sorted(each["id"] for each in views.post_list(desk.deps))
    assert [len(Program(desk, "eva").get("/items?limit=2").json()["items"])] == [2]


def test_a_token_ends_with_its_time_its_person_and_its_role(desk: Any) -> None:
    operator = actor_named(desk.deps, "otto", desk.clock.now())
    program = Program(desk, "anna")
    people.add_user(desk.deps, SETUP, "anna", [people.Membership(Role.AUDITOR)], desk.clock.now())
    assert program.get("/posts").json()["posts"] == [], "more than its person holds is not allowed"
    people.add_user(desk.deps, SETUP, "anna", [PEOPLE["anna"]], desk.clock.now())
    assert program.get("/posts").json()["posts"] != []
    people.set_active(desk.deps, operator, "anna", False, desk.clock.now())
    is_problem(program.get("/posts"), 401, "token.wrong")
    people.set_active(desk.deps, operator, "anna", True, desk.clock.now())
    tokens.revoke(desk.deps, operator, 1, desk.clock.now())
    is_problem(program.get("/posts"), 401, "token.wrong")
    late = Program(desk, "eva")
    desk.clock.advance(days=31)
    answer = late.get("/posts")
    is_problem(answer, 401, "token.wrong")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("login", "role", "organisation"),
    [("anna", Role.OFFICER, "gross-gerau"), ("anna", Role.EDITOR, ""), ("eva", Role.EDITOR, "fulda"),
     ("anna", Role.OFFICER, ""), ("niemand", Role.EDITOR, "")],
)  # fmt: skip
def test_no_token_is_made_for_more_than_its_person_holds(
    unchanged_desk: Any, login: str, role: Role, organisation: str
) -> None:
    deps, now = unchanged_desk.deps, unchanged_desk.clock.now()
    with pytest.raises(Refused):
        tokens.add(deps, actor_named(deps, "otto", now), login, role, organisation, "Probe", 30, now)
    with pytest.raises(Refused, match="Betrieb"):
        tokens.add(deps, actor_named(deps, "eva", now), "anna", Role.OFFICER, "fulda", "Probe", 30, now)


def test_only_a_hash_of_a_token_is_kept(desk: Any) -> None:
    token = token_of(desk, "anna")
    desk.deps.store.close()
    kept = b"".join(path.read_bytes() for path in desk.deps.settings.data_dir.glob("desk.sqlite3*"))
    assert tokens.digest_of(token).encode() in kept
    assert token.encode() not in kept


def test_who_asks_too_often_is_told_when_to_come_again(desk: Any) -> None:
    program = Program(desk, "anna")
    answers = [program.get("/stops").status_code for _ in range(A_MINUTE)]
    assert set(answers) == {200}
    desk.clock.advance(seconds=20)
    answer = program.get("/stops")
    is_problem(answer, 429, "rate")
    assert answer.headers["retry-after"] == "40"
    desk.clock.advance(seconds=40)
    assert program.get("/stops").status_code == 200


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_days_at_the_ends_of_time_are_refused(unchanged_desk: Any, year: str) -> None:
    program = Program(unchanged_desk, "eva")
    for whose in ("", "&organisation=fulda"):
        asked = f"/calendar?first={year}-12-30&last={year}-12-31{whose}"
        is_problem(program.get(asked), 422, "calendar.range")


def test_what_is_not_there_is_a_problem_too(unchanged_desk: Any) -> None:
    program = Program(unchanged_desk, "eva")
    is_problem(program.get("/gibt-es-nicht"), 404)
    is_problem(program.get("/posts/99999"), 404, "post.unknown")
    is_problem(program.get("/posts?organization=fulda"), 422, "request.unreadable")
    is_problem(program.get("/posts?after=1&after=2"), 422, "request.unreadable")
    is_problem(program.client.delete(PATH + "/posts", headers=program.headers), 405)
    is_problem(program.post("/stops", {"reason": "x" * 1_100_000}), 413)


def test_the_description_is_openapi_and_names_every_address(unchanged_desk: Any) -> None:
    document = Program(unchanged_desk, None).get("/openapi.json").json()
    assert document["openapi"].startswith("3.1.")
    described = {(verb.upper(), path) for path, verbs in document["paths"].items() for verb in verbs}
    assert described == set(ROUTES) - {("GET", "/openapi.json")}


NOT_ASKED = {"allow_header_conformance", "unsupported_method", "positive_data_acceptance"}
"""The framework answers a wrong method for each address by itself; what fits the description may break our rules."""

OPERATIONS = sorted(route for route, allowed in ROUTES.items() if allowed is not None)


@pytest.fixture(scope="module")
def described(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The description as schemathesis reads it, before a desk of its own, and an officer's token."""
    with opened(request.getfixturevalue("seed"), tmp_path_factory.mktemp("api")) as desk:
        app = desk.person().client.app
        api = next(each.app for each in app.routes if getattr(each, "path", "") == PATH)
        api.state.limit = Limit(10**9)
        yield schemathesis.openapi.from_asgi(f"{PATH}/openapi.json", app), token_of(desk, "anna")


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=[mode.value for mode in GenerationMode])
def test_no_request_breaks_it_and_every_answer_is_as_described(
    described: Any, method: str, path: str, mode: GenerationMode
) -> None:
    schema, token = described
    operation = schema[path][method]
    if mode is GenerationMode.NEGATIVE and not (operation.query or operation.path_parameters or operation.body):
        return
    excluded = [check for check in CHECKS.get_all() if check.__name__ in NOT_ASKED]

    @seed(20261130)
    @settings(max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy(generation_mode=mode))
    def asks(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, excluded_checks=excluded)

    asks()

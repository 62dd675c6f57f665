"""Who may do what: one Jobcenter's officer never acts for another, and who only reads never acts."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from distributor.domain import Actor, Refused, Role
from distributor.services import accounts, approving, clearing, correcting, feeds, people, recalling, undoing, views
from distributor.services.clearing import Answer
from distributor.services.people import Membership
from distributor.services.permission import RIGHTS, allowed
from tests.support.world import SETUP, World

Verb = Callable[[World, Actor, int, int], object]

POST_VERBS: dict[str, Verb] = {
    "approve": lambda w, who, post, item: approving.approve(w.deps, who, post, w.clock.now()),
    "edit": lambda w, who, post, item: approving.edit(w.deps, who, post, "Text.", w.clock.now()),
    "move": lambda w, who, post, item: approving.move(w.deps, who, post, w.due(post), w.clock.now()),
    "reject": lambda w, who, post, item: approving.reject(w.deps, who, post, "Grund", w.clock.now()),
    "retry": lambda w, who, post, item: approving.retry(w.deps, who, post, w.clock.now()),
    "publish now": lambda w, who, post, item: approving.publish_now(w.deps, who, post, w.clock.now()),
    "undo": lambda w, who, post, item: undoing.undo(w.deps, who, post, w.clock.now()),
    "confirm": lambda w, who, post, item: approving.confirm(w.deps, who, post, w.clock.now(), url="https://a.b/c"),
    "recall": lambda w, who, post, item: recalling.recall(w.deps, who, post, w.clock.now()),
}
ITEM_VERBS: dict[str, Verb] = {
    "clear": lambda w, who, post, item: clearing.clear(w.deps, who, item, [Answer("people", "none")], w.clock.now()),
    "write": lambda w, who, post, item: clearing.write_text(w.deps, who, item, "facebook", "a", "b", w.clock.now()),
    "hold": lambda w, who, post, item: clearing.hold(w.deps, who, item, w.clock.now()),
    "settle": lambda w, who, post, item: correcting.settle(w.deps, who, item, "leave", "", w.clock.now()),
    "withdraw a medium": lambda w, who, post, item: recalling.withdraw_medium(
        w.deps, who, "0" * 64, "Grund", w.clock.now()
    ),
    "withdraw": lambda w, who, post, item: recalling.withdraw(w.deps, who, item, "Grund", w.clock.now()),
}
OTHER_VERBS: dict[str, Verb] = {
    "add a feed": lambda w, who, post, item: feeds.add_feed(w.deps, who, "https://a.b", w.clock.now()),
    "add an account": lambda w, who, post, item: accounts.add_account(
        w.deps, who, "fulda", "facebook", "n", {}, w.clock.now()
    ),
    "pause": lambda w, who, post, item: accounts.pause(w.deps, who, w.post(post)["account_id"], "x", w.clock.now()),
    "go on": lambda w, who, post, item: accounts.go_on(w.deps, who, w.post(post)["account_id"], w.clock.now()),
    "rotate": lambda w, who, post, item: accounts.rotate_keys(w.deps, who, w.clock.now()),
    "add a user": lambda w, who, post, item: people.add_user(
        w.deps, who, "neu", [Membership(Role.EDITOR)], w.clock.now()
    ),
}


@pytest.fixture
def two(reaches: Callable[..., World]) -> World:
    """One item waiting for the officers of two Jobcenter."""
    return reaches("awaiting", "facebook", organisations=("fulda", "wiesbaden"))


def forbidden(world: World, verb: Verb, login: str) -> bool:
    [post] = world.posts(organisation="fulda")
    try:
        verb(world, world.person(login), post["id"], post["item"])
    except Refused as refused:
        return refused.code == "forbidden"
    return False


def test_another_jobcenters_officer_and_the_auditor_can_do_nothing(two: World) -> None:
    before = two.posts()

    for login in ("wiesbaden", "pruefung"):
        for name, verb in {**POST_VERBS, **ITEM_VERBS, **OTHER_VERBS}.items():
            assert forbidden(two, verb, login), f"{login} could {name}"

    assert two.posts() == before


def test_the_editor_does_not_approve_and_the_operator_does_not_decide_on_content(two: World) -> None:
    for name in ("approve", "move", "reject", "retry", "publish now", "confirm"):
        assert forbidden(two, POST_VERBS[name], "redaktion"), name
    for name, verb in {**POST_VERBS, **ITEM_VERBS}.items():
        assert forbidden(two, verb, "betrieb"), name
    for name in ("add an account", "pause", "go on", "rotate", "add a user"):
        assert forbidden(two, OTHER_VERBS[name], "redaktion"), name


def test_the_officer_does_not_clear_and_may_pause_their_own_account(two: World) -> None:
    for name, verb in ITEM_VERBS.items():
        assert forbidden(two, verb, "fulda"), name
    for name in ("add a feed", "add an account", "rotate", "add a user"):
        assert forbidden(two, OTHER_VERBS[name], "fulda"), name
    assert not forbidden(two, OTHER_VERBS["pause"], "fulda")
    assert not forbidden(two, OTHER_VERBS["go on"], "fulda")


def test_each_officer_approves_their_own(two: World) -> None:
    assert not forbidden(two, POST_VERBS["approve"], "fulda")
    assert two.states() == {"awaiting": 1, "scheduled": 1}


def test_an_officer_sees_their_own_posts_only_and_the_others_see_all(two: World) -> None:
    seen = {
        login: {post["organisation"] for post in views.post_list(two.deps, actor=two.person(login))}
        for login in ("fulda", "wiesbaden", "redaktion", "betrieb", "pruefung")
    }

    everything = {"fulda", "wiesbaden"}
    assert seen == {
        "fulda": {"fulda"},
        "wiesbaden": {"wiesbaden"},
        "redaktion": everything,
        "betrieb": everything,
        "pruefung": everything,
    }
    [post] = two.posts(organisation="fulda")
    with pytest.raises(Refused) as refused:
        views.post_show(two.deps, post["id"], actor=two.person("wiesbaden"))
    assert refused.value.code == "post.unknown"
    assert views.post_list(two.deps, actor=two.person("wiesbaden"), organisation="fulda") == []


def test_who_was_locked_out_is_nobody(two: World) -> None:
    people.set_active(two.deps, Actor("b", frozenset({Role.OPERATOR})), "fulda", False, two.clock.now())

    with pytest.raises(Refused) as refused:
        two.person("fulda")

    assert refused.value.code == "user.unknown"


def test_an_officer_of_no_jobcenter_cannot_be_made(two: World) -> None:
    with pytest.raises(Refused) as refused:
        people.add_user(two.deps, SETUP, "niemand", [Membership(Role.OFFICER)], two.clock.now())

    assert refused.value.code == "user.organisation"


class TestTheRule:
    @pytest.mark.parametrize("right", sorted(RIGHTS))
    def test_nobody_without_a_role_has_a_right(self, right: str) -> None:
        assert not allowed(Actor("x"), right)
        assert not allowed(Actor("x", organisations=frozenset({"fulda"})), right, "fulda")

    def test_a_role_gives_its_rights_everywhere_but_an_officers_only_where_they_act(self) -> None:
        for right, role in itertools.product(RIGHTS, Role):
            actor = Actor("x", frozenset({role}), frozenset({"fulda"}))
            has = role in RIGHTS[right]
            assert allowed(actor, right, "fulda") is has
            assert allowed(actor, right, "wiesbaden") is (has and role is not Role.OFFICER)
            assert allowed(actor, right) is (has and role is not Role.OFFICER)

    def test_only_officers_approve_and_the_auditor_only_reads(self) -> None:
        assert RIGHTS["post.approve"] == {Role.OFFICER}
        assert {right for right, roles in RIGHTS.items() if Role.AUDITOR in roles} == {"read", "person.document"}

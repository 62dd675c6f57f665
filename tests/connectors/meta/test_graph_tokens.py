"""What Meta says of a token, and what is made of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connectors.base import Unauthorised
from connectors.facebook import connector as facebook
from connectors.instagram import connector as instagram

PAGE = {"page_id": "100", "page_token": "PT", "app_id": "5", "app_secret": "S"}
ALL = ["pages_manage_posts", "pages_read_engagement", "pages_show_list"]
END = 1_800_000_000


def told(platform, **data):
    platform.answers("GET", "100", {"id": "100", "name": "KJC Fulda"})
    platform.answers("POST", "debug_token", {"data": {"is_valid": True, "scopes": ALL, "expires_at": 0, **data}})


@pytest.mark.parametrize(
    ("data", "granted", "lacks", "ends"),
    [
        ({}, ALL, [], None),
        ({"expires_at": END}, ALL, [], END),
        # the rights on a Page outlive the right to read data
        ({"data_access_expires_at": END}, ALL, [], None),
        ({"scopes": ALL[1:]}, ALL[1:], ["Posts veröffentlichen und löschen (pages_manage_posts)"], None),
        ({"granular_scopes": [{"scope": ALL[0], "target_ids": ["100"]}]}, ALL, [], None),
        ({"granular_scopes": [{"scope": ALL[0]}]}, ALL, [], None),
        (
            {"granular_scopes": [{"scope": ALL[2], "target_ids": ["200"]}]},
            ALL[:2],
            ["die Seite finden (pages_show_list)"],
            None,
        ),
        ({"expires_at": True}, ALL, [], None),
        ({"expires_at": "soon"}, ALL, [], None),
    ],
)
def test_what_a_page_token_allows(platform, access, data, granted, lacks, ends):
    told(platform, **data)

    identity = facebook.whoami(access(**PAGE))

    assert list(identity.granted) == granted
    assert list(identity.lacks) == lacks
    assert identity.expires_at == (None if ends is None else datetime.fromtimestamp(ends, UTC))


def test_neither_token_stands_in_an_address(platform, access):
    told(platform)

    facebook.whoami(access(**PAGE))

    look = platform.sent[1]
    assert look.line == "POST /v25.0/debug_token"
    assert look.form["input_token"] == "PT"
    assert look.form["method"] == "get"
    assert look.headers["authorization"] == "Bearer 5|S"
    assert look.query == {}


@pytest.mark.parametrize("lacking", ["app_id", "app_secret"])
def test_without_the_app_nothing_is_told(platform, access, lacking):
    platform.answers("GET", "100", {"id": "100", "name": "KJC Fulda"})

    identity = facebook.whoami(access(**{**PAGE, lacking: ""}))

    assert (identity.granted, identity.lacks, identity.expires_at) == (None, (), None)


def test_a_look_that_meta_refuses_is_no_trouble(platform, access):
    platform.answers("GET", "100", {"id": "100", "name": "KJC Fulda"})
    platform.refuses("POST", "debug_token", 2)

    assert facebook.whoami(access(**PAGE)).granted is None


@pytest.mark.parametrize("answer", [{}, {"data": {}}, {"data": []}, {"data": "yes"}])
def test_an_answer_that_says_nothing_tells_nothing(platform, access, answer):
    platform.answers("GET", "100", {"id": "100", "name": "KJC Fulda"})
    platform.answers("POST", "debug_token", answer)

    assert facebook.whoami(access(**PAGE)).granted is None


def test_a_token_that_is_worth_nothing_is_dead(platform, access):
    told(platform, is_valid=False)

    with pytest.raises(Unauthorised, match="neu verbinden"):
        facebook.whoami(access(**PAGE))


def test_of_two_tokens_the_first_to_end_counts_and_the_right_to_read_too(platform, access):
    publish = ["instagram_basic", "instagram_content_publish", "pages_read_engagement"]
    platform.answers("GET", "178", {"id": "178", "username": "kjc_fulda"})
    platform.answers(
        "POST",
        "debug_token",
        {
            "data": {
                "is_valid": True,
                "scopes": publish,
                "expires_at": END + 5,
                "data_access_expires_at": END,
                # the Page that the account hangs on, not the account
                "granular_scopes": [{"scope": "pages_read_engagement", "target_ids": ["100"]}],
            }
        },
    )
    platform.answers("POST", "debug_token", {"data": {"is_valid": True, "scopes": [], "expires_at": END + 9}})

    identity = instagram.whoami(access(ig_user_id="178", token="IT", user_token="UT", app_id="5", app_secret="S"))

    assert identity.expires_at == datetime.fromtimestamp(END, UTC)
    assert identity.lacks == ("Posts löschen (instagram_manage_contents)",)

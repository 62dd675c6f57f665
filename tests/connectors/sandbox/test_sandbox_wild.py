"""Whatever is sent, the platforms answer in their own words and the text survives their rewriting."""

from __future__ import annotations

import html

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.sandbox.x_text import as_returned, weight

WILD = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

values = st.one_of(
    st.text(max_size=20), st.sampled_from(["true", "1", "²", "[]", "{}", "5", '["1"]', '[{"media_fbid":1}]', "ü"])
)
names = ["message", "link", "published", "attached_media", "scheduled_publish_time", "is_published", "fields"]
names += ["image_url", "children", "media_type", "creation_id", "caption", "appsecret_proof", "limit", "after", "since"]
params = st.dictionaries(st.sampled_from(names), values, max_size=5)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("method", "path", "token"),
    [
        ("POST", "1001/feed", "page-fulda"),
        ("GET", "1001/published_posts", "page-fulda"),
        ("POST", "2001/media", "ig-fulda"),
        ("POST", "2001/media_publish", "ig-fulda"),
        ("GET", "2001/media", "ig-fulda"),
    ],
)
@WILD
@given(sent=params)
def test_graph_never_breaks(sandbox, method, path, token, sent):
    answer = sandbox.graph(method, path, token, **sent)

    assert answer.status_code in (200, 400, 403)
    assert answer.status_code == 200 or set(answer.json()) == {"error"}


@pytest.mark.parametrize("key", ["text", "media", "metadata", "id", "reply"])
@pytest.mark.parametrize("path", ["tweets", "media/metadata", "media/upload"])
@WILD
@given(value=json_values)
def test_x_never_breaks(sandbox, path, key, value):
    sandbox.world.calls.clear()

    answer = sandbox.x("POST", path, json={key: value})

    expected = {201, 400, 403} | ({500} if path == "media/metadata" else set())
    assert answer.status_code in expected


@given(text=st.text(max_size=300))
def test_a_text_weighs_at_most_two_per_sign_and_23_per_link(text):
    assert 0 <= weight(text) <= 2 * len(text) + 23 * text.count(".") + 23 * text.count("://")


@given(
    before=st.text(alphabet="aä &<>\"'\n…", max_size=20),
    path=st.text(alphabet="abc123/", max_size=10),
    after=st.text(alphabet="aä &<>\n", max_size=20),
)
def test_what_x_rewrites_can_be_read_back(before, path, after):
    text = f"{before}https://kjc.example/{path} {after}"

    shown, urls = as_returned("1", "kjc", text, 0)

    for url in urls:
        shown = shown.replace(url["url"], url["expanded_url"])
    assert html.unescape(shown) == text

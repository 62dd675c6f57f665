"""Addresses made absolute: what is taken as it stands must be what the whole way would give."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.intake.links import absolute

hosts = st.sampled_from(["a.example", "www.kjc-hessen.de", "1.2.example"])
steps = st.lists(st.sampled_from(["a", "b.html", "c-d", "e_f", "g=h", "~i", "..", ".", "%C3%BC", ""]), max_size=5)


@given(st.sampled_from(["http", "https"]), hosts, steps)
def test_an_absolute_address_stays_what_it_is(scheme, host, path):
    address = f"{scheme}://{host}/{'/'.join(path)}"

    assert absolute(address, "https://elsewhere.example/x/") == urljoin("https://elsewhere.example/x/", address)


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("https://a.example", "https://a.example"),
        ("https://a.example:0/", ""),
        ("https://a.example/ü x", "https://a.example/ü%20x"),
        ("javascript:alert(1)", ""),
        ("/b", "https://c.example/b"),
        ("http://[", ""),
        ("https://user:word@a.example/", "https://user:word@a.example/"),
    ],
)
def test_an_address_is_made_absolute_or_is_none(address, wanted):
    assert absolute(address, "https://c.example/") == wanted

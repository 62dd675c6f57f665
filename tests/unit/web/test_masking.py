"""The forms' token: other letters on each page, the same secret behind them, and nonsense is nobody's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.web.masking import masked, unmasked


@given(st.text(max_size=60))
def test_the_secret_comes_back(secret: str) -> None:
    assert unmasked(masked(secret)) == secret.encode()


def test_no_two_pages_write_it_alike() -> None:
    written = {masked("the token of a session") for _ in range(20)}
    assert len(written) == 20
    assert not any("token" in each for each in written)


@pytest.mark.parametrize("nonsense", ["", "a", "ä", "====", "YWJj", "\x00"])
def test_what_nobody_masked_is_no_secret(nonsense: str) -> None:
    assert unmasked(nonsense) == b""


def test_the_secret_itself_is_not_taken_for_masked() -> None:
    assert unmasked("the-token-of-a-session00") != b"the-token-of-a-session00"

"""Signed, expiring public addresses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.media.links import mime_of, sign, verify

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
KEY = b"eine geheime Kette von Zeichen"
SHA = "a3" * 32
MIMES = ["image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "video/mp4", "video/webm", "text/vtt"]


def name_for(*, sha256: str = SHA, expires_at: datetime = NOW + timedelta(hours=1), key: bytes = KEY) -> str:
    return sign("https://bilder.example", sha256, "image/jpeg", expires_at=expires_at, key=key).rpartition("/")[2]


def test_the_address_has_its_documented_form() -> None:
    url = sign("https://bilder.example/", SHA, "image/jpeg", expires_at=NOW, key=KEY)
    base, _, name = url.rpartition("/")
    sha256, expires, rest = name.split("-")
    assert base == "https://bilder.example/media"
    assert (sha256, expires) == (SHA, str(int(NOW.timestamp())))
    assert rest.endswith(".jpg")
    assert len(rest) == 64 + len(".jpg")


@given(
    sha256=st.binary(min_size=32, max_size=32).map(bytes.hex),
    mime=st.sampled_from(MIMES),
    seconds=st.integers(min_value=1, max_value=10**8),
    key=st.binary(min_size=1, max_size=64),
)
def test_what_was_signed_is_verified_until_it_expires(sha256: str, mime: str, seconds: int, key: bytes) -> None:
    expires_at = NOW + timedelta(seconds=seconds)
    name = sign("http://127.0.0.1:8000", sha256, mime, expires_at=expires_at, key=key).rpartition("/")[2]
    assert verify(name, now=NOW, key=key) == sha256
    assert verify(name, now=expires_at - timedelta(seconds=1), key=key) == sha256
    assert verify(name, now=expires_at, key=key) is None
    assert mime_of(name) == mime


@given(at=st.integers(min_value=0, max_value=10**6), character=st.characters())
def test_a_name_with_any_character_changed_is_refused(at: int, character: str) -> None:
    name = name_for()
    at %= len(name)
    altered = name[:at] + character + name[at + 1 :]
    assert (verify(altered, now=NOW, key=KEY) == SHA) == (altered == name)


@given(st.text(max_size=200))
def test_any_text_is_refused_without_an_error(name: str) -> None:
    assert verify(name, now=NOW, key=KEY) is None


@pytest.mark.parametrize(
    "altered",
    [
        lambda name: name + "\n",
        lambda name: "../" + name,
        lambda name: name.upper(),
        lambda name: name.replace(".jpg", ".png"),
        lambda name: name.replace("-", "-0", 1),
        lambda name: name.replace("1", "١", 1),
    ],
)
def test_a_name_dressed_up_is_refused(altered) -> None:
    assert verify(altered(name_for()), now=NOW, key=KEY) is None


def test_another_key_does_not_verify() -> None:
    assert verify(name_for(key=b"alt"), now=NOW, key=KEY) is None


def test_the_expiry_does_not_depend_on_the_zone_it_was_given_in() -> None:
    in_fulda = (NOW + timedelta(hours=1)).astimezone(timezone(timedelta(hours=1)))
    assert name_for(expires_at=in_fulda) == name_for()


@pytest.mark.parametrize(
    "arguments",
    [
        {"expires_at": NOW.replace(tzinfo=None)},
        {"key": b""},
        {"sha256": "../../etc/passwd"},
        {"sha256": SHA.upper()},
    ],
)
def test_what_cannot_be_signed_is_an_error_of_the_caller(arguments) -> None:
    with pytest.raises(ValueError, match=r"zone|empty key|SHA-256"):
        name_for(**arguments)


def test_a_type_that_is_not_served_gets_no_address() -> None:
    with pytest.raises(ValueError, match="text/html"):
        sign("https://bilder.example", SHA, "text/html", expires_at=NOW, key=KEY)


def test_verifying_needs_a_zone_and_a_key() -> None:
    with pytest.raises(ValueError, match="zone"):
        verify(name_for(), now=NOW.replace(tzinfo=None), key=KEY)
    with pytest.raises(ValueError, match="key"):
        verify(name_for(), now=NOW, key=b"")

"""What is believed of an ID token, and which group is which role."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from distributor.domain import Refused, Role
from distributor.services.people import Membership
from distributor.services.provider import groups_of
from distributor.services.provider_wire import believed

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
KEY = RSAKey.generate_key(2048, {"kid": "a"})
OTHER = RSAKey.generate_key(2048, {"kid": "a"})
KEYS = KeySet([KEY]).as_dict(private=False)
SAID = {
    "iss": "https://login.example", "aud": "desk", "sub": "7", "nonce": "n",
    "iat": int(NOW.timestamp()), "exp": int((NOW + timedelta(minutes=5)).timestamp()),
}  # fmt: skip


def asks(token: str, **more: Any) -> dict[str, Any]:
    expected = {"issuer": "https://login.example", "client_id": "desk", "nonce": "n", "now": NOW, **more}
    return believed(token, KEYS, **expected)


def signed(key: Any = KEY, alg: str = "RS256", **changes: Any) -> str:
    said = {name: value for name, value in {**SAID, **changes}.items() if value is not None}
    return jwt.encode({"alg": alg, "kid": "a"}, said, key, algorithms=[alg])


def test_a_token_of_the_provider_for_us_is_believed() -> None:
    assert asks(signed())["sub"] == "7"
    assert asks(signed(aud=["desk", "other"], azp="desk"))["sub"] == "7"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"}, {"iss": None}, {"aud": "other"}, {"aud": ["other"]}, {"aud": None},
        {"nonce": "m"}, {"nonce": None}, {"sub": None}, {"exp": int(NOW.timestamp()) - 120}, {"exp": None},
        {"iat": None}, {"aud": ["desk", "other"]}, {"azp": "other"},
        {"nbf": int((NOW + timedelta(hours=1)).timestamp())},
    ],
)  # fmt: skip
def test_a_token_for_others_of_others_or_of_another_time_is_not(changes: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="gilt"):
        asks(signed(**changes))


def test_a_forged_token_is_not_believed() -> None:
    public = OctKey.import_key("das Geheimnis, das beide Seiten kennen")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    unsigned = f"{none}.{signed().split('.')[1]}."
    for token in (signed(OTHER), signed(public, "HS256"), unsigned, "", "a.b.c", signed()[:-4] + "AAAA"):
        with pytest.raises(Refused, match="gilt"):
            asks(token)


def test_groups_say_roles() -> None:
    assert groups_of("a=editor, b c=officer:fulda") == {
        "a": Membership(Role.EDITOR),
        "b c": Membership(Role.OFFICER, "fulda"),
    }
    for wrong in ("a", "=editor", "a=chef", "a=officer", "a=editor:fulda"):
        with pytest.raises(Refused, match="OIDC_GROUPS"):
            groups_of(wrong)

"""Tokens at rest: who can open what, with which key."""

from __future__ import annotations

import pytest

from distributor.domain import Refused
from distributor.vault import Vault, new_key

OWNER = "fulda/instagram/kjc_fulda"
SECRETS = {"token": "EAAB-geheim-ü", "app_secret": "s3kr3t"}


def refusal(code: str) -> pytest.RaisesExc[Refused]:
    return pytest.RaisesExc(Refused, check=lambda error: error.code == code)


def test_what_was_locked_opens_for_its_owner() -> None:
    vault = Vault(new_key())

    assert vault.unlock(OWNER, vault.lock(OWNER, SECRETS)) == SECRETS


def test_nothing_of_a_secret_can_be_read_in_what_is_stored() -> None:
    locked = Vault(new_key()).lock(OWNER, SECRETS)

    assert b"geheim" not in locked
    assert b"s3kr3t" not in locked


def test_the_same_secrets_never_look_the_same() -> None:
    vault = Vault(new_key())

    assert vault.lock(OWNER, SECRETS) != vault.lock(OWNER, SECRETS)


def test_secrets_moved_to_another_account_do_not_open() -> None:
    vault = Vault(new_key())
    locked = vault.lock(OWNER, SECRETS)

    with refusal("vault.owner"):
        vault.unlock("wiesbaden/instagram/kjc_wiesbaden", locked)


def test_another_key_does_not_open() -> None:
    locked = Vault(new_key()).lock(OWNER, SECRETS)

    with refusal("vault.key"):
        Vault(new_key()).unlock(OWNER, locked)


@pytest.mark.parametrize("damage", [b"", b"not a token", b"\xff\x00"])
def test_what_is_damaged_is_refused_and_not_a_crash(damage: bytes) -> None:
    with refusal("vault.key"):
        Vault(new_key()).unlock(OWNER, damage)


def test_without_a_key_nothing_is_locked_opened_rotated_or_signed() -> None:
    vault = Vault("")

    assert not vault.has_key
    for act in (
        lambda: vault.lock(OWNER, SECRETS),
        lambda: vault.unlock(OWNER, b"x"),
        lambda: vault.rotate(b"x"),
        vault.signing_key,
    ):
        with refusal("vault.key"):
            act()


KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@pytest.mark.parametrize("key", ["short", "ü" * 44, "=" * 44, KEY[:-4], KEY + "," + "nonsense"])
def test_a_key_that_is_none_is_refused_without_repeating_it(key: str) -> None:
    with pytest.raises(Refused) as refused:
        Vault(key)

    assert refused.value.code == "vault.key"
    assert "DISTRIBUTOR_KEY" in refused.value.text
    assert key not in str(refused.value)


def test_blanks_and_empty_places_between_keys_do_not_matter() -> None:
    key = new_key()

    assert Vault(f" , {key} ,").unlock(OWNER, Vault(key).lock(OWNER, SECRETS)) == SECRETS


class TestRotation:
    def test_old_secrets_open_while_the_old_key_is_still_named(self) -> None:
        old, new = new_key(), new_key()
        locked = Vault(old).lock(OWNER, SECRETS)

        assert Vault(f"{new},{old}").unlock(OWNER, locked) == SECRETS

    def test_the_first_key_locks(self) -> None:
        old, new = new_key(), new_key()

        assert Vault(new).unlock(OWNER, Vault(f"{new},{old}").lock(OWNER, SECRETS)) == SECRETS

    def test_rotated_secrets_open_without_the_old_key_and_not_with_it_alone(self) -> None:
        old, new = new_key(), new_key()
        rotated = Vault(f"{new},{old}").rotate(Vault(old).lock(OWNER, SECRETS))

        assert Vault(new).unlock(OWNER, rotated) == SECRETS
        with refusal("vault.key"):
            Vault(old).unlock(OWNER, rotated)

    def test_rotation_keeps_the_owner(self) -> None:
        old, new = new_key(), new_key()
        rotated = Vault(f"{new},{old}").rotate(Vault(old).lock(OWNER, SECRETS))

        with refusal("vault.owner"):
            Vault(new).unlock("wiesbaden/x/kjc", rotated)

    def test_what_no_key_opens_cannot_be_rotated(self) -> None:
        with refusal("vault.key"):
            Vault(new_key()).rotate(Vault(new_key()).lock(OWNER, SECRETS))

    def test_addresses_signed_before_a_rotation_stay_good_while_the_old_key_is_named(self) -> None:
        old, new = new_key(), new_key()

        assert Vault(f"{new},{old}").signing_key() == Vault(old).signing_key()


def test_neither_key_nor_secret_shows_in_repr_or_refusal() -> None:
    key = new_key()
    vault = Vault(key)
    locked = vault.lock(OWNER, SECRETS)
    with pytest.raises(Refused) as refused:
        vault.unlock("other", locked)

    shown = repr(vault) + str(vault) + repr(refused.value) + refused.value.text

    assert key not in shown
    assert "geheim" not in shown
    assert "s3kr3t" not in shown

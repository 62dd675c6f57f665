"""``tokens``, ``webhooks`` and lost second factors on the command line: what opens a door is shown once."""

from __future__ import annotations

from typing import Any


def test_a_token_is_shown_once_listed_without_it_and_revoked(program: Any) -> None:
    base = ("tokens", "add", "--for", "kim", "--role", "officer", "--name", "Probe", "--as", "op")
    assert "Ein Jobcenter gehört zur Rolle officer" in program.refuses(*base)
    made = program(*base, "--organisation", "fulda", "--days", "30")
    token = made.stdout.strip()
    assert token.startswith("kjc_")
    assert token not in made.stderr
    [row] = program.json("tokens", "list")
    assert (row["login"], row["role"], row["organisation"], row["good"]) == ("kim", "officer", "fulda", True)
    assert token not in str(row)
    assert "Betrieb" in program.refuses("tokens", "revoke", "1", "--as", "ed")
    program.does("tokens", "revoke", "1", "--as", "op")
    assert program.json("tokens", "list")[0]["good"] is False
    assert "gibt es nicht" in program.refuses("tokens", "revoke", "9", "--as", "op")


def test_a_webhooks_secret_is_shown_once_and_an_address_is_taken_out(program: Any) -> None:
    base = ("webhooks", "add", "https://cms.example/hook", "--event", "published")
    assert "Betrieb" in program.refuses(*base, "--as", "ed")
    made = program(*base, "--organisation", "fulda", "--as", "op")
    secret = made.stdout.strip()
    assert secret.startswith("whsec_")
    [row] = program.json("webhooks", "list")
    assert (row["url"], row["organisation"], row["kinds"]) == ("https://cms.example/hook", "fulda", ["published"])
    assert secret not in str(row)
    program.does("webhooks", "remove", "1", "--as", "op")
    assert program.json("webhooks", "list") == []
    assert "gibt es nicht" in program.refuses("webhooks", "test", "1", "--as", "op")


def test_only_an_operator_resets_second_factors(program: Any) -> None:
    assert "Betrieb" in program.refuses("users", "reset-factors", "kim", "--as", "ed")
    assert "meldet sich wieder nur mit dem Kennwort an" in program.does("users", "reset-factors", "kim", "--as", "op")

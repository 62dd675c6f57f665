"""``users`` and ``accounts`` on the command line: the first person, passwords and secrets that nobody sees."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Identity
from distributor import bootstrap
from distributor.domain import Refused
from distributor.services import accounts, connecting, sessions
from distributor.services.accounts import Checked, account_of
from distributor.services.examining import account_label


def may_log_in(login: str, password: str) -> bool:
    deps = bootstrap.build()
    try:
        sessions.log_in(deps, login, password, datetime.now(UTC))
    except Refused:
        return False
    finally:
        deps.store.close()
    return True


def held_secrets(account: int) -> dict[str, str]:
    deps = bootstrap.build()
    with deps.store.read() as session:
        row, _ = account_of(session, account)
        found = deps.vault.unlock(account_label(session, row), row.secrets) if row.secrets else {}
    deps.store.close()
    return found


def account(program: Any, organisation: str = "fulda", channel: str = "x") -> dict[str, Any]:
    rows: list[dict[str, Any]] = program.json("accounts", "list", "--organisation", organisation)
    return next(row for row in rows if row["channel"] == channel)


def secret_names(channel: str = "x") -> list[str]:
    deps = bootstrap.build()
    deps.store.close()
    return [field.name for field in deps.connector(channel).fields if field.secret]


def test_the_first_person_needs_nobody_and_must_be_an_operator(empty: Any) -> None:
    assert "die Rolle operator" in empty.refuses("users", "add", "ed", "--role", "editor")
    empty.does("users", "add", "op", "--role", "operator", "--name", "Olga Beispiel")

    listed = {"login": "op", "name": "Olga Beispiel", "active": True, "roles": ["operator"], "organisations": []}
    assert empty.json("users", "list") == [{**listed, "deputies": []}]
    assert "Die Option --as fehlt." in empty.refuses("users", "add", "zwei", "--role", "operator")
    assert "keine bekannte Person" in empty.refuses("users", "add", "zwei", "--role", "operator", "--as", "zwei")


def test_only_an_operator_adds_people(program: Any) -> None:
    assert "Betrieb" in program.refuses("users", "add", "neu", "--role", "editor", "--as", "ed")
    assert "gibt es schon" in program.refuses("users", "add", "ed", "--role", "editor", "--as", "op")
    assert "brauchen ein Jobcenter" in program.refuses("users", "add", "neu", "--role", "officer", "--as", "op")
    assert "gehört zur Rolle officer" in program.refuses(
        "users", "add", "neu", "--role", "editor", "--organisation", "fulda", "--as", "op"
    )
    assert "Die Option --role fehlt." in program.refuses("users", "add", "neu", "--as", "op")


def test_a_password_comes_from_the_input_and_is_never_shown(program: Any) -> None:
    added = program(
        "users", "add", "neu", "--role", "editor", "--password-stdin", "--as", "op", stdin="ein-langes-Kennwort\n"
    )

    assert added.exit_code == 0
    assert "ein-langes-Kennwort" not in added.output
    assert may_log_in("neu", "ein-langes-Kennwort")
    assert "mindestens" in program.refuses("users", "set", "neu", "--password-stdin", "--as", "op", stdin="kurz\n")


def test_a_person_at_a_terminal_is_asked_twice(program: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("distributor.cli.users.interactive", lambda: True)
    typed = "noch-ein-Kennwort\nnoch-ein-Kennwort\n"

    added = program("users", "add", "neu", "--role", "editor", "--as", "op", stdin=typed)

    assert added.exit_code == 0
    assert "noch-ein-Kennwort" not in added.output
    assert may_log_in("neu", "noch-ein-Kennwort")


def test_two_different_passwords_are_refused(program: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("distributor.cli.users.interactive", lambda: True)
    typed = "ein-langes-Kennwort\nein-anderes-Kennwort\n"

    answer = program("users", "set", "ed", "--password", "--as", "op", stdin=typed)

    assert answer.exit_code == 2
    assert answer.stderr.endswith("Die beiden Eingaben stimmen nicht überein.\n")
    assert not may_log_in("ed", "ein-langes-Kennwort")


def test_no_option_takes_a_password(program: Any) -> None:
    refused = program("users", "set", "ed", "--password=mein-langes-Kennwort", "--as", "op")

    assert refused.exit_code == 2
    assert "mein-langes-Kennwort" not in refused.output


def test_what_is_not_named_stays(program: Any) -> None:
    program.does("users", "set", "kim", "--name", "Kim Beispiel", "--as", "op")
    shown = program.json("users", "show", "kim")
    assert (shown["name"], shown["roles"], shown["organisations"]) == ("Kim Beispiel", ["officer"], ["fulda"])

    program.does("users", "set", "kim", "--organisation", "wiesbaden", "--as", "op")
    assert program.json("users", "show", "kim")["organisations"] == ["wiesbaden"]
    assert "keine bekannte Person" in program.refuses("users", "set", "niemand", "--name", "N", "--as", "op")


def test_who_is_locked_out_decides_nothing(program: Any) -> None:
    program.does("users", "disable", "kim", "--as", "op")
    assert "keine bekannte Person" in program.refuses("posts", "approve", "1", "--as", "kim")
    program.does("users", "enable", "kim", "--as", "op")
    assert program.json("users", "show", "kim")["active"]


def test_a_secret_on_the_command_line_is_refused_and_not_repeated(program: Any) -> None:
    name = secret_names()[0]
    base = ("accounts", "add", "--organisation", "fulda", "--channel", "x", "--name", "neu", "--as", "op")

    for option in (("--field", f"{name}=streng-geheim"), ("--secret", f"{name}=streng-geheim")):
        told = program.refuses(*base, *option)
        assert "gehört nicht auf die Befehlszeile" in told
        assert "streng-geheim" not in told
    assert "neu" not in {row["name"] for row in program.json("accounts", "list")}


def test_secrets_come_from_files_and_are_kept_encrypted_and_unseen(program: Any, tmp_path: Path) -> None:
    names = secret_names()
    values = {name: f"geheim-{name}" for name in names}
    secrets, single = tmp_path / "secrets.json", tmp_path / "one.txt"
    secrets.write_text(json.dumps({name: values[name] for name in names[1:]}), encoding="utf-8")
    single.write_text(values[names[0]] + "\n", encoding="utf-8")
    number = account(program)["id"]

    answer = program(
        "accounts", "set", str(number), "--secrets-file", str(secrets), "--secret", f"{names[0]}=@{single}",
        "--field", "user_id=63000003", "--as", "op",
    )  # fmt: skip
    seen = answer.output + program.does("accounts", "show", str(number), "--json") + program.does("accounts", "list")

    assert answer.exit_code == 0
    assert values == held_secrets(number)
    assert not any(value in seen for value in values.values())
    assert account(program)["missing"] == []


def test_a_person_at_a_terminal_is_asked_for_the_secrets(program: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("distributor.cli.fields.interactive", lambda: True)
    names = secret_names()
    typed = "".join(f"geheim-{name}\n" for name in names)

    answer = program(
        "accounts", "add", "--organisation", "fulda", "--channel", "x", "--name", "neu", "--field", "user_id=1",
        "--as", "op", stdin=typed,
    )  # fmt: skip
    number = next(row["id"] for row in program.json("accounts", "list") if row["name"] == "neu")

    assert answer.exit_code == 0
    assert {name: f"geheim-{name}" for name in names} == held_secrets(number)
    assert "geheim-" not in answer.output


@pytest.mark.parametrize("content", ['["a"]', '{"a": 1}', "{", "streng-geheim"])
def test_a_file_that_is_no_object_of_texts_is_refused_without_its_content(
    content: str, program: Any, tmp_path: Path
) -> None:
    path = tmp_path / "secrets.json"
    path.write_text(content, encoding="utf-8")

    told = program.refuses("accounts", "set", "1", "--secrets-file", str(path), "--as", "op")

    assert "kein JSON-Objekt" in told
    assert "streng-geheim" not in told


def test_unknown_fields_channels_and_accounts_are_refused(program: Any) -> None:
    number = str(account(program)["id"])

    assert "kennt das Feld „nix“ nicht" in program.refuses("accounts", "set", number, "--field", "nix=1", "--as", "op")
    assert "NAME=WERT" in program.refuses("accounts", "set", number, "--field", "nix", "--as", "op")
    assert "gefragt werden" in program.refuses("accounts", "set", number, "--secret", secret_names()[0], "--as", "op")
    assert "Das Konto 999 gibt es nicht" in program.refuses("accounts", "show", "999")
    assert "Den Kanal „nix“" in program.refuses(
        "accounts", "add", "--organisation", "fulda", "--channel", "nix", "--name", "n", "--as", "op"
    )


def test_checking_an_account_that_lacks_something_is_partly(program: Any) -> None:
    number = account(program)["id"]

    answer = program("accounts", "check", str(number))
    documents = json.loads(program("accounts", "check", str(number), "--json").stdout)

    assert answer.exit_code == 1
    assert answer.stderr.startswith("fulda/x/kjc_fulda: Es fehlt: ")
    assert [(one["account"], one["ok"]) for one in documents] == [("fulda/x/kjc_fulda", False)]
    assert program("accounts", "check").exit_code == 1
    assert program("accounts", "check", "999").exit_code == 2


def test_checking_tells_what_is_allowed_what_lacks_and_when_it_ends(
    program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = str(account(program)["id"])
    end = datetime(2027, 1, 4, 8, 30, tzinfo=UTC)
    told = Identity("12", "KJC Fulda", "https://x.example/12", end, ("lesen",), ("Posts veröffentlichen (schreiben)",))
    monkeypatch.setattr(accounts, "check", lambda deps, number, clock: Checked("fulda/x/kjc_fulda", told))

    answer = program("accounts", "check", number)
    [document] = json.loads(program("accounts", "check", number, "--json").stdout)

    assert answer.exit_code == 1
    assert "Erlaubt: lesen." in answer.stdout
    assert "Der Zugang endet am Mo 04.01.2027, 09:30 Uhr" in answer.stdout
    assert "Es fehlt: Posts veröffentlichen (schreiben)." in answer.stderr
    assert (document["granted"], document["lacks"]) == (["lesen"], ["Posts veröffentlichen (schreiben)"])
    assert document["ends_at"] == "2027-01-04T08:30:00Z"


def test_checking_says_that_a_dead_access_is_held(program: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    number = str(account(program)["id"])
    dead = Checked("fulda/x/kjc_fulda", None, "Der Schlüssel gilt nicht mehr.", dead=True)
    monkeypatch.setattr(accounts, "check", lambda deps, number, clock: dead)

    answer = program("accounts", "check", number)

    assert answer.exit_code == 1
    assert answer.stderr == "fulda/x/kjc_fulda: Der Schlüssel gilt nicht mehr. Das Konto ist angehalten.\n"


def test_an_officer_pauses_and_resumes_their_own_accounts_only(program: Any) -> None:
    mine, foreign = str(account(program)["id"]), str(account(program, "wiesbaden")["id"])

    paused = program("accounts", "pause", mine, foreign, "--reason", "Urlaub", "--as", "kim")
    assert paused.exit_code == 1
    assert f"Konto {foreign}: „kim“ darf das" in paused.stderr
    assert "Urlaub" in account(program)["paused_reason"]
    program.does("accounts", "resume", mine, "--as", "kim")
    assert account(program)["paused_at"] is None


def test_connecting_by_a_yes_says_where_to_agree_and_how_to_go_on(
    program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = connecting.Begun(7, "https://social.example/oauth/authorize?state=z")
    offers = ["@kjc_fulda", "@kreis_fulda"]
    number = account(program)["id"]
    chosen: list[int] = []
    monkeypatch.setattr(connecting, "begin", lambda *arguments: begun)
    monkeypatch.setattr(connecting, "choices", lambda *arguments: offers)
    monkeypatch.setattr(connecting, "choose", lambda deps, actor, begun, choice, now: chosen.append(choice) or number)
    where = ("--organisation", "fulda", "--channel", "mastodon", "--name", "neu", "--as", "op")

    assert "https://social.example/oauth/authorize?state=z" in program.does("accounts", "connect", *where)
    assert "--choose N" in program.does("accounts", "connected", "7", "--as", "op")
    assert chosen == []
    program("accounts", "connected", "7", "--choose", "2", "--as", "op")
    assert chosen == [2]


def test_what_was_brought_by_hand_may_be_refused(program: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    brought: list[str] = []
    monkeypatch.setattr(
        connecting, "arrive_by_hand", lambda deps, actor, number, told, clock: brought.append(told) or "Abgelehnt."
    )

    assert "Abgelehnt." in program.refuses("accounts", "connected", "7", "--brought", "-", "--as", "op", stdin="code")
    assert brought == ["code"]

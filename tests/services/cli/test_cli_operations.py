"""What an operator does on the command line: database, keys, configuration, brake, feeds, doctor, and the long runs."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from distributor import bootstrap
from distributor.services.configuration import read_files
from distributor.vault import Vault
from tests.support.world import THREE


def test_upgrading_makes_a_database_and_again_changes_nothing(nowhere: Any, tmp_path: Path) -> None:
    first = nowhere.does("db", "upgrade")
    again = nowhere.does("db", "upgrade")

    assert first == again
    assert (tmp_path / "data" / "distributor.sqlite3").exists()
    assert nowhere.json("users", "list") == []


def test_a_database_without_tables_is_behind(nowhere: Any, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "distributor.sqlite3").touch()

    for command in (["posts", "list"], ["run", "--until-idle"], ["web"], ["up"], ["users", "list"]):
        assert "bitte `distributor db upgrade` ausführen" in nowhere.refuses(*command)
    assert nowhere("doctor").exit_code == 2


def test_a_new_key_fits_and_a_file_of_it_is_private(program: Any, tmp_path: Path) -> None:
    path = tmp_path / "key"

    assert Vault(program.does("keys", "new").strip()).has_key
    program.does("keys", "new", "--file", str(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Vault(path.read_text(encoding="ascii").strip()).has_key
    assert "gibt es schon" in program.refuses("keys", "new", "--file", str(path))


def test_rotating_locks_every_secret_anew(program: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    deps = bootstrap.build()
    deps.store.close()
    name = next(field.name for field in deps.connector("x").fields if field.secret)
    secret = tmp_path / "secret"
    secret.write_text("geheim", encoding="utf-8")
    number = next(row["id"] for row in program.json("accounts", "list") if row["channel"] == "x")
    program.does("accounts", "set", str(number), "--secret", f"{name}=@{secret}", "--as", "op")
    fresh = program.does("keys", "new").strip()
    monkeypatch.setenv("DISTRIBUTOR_KEY", f"{fresh},{deps.settings.key}")

    assert "von 1 Konten" in program.does("keys", "rotate", "--as", "op")
    monkeypatch.setenv("DISTRIBUTOR_KEY", fresh)
    assert program.json("accounts", "show", str(number))["missing"]
    assert "Betrieb" in program.refuses("keys", "rotate", "--as", "ed")


def test_an_import_shows_first_and_changes_only_when_applied(empty: Any, config_dir: Path) -> None:
    empty.does("users", "add", "op", "--role", "operator")

    shown = empty.json("config", "import")
    assert {"what": "organisation", "name": "fulda", "kind": "new", "keys": []} in shown
    assert empty.json("organisations", "list") == []
    empty.does("config", "import", "--apply", "--as", "op")
    assert [row["slug"] for row in empty.json("organisations", "list")] == ["fulda", "wiesbaden"]
    assert empty.json("config", "import") == []
    path = config_dir / "organisations" / "fulda.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("Kreisjobcenter Fulda", "KJC Fulda"), encoding="utf-8")
    assert empty.json("config", "import", "--dry-run") == [
        {"what": "organisation", "name": "fulda", "kind": "changed", "keys": ["name", "voice"]}
    ]


def test_only_an_operator_imports(program: Any) -> None:
    assert "Betrieb" in program.refuses("config", "import", "--apply", "--as", "ed")


def test_an_export_is_what_was_imported(program: Any, config_dir: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    program.does("config", "export", str(out))

    written, given = read_files(out), read_files(config_dir)
    assert (written.organisations, written.calendars, written.texts) == (
        given.organisations, given.calendars, given.texts,
    )  # fmt: skip
    assert "account" in tomllib.loads((out / "organisations" / "fulda.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('channel = "x"', 'channel = "nirgends"', "Den Kanal „nirgends“ gibt es nicht"),
        ("{ user_id", "{ nutzer", "Konto x/kjc_fulda: Das Feld „nutzer“ gibt es dort nicht"),
        ("{ user_id", "{ access_token", "ist geheim und gehört nicht in die Datei"),
        ('calendar = "hessen"', 'calendar = "bayern"', "den es nicht gibt"),
        ('slug = "fulda"', "slug = ", "organisations/fulda.toml"),
    ],
)
def test_a_wrong_file_is_found_before_it_is_imported(
    old: str, new: str, said: str, nowhere: Any, config_dir: Path
) -> None:
    nowhere.does("config", "check")
    path = config_dir / "organisations" / "fulda.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    assert said in nowhere.refuses("config", "check")


def test_the_brake_is_pulled_and_lifted(program: Any) -> None:
    told = program.does("stop", "--organisation", "fulda", "--reason", "Störung", "--as", "kim")

    assert told.splitlines() == ["Die Notbremse ist gezogen für: fulda.", "Noch unterwegs waren 0 Aufrufe."]
    assert "gezogen für fulda: Störung" in program("doctor").stdout
    assert "darf das für alle Jobcenter nicht" in program.refuses("stop", "--reason", "alles", "--as", "kim")
    assert "zwei Bremsen" in program.refuses(
        "stop", "--organisation", "fulda", "--channel", "x", "--reason", "r", "--as", "op"
    )
    assert "keine Notbremse" in program.refuses("resume", "--channel", "x", "--as", "op")
    agreed = program("resume", "--organisation", "fulda", "--as", "kim")
    assert (agreed.exit_code, "eine zweite Person" in agreed.stdout) == (1, True)
    assert "schon vermerkt" in program.refuses("resume", "--organisation", "fulda", "--as", "kim")
    assert program.does("resume", "--organisation", "fulda", "--as", "op") == "Die Notbremse ist gelöst für: fulda.\n"


def test_without_a_database_the_brake_is_a_file(
    program: Any, monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path: Path
) -> None:
    far = "postgresql+psycopg://nobody@127.0.0.1:9/nothing" if "postgresql" in database_url else "sqlite:///nowhere/no"
    monkeypatch.setenv("DISTRIBUTOR_DATABASE_URL", far)

    told = program("stop", "--channel", "x", "--reason", "Falsches Bild", "--as", "kim")

    path = tmp_path / "data" / "STOP.channel.x"
    assert (told.exit_code, str(path) in told.stderr) == (0, True)
    assert path.read_text("utf-8").splitlines() == ["Falsches Bild", "gezogen von kim"]
    assert "hält an: Falsches Bild" in program("doctor").stdout + program("doctor").stderr


def test_a_feed_is_registered_and_its_trouble_told(program: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as allowing:
        allowing.setenv("DISTRIBUTOR_ALLOW_PRIVATE", "127.0.0.1")
        program.does("feed", "add", "http://127.0.0.1:9/feed", "--as", "ed")

    polled = program("feed", "poll")

    assert polled.exit_code == 2
    assert polled.stdout == "Neu oder geändert: 0.\n"
    assert polled.stderr.startswith("http://127.0.0.1:9/feed: ")
    assert "eigenen Netz" in program.json("feed", "list")[0]["trouble"]
    assert "eigenen Netz" in program.does("feed", "list")
    assert "keine http- oder https-Adresse" in program.refuses("feed", "add", "ftp://a.example", "--as", "ed")
    assert "darf das nicht" in program.refuses("feed", "add", "https://a.example", "--as", "kim")


def test_polling_nothing_is_refused(program: Any) -> None:
    assert "Kein Feed ist eingetragen" in program.refuses("feed", "poll")


def test_stages_are_listed(program: Any) -> None:
    assert program.json("stages") == []
    assert program.does("stages") == "Bei den Plattformen liegt nichts vorbereitet.\n"


def test_the_doctor_says_what_is_grave(program: Any) -> None:
    answer = program("doctor", "--json")
    findings = {finding["subject"]: finding for finding in json.loads(answer.stdout)}

    assert answer.exit_code == 2
    assert findings["Datenbank"]["ok"]
    assert (findings["Dienst"]["ok"], findings["Dienst"]["grave"]) == (False, True)
    assert "ERNST    Dienst: Kein Dienst läuft" in program("doctor").stdout


def test_organisations_are_shown_with_their_accounts(program: Any) -> None:
    shown = program.json("organisations", "show", "fulda")

    assert {account["channel"] for account in shown["accounts"]} == set(THREE)
    assert "Kreisjobcenter Fulda" in program.does("organisations", "show", "fulda")
    assert "wiesbaden\t" in program.does("organisations", "list")
    assert "gibt es nicht" in program.refuses("organisations", "show", "nirgends")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def started(*arguments: str, desk: int, public: int) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "DISTRIBUTOR_DESK_BIND": f"127.0.0.1:{desk}",
        "DISTRIBUTOR_PUBLIC_BIND": f"127.0.0.1:{public}",
        "DISTRIBUTOR_LOG_FORMAT": "json",
    }
    command = [sys.executable, "-m", "distributor", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)


@pytest.mark.parametrize(("command", "ready"), [("run", ["daemon_began"]), ("up", ["daemon_began", "web_started"])])
def test_a_long_run_ends_cleanly_when_told(command: str, ready: list[str], program: Any) -> None:
    with started(command, desk=free_port(), public=free_port()) as process:
        assert process.stdout is not None
        waiting = set(ready)
        lines = []
        while waiting and (line := process.stdout.readline()):
            lines.append(line)
            waiting = {event for event in waiting if event not in line}
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()

    assert not waiting, lines
    assert process.returncode == 0, rest
    assert "Traceback" not in rest
    assert "daemon_ended" in rest


def test_the_daemon_does_not_run_without_the_web_face_it_was_started_with(program: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with started("up", desk=free_port(), public=taken.getsockname()[1]) as process:
            assert process.stdout is not None
            told = process.stdout.read()

    assert process.returncode == 2
    assert "Traceback" not in told
    assert "DISTRIBUTOR_PUBLIC_BIND" in told.splitlines()[-1]


def test_one_pass_of_the_daemon_ends_by_itself(program: Any) -> None:
    with started("run", "--until-idle", desk=free_port(), public=free_port()) as process:
        assert process.stdout is not None
        told = process.stdout.read()

    assert process.returncode == 0, told


def test_a_simulation_against_real_platforms_is_refused(program: Any) -> None:
    assert "nur mit Konten der Sandbox" in program.refuses("run", "--simulate-until", "2098-01-01 10:00")

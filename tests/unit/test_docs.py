"""What the documents say is so: the state table, commands, settings, links, locks and decisions."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from connectors import discover
from connectors.sandbox import enrol
from distributor.cli import root
from distributor.doc_tables import TABLES, inserted, marks
from distributor.settings import load

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "config" / "distributor.env.example"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
VERSION = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)


def ids(paths: list[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in paths]


def settings_in(text: str) -> dict[str, str]:
    """The example's settings as if every `#` before one were taken away."""
    return dict(re.findall(r"^#?(DISTRIBUTOR_[A-Z_]+)=(.*)$", text, re.MULTILINE))


def spoken_commands(text: str) -> Iterator[list[str]]:
    """Every call of the program in code, as words: in blocks and between single backticks."""
    blocks = re.findall(r"```(?:sh|ini)\n(.*?)```", text, re.DOTALL)
    calls = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    calls += re.findall(r"`(distributor [^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    for call in calls:
        found = re.search(r"(?:^|[\s/])distributor ([a-z].*)", call.partition("#")[0])
        if found:
            yield shlex.split(found.group(1).partition(">")[0])


def test_each_table_of_the_code_stands_in_a_document_as_the_code_says() -> None:
    tabled = {
        path: path.read_text("utf-8") for path in DOCUMENTS if "written by `make docs`" in path.read_text("utf-8")
    }

    for path, text in tabled.items():
        assert inserted(text) == text, f"make docs writes the tables of {path.name} anew"
    assert all(sum(marks(name)[0] in text for text in tabled.values()) == 1 for name in TABLES)


@pytest.mark.parametrize("text", ["# Nothing to fill in\n", f"{marks('rules')[0]}\n", f"{marks('rules')[1]}\n"])
def test_a_document_without_its_marks_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="marks"):
        inserted(text)


@pytest.mark.parametrize("path", DOCUMENTS, ids=ids(DOCUMENTS))
def test_every_command_in_a_document_exists_with_its_options(path: Path) -> None:
    for words in spoken_commands(path.read_text("utf-8")):
        command: click.Command = root
        left = list(words)
        while isinstance(command, click.Group) and left:
            found = command.get_command(click.Context(command), left[0])
            assert found is not None, f"distributor {' '.join(words)}: {left[0]} is no command"
            command, left = found, left[1:]
        known = {name for parameter in command.params for name in [*parameter.opts, *parameter.secondary_opts]}
        named = {word.partition("=")[0] for word in left if word.startswith("--")}
        assert named <= known | {"--help", "--json"}, f"distributor {' '.join(words)}"


def test_the_documents_show_commands_at_all() -> None:
    shown = {words[0] for path in DOCUMENTS for words in spoken_commands(path.read_text("utf-8"))}

    assert {"up", "doctor", "db", "users", "config", "accounts", "feed", "keys", "stop", "resume", "posts"} <= shown


@pytest.mark.parametrize("path", DOCUMENTS, ids=ids(DOCUMENTS))
def test_links_to_files_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", path.read_text("utf-8"))
    broken = [
        target
        for target in targets
        if "://" not in target and not (path.parent / target.partition("#")[0]).resolve().exists()
    ]

    assert broken == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=ids(DOCUMENTS))
def test_files_named_in_passing_exist(path: Path) -> None:
    rooms = r"(?:tests|distributor|connectors|schedules|config|docs|alembic)"
    named = re.findall(rf"`({rooms}/[\w./-]+)`", path.read_text("utf-8"))

    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("path", DECISIONS, ids=ids(DECISIONS))
def test_a_decision_has_all_its_parts_and_is_half_a_page(path: Path) -> None:
    text = path.read_text("utf-8")

    assert text.startswith(f"# {int(path.name[:4])}. ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Problem", "Options", "Choice", "Consequences"]
    assert len(text.split()) < 350


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_every_setting_stands_in_the_example_and_none_besides() -> None:
    code = (ROOT / "distributor" / "settings.py").read_text("utf-8")
    read = {f"DISTRIBUTOR_{name}" for name in re.findall(r'_(?:text|number|choice|several)\(values, "([A-Z_]+)"', code)}
    hosts = {f"DISTRIBUTOR_{c.channel}_{host}_URL".upper() for c in discover().values() for host in c.hosts}

    assert len(read) > 10
    assert settings_in(EXAMPLE.read_text("utf-8")).keys() == read | hosts


def test_the_example_shows_the_defaults() -> None:
    shown = settings_in(EXAMPLE.read_text("utf-8"))
    chosen = load(shown)
    plain = load({})

    fields = [name for name in type(plain).__dataclass_fields__ if name != "environment"]
    assert {name: getattr(chosen, name) for name in fields} == {name: getattr(plain, name) for name in fields}
    for connector in discover().values():
        for host, address in connector.hosts.items():
            assert chosen.channel_url(connector.channel, host, "") == address


def test_every_setting_of_the_example_is_explained() -> None:
    lines = EXAMPLE.read_text("utf-8").splitlines()
    for number, line in enumerate(lines):
        if re.match(r"#?DISTRIBUTOR_", line) and not re.match(r"#?DISTRIBUTOR_", lines[number - 1]):
            before = [text for text in lines[:number] if text][-1]
            assert before.startswith("# "), f"{line} has no meaning above it"


def test_the_sandbox_plays_every_host_of_every_channel() -> None:
    hosts = {f"DISTRIBUTOR_{c.channel}_{host}_URL".upper() for c in discover().values() for host in c.hosts}

    assert set(enrol.environment("http://127.0.0.1:1")) == hosts


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
def test_a_lock_pins_by_hash_and_names_no_host(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]

    assert len(entries) > 30
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry or "==" not in entry] == []
    assert re.findall(r"://|^\s*--(?!hash)\S+", text, re.MULTILINE) == []


def test_both_locks_agree_and_hold_what_the_project_asks_for() -> None:
    runs = dict(VERSION.findall((ROOT / "requirements.lock").read_text("utf-8")))
    tests = dict(VERSION.findall((ROOT / "requirements-test.lock").read_text("utf-8")))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    asked = {re.split(r"[\[<>=~! ]", entry)[0].lower() for entry in project["project"]["dependencies"]}
    asked_for_tests = {re.split(r"[\[<>=~! ]", entry)[0].lower() for entry in project["dependency-groups"]["test"]}

    assert runs.items() <= tests.items()
    assert asked - runs.keys() == set()
    assert asked_for_tests - tests.keys() == set()


def test_the_licence_is_the_one_the_project_names() -> None:
    licence = (ROOT / "LICENSE").read_text("utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    assert project["license"] == "EUPL-1.2"
    assert licence.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")
    assert "license: EUPL-1.2" in (ROOT / "publiccode.yml").read_text("utf-8")


def test_no_document_names_a_machine_of_ours() -> None:
    texts = [*DOCUMENTS, *(ROOT / name for name in ("Makefile", ".ci/run", "Dockerfile", "compose.yaml"))]
    found = [path.name for path in texts if re.search(r"/(?:work|root|home)/\w", path.read_text("utf-8"))]

    assert found == []

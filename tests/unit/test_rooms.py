"""The house's rules that imports alone cannot say: which words, names and habits may stand in which room."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from connectors import discover

ROOT = Path(__file__).parents[2]
CHANNELS = frozenset({*discover(), "mastodon", "bluesky", "website", "manual"})
OWN = frozenset({"website", "manual"})
"""Channels without a network; in German, one of them is a word like any other."""
NETWORKS = frozenset({*(name for name in discover() if len(name) > 2), "mastodon", "bluesky"}) - OWN
"""Names that are no ordinary words: no text of ours has a reason to contain one."""

PURE = (
    "schedules",
    "distributor/domain.py",
    "distributor/guarding.py",
    "distributor/lifecycle.py",
    "distributor/clearance.py",
    "distributor/consent.py",
    "distributor/correcting.py",
    "distributor/four_eyes.py",
    "distributor/chain.py",
    "distributor/collisions.py",
    "distributor/leaving.py",
    "distributor/proof.py",
    "distributor/retention.py",
    "distributor/takedown.py",
    "distributor/roster.py",
    "distributor/story.py",
    "distributor/wording.py",
    "distributor/doc_tables.py",
    "distributor/tailoring",
    "distributor/intake",
)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def files(*rooms: str) -> list[Path]:
    found = []
    for room in rooms:
        place = ROOT / room
        found += [place] if place.is_file() else sorted(place.rglob("*.py"))
    assert found, f"nothing to look at in {rooms}"
    return found


def told(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def imported(path: Path) -> Iterator[tuple[ast.AST, str]]:
    """Every module that the file imports, with what it takes from it."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)


def chains(path: Path) -> Iterator[tuple[ast.AST, str]]:
    """Every dotted expression in the file (``datetime.now``), as it is written."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute):
            yield node, ast.unparse(node)


def channel_words(path: Path, code: ast.Module) -> list[str]:
    """Texts of the code that are a channel's name or contain a network's; docstrings and parts of f-strings are not."""
    prose = {id(node.value) for node in ast.walk(code) if _is_text(node)}
    pieces = {id(value) for node in ast.walk(code) if isinstance(node, ast.JoinedStr) for value in node.values}
    return [
        f"{told(path, node)} {node.value!r}"
        for node in ast.walk(code)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose
        if (node.value.lower() in CHANNELS and id(node) not in pieces)
        or any(name in node.value.lower() for name in NETWORKS)
    ]


def state_writes(path: Path, code: ast.Module) -> list[str]:
    """Assignments to ``.state`` of what is named a post, and UPDATEs of posts that carry ``state`` or hide what."""
    found = []
    for node in ast.walk(code):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in targets:
            if isinstance(target, ast.Attribute) and target.attr == "state" and "post" in ast.unparse(target).lower():
                found.append(told(path, node))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".values"):
            opaque = node.args or any(keyword.arg in {"state", None} for keyword in node.keywords)
            of_posts = re.search(r"update\((PostRow|_POST)\)", ast.unparse(node))
            found += [told(path, node)] if opaque and of_posts else []
    return found


def swallowing(path: Path, code: ast.Module) -> list[str]:
    """Handlers for everything that do nothing."""
    return [
        told(path, node)
        for node in ast.walk(code)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or "Exception" in ast.unparse(node.type).split("."))
        and all(isinstance(step, ast.Pass | ast.Continue) or _is_text(step) for step in node.body)
    ]


def _is_text(step: ast.AST) -> bool:
    return isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant)


def test_no_file_of_the_application_names_a_channel() -> None:
    found = [line for path in files("distributor") for line in channel_words(path, tree(path))]
    found += [
        f"{path.relative_to(ROOT)}: {name}"
        for kind in ("*.html", "desk.css", "public.css")
        for path in (ROOT / "distributor").rglob(kind)
        for name in NETWORKS
        if name in path.read_text("utf-8").lower()
    ]

    assert found == []


def test_from_the_connectors_the_application_takes_only_what_all_of_them_share() -> None:
    shared = (
        "connectors.base",
        "connectors._choices",
        "connectors._connects",
        "connectors._corrections",
        "connectors._costs",
        "connectors._http",
        "connectors._pace",
        "connectors._renews",
        "connectors._addresses",
        "connectors.discover",
    )
    exempt = {"distributor/cli/demo.py", "distributor/cli/demo_world.py"}  # they drive the sandbox
    found = [
        f"{told(path, node)} {name}"
        for path in files("distributor")
        for node, name in imported(path)
        if name.partition(".")[0] == "connectors" and not name.startswith(shared)
        if not (path.relative_to(ROOT).as_posix() in exempt and name.startswith("connectors.sandbox"))
    ]

    assert found == []


def test_connectors_are_discovered_in_one_place() -> None:
    places = {
        path.relative_to(ROOT).as_posix()
        for path in files("distributor")
        for _, name in imported(path)
        if name == "connectors.discover"
    }

    assert places == {"distributor/bootstrap.py"}


def test_a_channel_imports_nothing_of_another_channel() -> None:
    found = [
        f"{told(path, node)} {name}"
        for path in (ROOT / "connectors").glob("*.py")
        for node, name in imported(path)
        if name.split(".")[0] == "connectors" and len(name.split(".")) > 1 and name.split(".")[1] in discover()
    ]

    assert found == []


def test_one_guarded_update_in_the_store_writes_the_state_of_a_post() -> None:
    found = [line for path in files("distributor") for line in state_writes(path, tree(path))]

    assert {line.partition(":")[0] for line in found} == {"distributor/store/posts.py"}
    assert len(found) == 1


def test_faces_use_nothing_of_sqlalchemy_but_its_exceptions() -> None:
    found = [
        f"{told(path, node)} {name}"
        for path in files("distributor/cli", "distributor/web", "distributor/daemon.py")
        for node, name in imported(path)
        if name.startswith("sqlalchemy") and not name.startswith("sqlalchemy.exc.")
    ]

    assert found == []


def test_the_calendar_needs_the_standard_library_and_two_more() -> None:
    allowed = {*sys.stdlib_module_names, "schedules", "holidays", "icalendar"}
    found = [
        f"{told(path, node)} {name}"
        for path in files("schedules")
        for node, name in imported(path)
        if name.partition(".")[0] not in allowed
    ]

    assert found == []


def test_a_connector_reads_no_environment_and_no_clock_and_writes_no_log() -> None:
    forbidden = {"os.environ", "os.getenv", "time.sleep", "time.time", "datetime.now", "datetime.utcnow", "date.today"}
    says = {"debug", "info", "warning", "error", "exception", "critical", "log"}
    found = []
    for path in (ROOT / "connectors").glob("*.py"):
        for node, chain in chains(path):
            speaks = "log" in chain.partition(".")[0].lower() and chain.rpartition(".")[2] in says
            found += [f"{told(path, node)} {chain}"] if chain in forbidden or speaks else []

    assert found == []


def test_pure_rooms_ask_no_clock_no_chance_no_disk_and_do_not_wait() -> None:
    clocks = {"time.sleep", "time.time", "time.monotonic", "datetime.now", "datetime.utcnow", "date.today"}
    rooms = tuple(room for room in PURE if room not in {"distributor/intake", "distributor/doc_tables.py"})
    found = [f"{told(path, node)} {chain}" for path in files(*PURE) for node, chain in chains(path) if chain in clocks]
    found += [
        f"{told(path, node)} {name}"
        for path in files(*rooms)
        for node, name in imported(path)
        if name.partition(".")[0] in {"random", "secrets", "os", "pathlib", "socket", "subprocess", "requests"}
    ]

    assert found == []


def test_nothing_that_stays_running_sleeps() -> None:
    """Only the demo waits for its own children; everybody else is woken or given the sleep as an argument."""
    found = [
        told(path, node)
        for path in files("distributor")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"time.sleep", "sleep"}
    ]

    assert {line.partition(":")[0] for line in found} <= {"distributor/cli/demo_world.py"}


def test_no_failure_is_swallowed() -> None:
    found = [line for path in files("connectors", "distributor", "schedules") for line in swallowing(path, tree(path))]

    assert found == []


def counting_people(path: Path, module: ast.Module) -> list[str]:
    """Find where something is grouped by who did it, or measured with a label for them."""
    people = {"actor", "login", "user_id", "user", "approver", "person", "auto_by", "lifted_by", "unix_user"}
    found = []
    for call in (node for node in ast.walk(module) if isinstance(node, ast.Call)):
        named = getattr(call.func, "attr", "")
        told = [call] if named == "group_by" else [each.value for each in call.keywords if each.arg == "labels"]
        for each in (inner for part in told for inner in ast.walk(part)):
            word = each.attr if isinstance(each, ast.Attribute) else getattr(each, "value", "")
            if word in people:
                found.append(f"{path.name}:{call.lineno} {word}")
    return found


def test_no_figure_is_made_about_the_people_who_work_here() -> None:
    found = [line for path in files("distributor") for line in counting_people(path, tree(path))]

    assert found == []


def test_the_migrations_folder_does_not_shadow_the_library() -> None:
    assert list((ROOT / "alembic").rglob("__init__.py")) == []


def test_the_configuration_holds_data_only() -> None:
    assert list((ROOT / "config").rglob("*.py")) == []


def test_modules_keep_to_one_concern() -> None:
    """Longer than four hundred lines is two concerns."""
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for path in files("connectors", "distributor", "schedules")
        if (lines := len(path.read_text("utf-8").splitlines())) > 400
    }

    assert long == {}


@pytest.mark.parametrize(
    ("looks", "code"),
    [
        (channel_words, "if post.channel == 'instagram': pass"),
        (channel_words, "TIMES = {'x': 1}"),
        (channel_words, "say('Instagram ist nicht erreichbar.')"),
        (state_writes, "post.state = State.PUBLISHED"),
        (state_writes, "session.execute(update(PostRow).values(state='staged'))"),
        (counting_people, "query.group_by(EventRow.actor)"),
        (counting_people, "Gauge('approvals', 'Approvals.', labels=('login',))"),
        (state_writes, "session.execute(update(_POST).values({'state': 'staged'}))"),
        (swallowing, "try:\n    go()\nexcept Exception:\n    pass"),
        (swallowing, "for row in rows:\n    try:\n        go()\n    except:\n        continue"),
    ],
)
def test_these_looks_find_what_they_look_for(looks: object, code: str) -> None:
    assert callable(looks)
    assert looks(ROOT / "distributor" / "example.py", ast.parse(code))

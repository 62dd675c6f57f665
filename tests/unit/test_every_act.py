"""Every act of a person leaves an event: no use case that takes an actor and writes gets by without the record."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

SERVICES = Path(__file__).parents[2] / "distributor" / "services"
RECORDS = {"record", "posts.record", "posts.move", "store.posts.record"}
"""What writes an event; ``posts.move`` does so with every change of state."""

Functions = dict[str, ast.FunctionDef]


@cache
def functions(module: str) -> Functions:
    tree = ast.parse((SERVICES / f"{module}.py").read_text("utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


@cache
def imported(module: str) -> dict[str, tuple[str, str]]:
    """What a module takes from other services: its name here, the module, the name there (empty: the module itself)."""
    found: dict[str, tuple[str, str]] = {}
    for node in ast.walk(ast.parse((SERVICES / f"{module}.py").read_text("utf-8"))):
        if not isinstance(node, ast.ImportFrom) or node.module is None:
            continue
        for alias in node.names:
            if node.module == "distributor.services":
                found[alias.asname or alias.name] = (alias.name, "")
            elif node.module.startswith("distributor.services."):
                found[alias.asname or alias.name] = (node.module.rpartition(".")[2], alias.name)
    return found


def called(module: str, function: ast.FunctionDef) -> set[tuple[str, str]]:
    """Every function of the services that this one calls or hands on, by module and name."""
    found = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            if node.id in functions(module):
                found.add((module, node.id))
            elif imported(module).get(node.id, ("", ""))[1]:
                found.add(imported(module)[node.id])
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            other, name = imported(module).get(node.value.id, ("", "x"))
            if other and not name:
                found.add((other, node.attr))
    return {(other, name) for other, name in found if name in functions(other)}


def reached(module: str, name: str) -> list[tuple[str, ast.FunctionDef]]:
    seen: dict[tuple[str, str], ast.FunctionDef] = {}
    left = {(module, name)}
    while left:
        here = left.pop()
        seen[here] = functions(here[0])[here[1]]
        left |= called(here[0], seen[here]) - seen.keys()
    return [(place, function) for (place, _), function in seen.items()]


def calls(function: ast.FunctionDef) -> set[str]:
    return {ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}


def verbs() -> list[tuple[str, str]]:
    """The use cases of people: public functions of the services that are handed the parts, an actor and the time."""
    return [
        (path.stem, name)
        for path in sorted(SERVICES.glob("*.py"))
        for name, function in functions(path.stem).items()
        if not name.startswith("_")
        and {"deps", "actor", "now"} <= {each.arg for each in (*function.args.args, *function.args.kwonlyargs)}
        and any("deps.store.write" in calls(each) for _, each in reached(path.stem, name))
    ]


@pytest.mark.parametrize("verb", verbs(), ids=[".".join(verb) for verb in verbs()])
def test_every_verb_writes_an_event(verb: tuple[str, str]) -> None:
    assert any(calls(each) & RECORDS for _, each in reached(*verb)), f"{'.'.join(verb)} leaves no event"


def test_the_verbs_are_found() -> None:
    names = {".".join(verb) for verb in verbs()}

    assert len(names) > 25
    assert {"approving.approve", "stopping.stop", "leaving.retire", "people.add_user", "clearing.clear"} <= names

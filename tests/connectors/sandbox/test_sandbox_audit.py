"""The stand-alone comparison of ledger and approved documents."""

from __future__ import annotations

import ast
import copy
import json
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.sandbox import audit
from connectors.sandbox.server import build, running

SCRIPT = Path(audit.__file__)
MEDIUM = {"sha256": "aa", "mime": "image/jpeg", "width": 1, "height": 1, "alt": "Rot"}
APPROVED = [
    {"item": 1, "channel": "x", "account": "3001", "text": "Eins", "link": "https://k.example/1", "media": [MEDIUM]},
    {"item": 2, "channel": "x", "account": "3001", "text": "Zwei", "link": "", "media": []},
]


def ledger():
    return [
        {**copy.deepcopy(post), "id": f"9{place}", "created": "2026-11-23T09:00:00Z", "deleted": None}
        for place, post in enumerate(APPROVED)
    ]


def test_what_is_equal_has_no_differences():
    assert audit.compare(APPROVED, ledger()) == []


def test_deleted_posts_do_not_count():
    rows = ledger()
    rows.append({**rows[0], "id": "99", "deleted": "2026-11-23T10:00:00Z"})

    assert audit.compare(APPROVED, rows) == []


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda rows: rows.pop(), "missing: x account 3001 item 2"),
        (lambda rows: rows.append({**rows[0], "id": "99"}), "double: x account 3001 item 1 post 99"),
        (lambda rows: rows.append({**rows[0], "id": "99", "text": "Neu"}), "not approved: x account 3001"),
        (lambda rows: rows[0].update(text="Anders"), 'differs: x account 3001 item 1 post 90: text "Eins" became'),
        (lambda rows: rows[0].update(link=""), "link"),
        (lambda rows: rows[0]["media"][0].update(alt="Blau"), "alt texts"),
        (lambda rows: rows[0]["media"][0].update(sha256="bb"), "media"),
        (lambda rows: rows[0].update(account="3002"), "missing: x account 3001 item 1"),
        (lambda rows: rows[1].update(deleted="2026-11-23T10:00:00Z"), "missing: x account 3001 item 2"),
    ],
)
def test_each_difference_is_a_line(change, word):
    rows = ledger()
    change(rows)

    lines = audit.compare(APPROVED, rows)

    assert any(line.startswith(word) or word in line for line in lines)
    assert all("\n" not in line for line in lines)


def test_a_wrong_order_of_pictures_is_a_difference():
    two = [{**APPROVED[0], "media": [MEDIUM, {**MEDIUM, "sha256": "bb", "alt": "Blau"}]}]
    rows = [{**two[0], "id": "1", "deleted": None, "media": list(reversed(two[0]["media"]))}]

    assert len(audit.compare(two, rows)) == 1


def test_the_count_is_exact():
    assert audit.compare(APPROVED, ledger(), 2) == []
    assert audit.compare(APPROVED, ledger(), 3) == ["count: 3 wanted, 2 approved, 2 public"]


def test_it_imports_the_standard_library_only():
    tree = ast.parse(SCRIPT.read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-I", str(SCRIPT), *arguments], capture_output=True, text=True, timeout=30, check=False
    )


def test_it_runs_alone_against_a_real_sandbox(tmp_path, accounts):
    import requests

    approved = tmp_path / "approved.json"
    post = {"item": 1, "channel": "facebook", "account": "1001", "text": "Hallo", "link": "", "media": []}
    approved.write_text(json.dumps([post]))
    with running(build()) as base:
        address = ["--ledger", f"{base}/_ledger", "--expected", str(approved)]
        requests.post(f"{base}/_accounts", json=accounts, timeout=5)
        missing = run(*address)
        feed = f"{base}/graph.facebook.com/v25.0/1001/feed"
        requests.post(feed, data={"message": "Hallo", "access_token": "page-fulda"}, timeout=5)
        equal = run(*address, "--count", "1")

    assert (missing.returncode, missing.stdout.splitlines()[0]) == (1, "audit: 1 approved, 0 public, 1 differences")
    assert (equal.returncode, equal.stdout) == (0, "audit: 1 approved, 1 public, equal\n")


def test_what_cannot_be_compared_is_exit_2(tmp_path, capsys):
    broken = tmp_path / "broken.json"
    broken.write_text("{}")

    assert audit.main(["--ledger", str(broken), "--expected", str(broken)]) == 2
    assert audit.main(["--ledger", str(tmp_path / "none.json"), "--expected", str(broken)]) == 2
    assert "cannot compare" in capsys.readouterr().out

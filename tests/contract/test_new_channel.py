"""The channel of docs/new-channel.md keeps the contract as it stands there, so that the page cannot go stale."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "new-channel.md").read_text("utf-8")

_PLUGIN = """
import pathlib
import connectors, connectors.sandbox
here = pathlib.Path(__file__).parent
connectors.__path__.append(str(here / "connectors"))
connectors.sandbox.__path__.append(str(here / "connectors" / "sandbox"))
"""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """What the page says is to be written, in a folder of its own beside the project."""
    written = blocks("python")
    assert len(written) == 2
    for block in written:
        name = re.match(r"# (\S+)\n", block)
        assert name is not None
        path = tmp_path / name[1]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block, "utf-8")
    [sample] = blocks("json")
    (tmp_path / "samples").mkdir()
    (tmp_path / "samples" / "pinnwand.json").write_text(sample, "utf-8")
    (tmp_path / "eighth.py").write_text(_PLUGIN, "utf-8")
    return tmp_path


def asked(beside: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Ask the contract of it, in a process of its own: this one knows seven channels."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "eighth", "-p", "no:randomly", *arguments]
    environment = {**os.environ, "PYTHONPATH": f"{beside}{os.pathsep}{ROOT}", "MORE_SAMPLES": str(beside / "samples")}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)


def test_an_eighth_channel_takes_one_module_its_sandbox_side_and_one_test(beside: Path) -> None:
    suite = ["tests/contract/test_contract.py", "tests/contract/test_life.py"]
    ended = asked(beside, *suite, "-k", "pinnwand")
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-2000:]
    [passed] = re.findall(r"(\d+) passed", ended.stdout)
    assert int(passed) > 100


def test_and_one_that_forgets_a_rule_is_caught(beside: Path) -> None:
    module = beside / "connectors" / "pinnwand.py"
    kept = module.read_text("utf-8")
    forgetful = kept.replace('changes=duty == "release"', "changes=False")
    assert forgetful != kept
    module.write_text(forgetful, "utf-8")
    ended = asked(beside, "tests/contract/test_contract.py", "-k", "pinnwand and unclear_answer_to_a_release")
    assert ended.returncode == 1, ended.stdout[-2000:]

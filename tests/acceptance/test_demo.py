"""The two ways of ``make demo``, as processes, as a newcomer meets them."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let one demo run at a time: each wants the same ports, and two that look at once find the same ones free."""
    with (tmp_path_factory.getbasetemp().parent / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def demo(folder: Path, *more: str) -> subprocess.Popen[str]:
    """Start the demo with its data in ``folder``."""
    command = [sys.executable, "-m", "distributor", "demo", "--data", str(folder), *more]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_one_pass_publishes_all_1152_posts_exactly_as_approved_and_shows_a_bar_but_no_logs(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "distributor", "demo", "--data", str(tmp_path / "demo"), "--once"]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs, text=True)
    os.close(theirs)
    seen: list[bytes] = []
    reader = threading.Thread(target=_read_terminal, args=(ours, seen))
    reader.start()
    said, _ = running.communicate(timeout=900)
    reader.join(timeout=10)
    shown = b"".join(seen).decode(errors="replace")

    assert running.returncode == 0, said + shown
    assert "audit: 960 approved, 960 public, equal" in said
    assert "own pages: 192 approved, 192 public, equal" in said
    for channel in ("bluesky", "facebook", "instagram", "mastodon", "website", "x"):
        assert re.search(rf"{channel} .*veröffentlicht .*192 ", said), said
    assert "Posts gehen hinaus" in shown
    assert "[info" not in re.sub(r"\x1b\[[0-9;]*m", "", shown)


def _read_terminal(descriptor: int, seen: list[bytes]) -> None:
    """Read until the other side is closed, which Linux tells as an error."""
    with contextlib.suppress(OSError):
        while said := os.read(descriptor, 65536):
            seen.append(said)
    os.close(descriptor)


def test_the_demo_shows_where_it_is_and_ends_cleanly_at_ctrl_c(tmp_path: Path) -> None:
    running = demo(tmp_path / "demo")
    assert running.stdout is not None
    said = ""
    for line in running.stdout:
        said += line
        if "Protokolle und Datenbank" in line:
            break
    addresses = re.findall(r"http://127\.0\.0\.1:\d+/\S*", said)
    assert len(addresses) == 4, said
    assert "hersfeld-rotenburg, hochtaunus," in " ".join(said.split())
    assert all(len(line) <= 100 for line in said.splitlines() if "/" not in line), said
    for address in addresses:
        assert requests.get(address, timeout=10).ok

    running.send_signal(signal.SIGINT)
    rest, _ = running.communicate(timeout=60)

    assert running.returncode == 0, rest
    assert "Traceback" not in rest
    for address in addresses:
        with pytest.raises(requests.ConnectionError):
            requests.get(address, timeout=5)


def children(process: int) -> list[int]:
    """Return who was started by a process and runs."""
    return [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="only Linux tells whose child a process is")
@pytest.mark.parametrize("ends", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_demo_that_is_ended_while_it_is_built_leaves_nothing_running(ends: signal.Signals, tmp_path: Path) -> None:
    running = demo(tmp_path / "demo", "--once")
    deadline = time.monotonic() + 60
    said_first = tmp_path / "demo" / "sandbox.log"
    while not (said_first.exists() and said_first.stat().st_size):
        assert time.monotonic() < deadline
        assert running.poll() is None

    started = children(running.pid)
    assert started
    running.send_signal(ends)
    said, _ = running.communicate(timeout=60)

    assert running.returncode == 130, said
    assert "Traceback" not in said
    assert [each for each in started if Path(f"/proc/{each}").exists()] == []

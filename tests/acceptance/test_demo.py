"""The two ways of ``make demo``, as processes, as a newcomer meets them."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).resolve().parents[2]


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

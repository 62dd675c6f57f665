"""Daemons on hosts of their own against one PostgreSQL, killed and cut off at random; whole: ``make test-hosts``."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.hosts.chaos import ROOT
from tests.hosts.net import why_not
from tests.support.postgres import NoPostgres, binaries

POSTS, HOSTS = 120, 3


def test_nothing_is_lost_or_doubled_by_hosts_that_die_and_are_cut_off() -> None:
    if why := why_not():
        pytest.skip(why)
    try:
        binaries()
    except NoPostgres as error:
        pytest.skip(f"PostgreSQL is not here: {error}")

    command = [sys.executable, "-m", "tests.hosts.chaos", "--posts", str(POSTS), "--hosts", str(HOSTS)]
    done = subprocess.run([*command, "--patience", "600"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, f"{done.stdout}\n{done.stderr[-5000:]}"
    figures = json.loads(done.stdout)
    assert figures["public"] >= POSTS - figures["with_people"]
    assert figures["kills"] + figures["cuts"] + figures["cuts_from_database"] >= 5, (
        "the storm was too short to prove it"
    )

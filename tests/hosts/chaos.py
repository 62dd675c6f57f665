"""Daemons on several hosts against one PostgreSQL, killed and cut off at random, until every post is accounted for.

``python -m tests.hosts.chaos --posts 10000 --hosts 4 --seed 1`` as root; prints one line of figures as JSON. Exit
status 0: nothing lost, nothing doubled, nobody asked about more posts than faults left in doubt.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import connectors.sandbox.audit
from connectors.base import RemotePost
from distributor import log
from distributor.cli.demo_world import platform_id
from distributor.domain import FeedItem
from distributor.services import tailoring, taking_in, views
from distributor.store import migrations
from distributor.store.engine import Store
from distributor.store.tables import AnswerRow, ApprovalRow, AttemptRow, ItemRow, PostRow, StageRow
from tests.hosts.net import DATABASE, NETWORKS, Net, why_not
from tests.support.databases import Stores
from tests.support.postgres import Server
from tests.support.world import SETUP, World

CHANNELS = ("facebook", "x")
ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "config"
WATCHFUL = (
    "keepalives_idle=1&keepalives_interval=1&keepalives_count=2&tcp_user_timeout=3000&connect_timeout=3"
    "&options=-c%20tcp_keepalives_idle%3D1%20-c%20tcp_keepalives_interval%3D1%20-c%20tcp_keepalives_count%3D2"
    "%20-c%20tcp_user_timeout%3D3000"
)
"""A vanished peer is noticed in three seconds instead of 25, by both sides."""


@dataclass
class Figures:
    """What happened, and what came of it."""

    posts: int
    hosts: int
    seed: int
    kills: int = 0
    cuts: int = 0
    cuts_from_database: int = 0
    seconds: float = 0.0
    states: dict[str, int] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    public: int = 0
    lost: int = 0
    doubled: int = 0
    with_people: int = 0
    in_doubt: int = 0
    differences: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Tell whether the promise held."""
        return not self.lost and not self.doubled and not self.differences and self.with_people <= self.in_doubt


class Host:
    """One daemon on one host."""

    def __init__(self, net: Net, number: int, environment: dict[str, str], folder: Path) -> None:
        self._net, self.number = net, number
        self._environment = {**environment, "DISTRIBUTOR_DATA_DIR": str(folder / f"host{number}")}
        self._log = folder / f"host{number}.log"
        self.busy_until = 0.0
        self._since = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def works(self) -> bool:
        """Tell whether it has come up."""
        return self.runs and b"daemon_began" in self._log.read_bytes()[self._since :]

    def starts(self) -> None:
        self._log.touch()
        self._since = self._log.stat().st_size
        command = self._net.inside(self._net.hosts[self.number], [sys.executable, "-m", "tests.hosts.daemon"])
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)

    def dies(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=20)
        self._process = None

    def ends(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(timeout=90)
            except subprocess.TimeoutExpired:
                self.dies()

    def said(self) -> str:
        """Return the end of its log."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-40:])

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None


def built(server: Server, sandbox: str, folder: Path, posts: int) -> World:
    """Return a world with that many posts approved, or a few more: items times Jobcenter times channels."""
    admin = sa.create_engine(server.url("postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text("CREATE DATABASE kjc"))
    admin.dispose()
    url = f"{server.url('kjc')}?{WATCHFUL}"
    store = Store(url)
    migrations.upgrade(store)
    store.close()
    slugs = sorted(path.stem for path in (CONFIG / "organisations").glob("*.toml"))
    world = World(
        url,
        folder / "setup",
        sandbox,
        f"http://{NETWORKS}",
        Stores(),
        organisations=tuple(slugs[: max(4, posts // 300)]),
        channels=CHANNELS,
        start=datetime.now(UTC),
    )
    item = FeedItem(
        guid="urn:kjc:0",
        title="Infoabend zur Ausbildung",
        link="https://portal.example/infoabend",
        summary="Am Abend beantworten wir Fragen zur Ausbildung.",
        text="Am Abend beantworten wir Fragen zur Ausbildung. Kommt vorbei.",
    )
    number = taking_in.add_item(world.deps, SETUP, item, world.clock.now())
    tailoring.tailor_item(world.deps, number, world.clock.now())
    world.clears(number)
    approved = len(world.approves())
    with world.deps.store.write() as session:
        for copy in range(1, -(-posts // approved)):
            _copied(session, number, copy)
    world.crew.finish()
    world.ownership.end()
    return world


def _copied(session: Session, item_id: int, number: int) -> None:
    """Copy an approved item with all its posts, each with a text of its own: to approve 10,000 takes an hour."""
    item = _copy(session.get_one(ItemRow, item_id), guid=f"urn:kjc:{number}", link=f"https://portal.example/{number}")
    session.add(item)
    session.flush()
    for row in session.scalars(sa.select(AnswerRow).where(AnswerRow.item_id == item_id)).all():
        session.add(_copy(row, item_id=item.id))
    for post in session.scalars(sa.select(PostRow).where(PostRow.item_id == item_id).order_by(PostRow.id)).all():
        code = secrets.token_hex(4)
        told = json.dumps(post.document, ensure_ascii=False).replace(post.code, code)
        document = json.loads(told)
        document["text"] = f"Nr. {number}: {document['text']}"
        digest = RemotePost.of(document).digest
        made = _copy(post, item_id=item.id, code=code, document=document, digest=digest, approved_digest=digest)
        session.add(made)
        session.flush()
        approval = session.scalars(sa.select(ApprovalRow).where(ApprovalRow.post_id == post.id)).one()
        session.add(_copy(approval, post_id=made.id, document=document, digest=digest))


def _copy(row: Any, **changed: Any) -> Any:
    columns = {attribute.key: getattr(row, attribute.key) for attribute in sa.inspect(type(row)).column_attrs}
    del columns["id"]
    return type(row)(**{**columns, **changed})


def lays_out(world: World, seconds: float, chance: random.Random) -> None:
    """Make every post due at a moment of its own within the coming seconds."""
    start = datetime.now(UTC) + timedelta(seconds=5)
    with world.deps.store.write() as session:
        for post in session.scalars(sa.select(PostRow).where(PostRow.state == "scheduled")):
            post.due_at = start + timedelta(seconds=chance.uniform(0, seconds))
            post.next_try_at = start - timedelta(seconds=5)


class Storm:
    """One fault after another, on hosts chosen by chance; never on all at once for long."""

    def __init__(self, net: Net, hosts: list[Host], chance: random.Random, figures: Figures) -> None:
        self._net, self._hosts, self._chance, self._figures = net, hosts, chance, figures

    def strikes(self) -> None:
        """Strike one host that works; one that just comes up would never come to anything."""
        now = time.monotonic()
        well = [host for host in self._hosts if not host.busy_until and host.works]
        if not well:
            return
        host = self._chance.choice(well)
        host.busy_until = now + self._chance.uniform(1, 8)
        match self._chance.randrange(3):
            case 0:
                host.dies()
                self._figures.kills += 1
            case 1:
                self._net.cut(host.number)
                self._figures.cuts += 1
            case _:
                self._net.cut_from_database(host.number)
                self._figures.cuts_from_database += 1

    def eases(self) -> None:
        """Make those well whose time has come, and start anew what ended by itself, as a service manager does."""
        for host in self._hosts:
            if (host.busy_until and time.monotonic() >= host.busy_until) or not (host.busy_until or host.runs):
                self.ends(host)

    def ends(self, host: Host) -> None:
        """Make one host well."""
        self._net.mend(host.number)
        if not host.runs:
            host.starts()
        host.busy_until = 0.0

    def passes(self) -> None:
        """Make all well."""
        for host in self._hosts:
            self.ends(host)


def run(net: Net, figures: Figures, folder: Path, patience: float) -> Figures:
    """Build it, let the storm pass over it, and count."""
    chance = random.Random(figures.seed)
    server = Server(DATABASE)
    command = [sys.executable, "-m", "connectors.sandbox", "--host", NETWORKS, "--port", "8700"]
    sandbox = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    assert sandbox.stdout is not None
    sandbox.stdout.readline()
    try:
        world = built(server, f"http://{NETWORKS}:8700", folder, figures.posts)
        figures.posts = len(world.posts(states=["scheduled"]))
        world._http.post(f"{world.network.base}/_clock", json={"live": True}, timeout=5).raise_for_status()
        environment = {**os.environ, **world.environment, "DISTRIBUTOR_THREADS": "8", "DISTRIBUTOR_FEED_URL": ""}
        hosts = [Host(net, number, environment, folder) for number in range(figures.hosts)]
        began = time.monotonic()
        lays_out(world, figures.posts / 30, chance)
        storm = Storm(net, hosts, chance, figures)
        storm.passes()
        _storms(world, storm, chance, began + patience, figures.posts)
        for host in hosts:
            host.ends()
        figures.seconds = round(time.monotonic() - began, 1)
        _count(world, figures)
        world.deps.store.close()
        if not figures.whole:
            for host in hosts:
                sys.stderr.write(f"--- host {host.number}\n{host.said()}\n")
    finally:
        sandbox.terminate()
        server.stop()
    return figures


def _storms(world: World, storm: Storm, chance: random.Random, deadline: float, posts: int) -> None:
    """Storm until nine of ten posts are out; then let it pass, and wait until nothing waits for a daemon.

    It strikes each time a few more are out, so as often on a slow machine as on a fast one; and when nothing moves.
    """
    out, patience = 0, time.monotonic() + 20
    while (now := _published(world)) < posts * 0.9 and time.monotonic() < deadline:
        storm.eases()
        if now - out >= max(3, posts * 0.02) or time.monotonic() >= patience:
            time.sleep(chance.uniform(0, 0.5))
            storm.strikes()
            out, patience = now, time.monotonic() + 20
        time.sleep(0.1)
    storm.passes()
    while _moving(world) and time.monotonic() < deadline:
        storm.eases()
        time.sleep(0.5)


def _published(world: World) -> int:
    with world.deps.store.read() as session:
        return session.scalar(sa.select(sa.func.count()).where(PostRow.state == "published")) or 0


def _moving(world: World) -> int:
    with world.deps.store.read() as session:
        query = sa.select(sa.func.count()).where(
            sa.or_(
                PostRow.state.in_(("scheduled", "staged", "publishing")),
                sa.and_(PostRow.state == "uncertain", PostRow.next_try_at.is_not(None)),
            )
        )
        return session.scalar(query) or 0


def _count(world: World, figures: Figures) -> None:
    """Compare what the networks hold with what was approved; who is with a person may be public or not."""
    accounts = {account["id"]: platform_id(world.deps, account) for account in views.account_list(world.deps)}
    posts = [{**post, "account": accounts[post["account_id"]]} for post in world.posts() if post["approved_digest"]]
    ledger = world.network.public()
    told = [post for post in posts if post["state"] != "published"]
    lines = connectors.sandbox.audit.compare(posts, ledger)
    open_keys = Counter(f"missing: {connectors.sandbox.audit._where(post)}" for post in told)
    figures.public = len(ledger)
    figures.states = dict(world.states())
    people = ("officer", "operator")
    figures.with_people = sum(bool(post["reason"]) and post["reason"]["who"] in people for post in told)
    for line in lines:
        where = line.partition(' "')[0]
        if line.startswith("missing") and open_keys[where]:
            open_keys[where] -= 1
        elif line.startswith("missing"):
            figures.lost += 1
        elif line.startswith("double"):
            figures.doubled += 1
            _tell(world, ledger, line)
        else:
            figures.differences.append(line)
    figures.lost += len(told) - figures.with_people
    with world.deps.store.read() as session:
        done = session.execute(
            sa.select(AttemptRow.kind, AttemptRow.outcome, sa.func.count()).group_by("kind", "outcome")
        )
        figures.attempts = {f"{kind} {outcome or 'open'}": number for kind, outcome, number in done}
    doubts = ("owner_died", "outcomeunknown")
    figures.in_doubt = sum(figures.attempts.get(f"release {outcome}", 0) for outcome in doubts)


def _tell(world: World, ledger: list[dict[str, Any]], line: str) -> None:
    """Say on standard error what happened to the post that is public twice."""
    sys.stderr.write(f"{line}\n")
    text = next(entry["text"] for entry in ledger if f" post {entry['id']} " in line)
    with world.deps.store.read() as session:
        number = next(post.id for post in session.scalars(sa.select(PostRow)) if post.document["text"] == text)
        query = sa.select(AttemptRow, StageRow).join(StageRow, StageRow.id == AttemptRow.stage_id, isouter=True)
        for attempt, stage in session.execute(query.where(AttemptRow.post_id == number).order_by(AttemptRow.id)):
            told = (attempt.id, attempt.kind, attempt.outcome, attempt.owner, attempt.started_at, attempt.finished_at)
            sys.stderr.write(f"  {told} stage {attempt.stage_id} {stage and stage.state} {stage and stage.data}\n")
    for entry in ledger:
        if entry["text"] == text:
            sys.stderr.write(f"  public {entry}\n")


def main(arguments: list[str] | None = None) -> int:
    """Make the hosts, run, print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--hosts", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--patience", type=float, default=3600.0, help="seconds after which it gives up")
    parser.add_argument("--inside", default="", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.inside:
        net = Net(chosen.hosts)
        net.hub, *net.hosts = chosen.inside.split(",")
        log.configure("json", quiet=True)
        figures = Figures(chosen.posts, chosen.hosts, chosen.seed)
        with tempfile.TemporaryDirectory(prefix="kjc-hosts-") as folder:
            figures = run(net, figures, Path(folder), chosen.patience)
        sys.stdout.write(json.dumps(asdict(replace(figures)), ensure_ascii=False) + "\n")
        return 0 if figures.whole else 1
    why = why_not()
    if why:
        sys.stderr.write(f"{why}\n")
        return 2
    net = Net(chosen.hosts)
    try:
        net.make()
        again = [sys.executable, "-m", "tests.hosts.chaos", *(arguments if arguments is not None else sys.argv[1:])]
        names = ",".join((net.hub, *net.hosts))
        return subprocess.run(net.inside(net.hub, [*again, "--inside", names]), cwd=ROOT, check=False).returncode
    finally:
        net.remove()


if __name__ == "__main__":
    sys.exit(main())

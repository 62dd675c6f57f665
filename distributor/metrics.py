"""The figures as Prometheus reads them, and the small listener that gives them.

Everything is read from the database when somebody asks: whichever process answers, the answer is the same. Labels are
channels, states, kinds, outcomes, hosts, duties and feeds' numbers; no figure is about a person, a post or an account.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from distributor.clock import Clock
from distributor.listening import listen
from distributor.services.deps import Deps
from distributor.services.figures import Figures, collect
from distributor.store.figures import LIVE

if TYPE_CHECKING:
    from prometheus_client.core import Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

BUCKETS = (1, 2, 5, 10, 30, 60, 300, 900, 1800, 7200)
"""Seconds between due and public that the histogram tells apart."""

_QUIET = timedelta(minutes=2)

_log = structlog.get_logger()


def page(deps: Deps, now: datetime) -> bytes:
    """Return all figures in Prometheus' text form; without a database only that there is none."""
    from prometheus_client import generate_latest  # noqa: PLC0415  heavy, and only for who asks

    try:
        metrics = list(_metrics(collect(deps, now)))
    except SQLAlchemyError as error:
        _log.warning("figures_without_database", trouble=type(error).__name__)
        metrics = [_gauge("database_up", "Whether the database answers.", 0)]
    text: bytes = generate_latest(_Collected(metrics))
    return text


@contextmanager
def listener(deps: Deps, clock: Clock) -> Iterator[None]:
    """Give the figures at ``DISTRIBUTOR_METRICS_BIND`` while inside, if it is set. Raises: Refused for a taken port."""
    if not deps.settings.metrics_bind:
        yield
        return
    bound = listen(deps.settings.metrics_bind, "DISTRIBUTOR_METRICS_BIND")
    server = _Server(deps, clock)
    server.socket.close()
    server.socket = bound
    thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    """Serves ``/metrics`` and nothing else."""

    daemon_threads = True

    def __init__(self, deps: Deps, clock: Clock) -> None:
        super().__init__(("", 0), _Handler, bind_and_activate=False)
        self._deps, self._clock = deps, clock

    def figures(self) -> bytes:
        """Return the page as it is now."""
        return page(self._deps, self._clock.now())


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 10

    def do_GET(self) -> None:
        """Give the figures, or say that there is nothing else."""
        found = self.path.partition("?")[0] == "/metrics"
        body = self.server.figures() if found else b"/metrics\n"
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", CONTENT_TYPE if found else "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: somebody asks every few seconds."""


class _Collected:
    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> list[Metric]:
        return self._metrics


def _metrics(found: Figures) -> Iterator[Metric]:
    yield _gauge("database_up", "Whether the database answers.", 1)
    yield from _queue(found)
    yield from _calls(found)
    yield from _surroundings(found)


def _queue(found: Figures) -> Iterator[Metric]:
    channels = sorted({row[0] for row in found.accounts} | {row[0] for row in found.queue})
    counts = {(channel, str(state)): 0.0 for channel in channels for state in LIVE}
    counts |= {(row[0], row[1]): row[2] for row in found.queue}
    due = {channel: sum(row[3] for row in found.queue if row[0] == channel) for channel in channels}
    late = {channel: sum(row[4] for row in found.queue if row[0] == channel) for channel in channels}
    oldest = min((row[5] for row in found.queue if row[5] is not None), default=None)
    yield _gauges("posts", "Posts by state, without those whose life is over.", ("channel", "state"), counts)
    yield _gauges("posts_due", "Approved posts whose time has come and that are not public.", ("channel",), due)
    yield _gauges("posts_late", "Of these, those due for more than five minutes.", ("channel",), late)
    age = (found.now - oldest).total_seconds() if oldest is not None else 0
    yield _gauge("oldest_due_seconds", "How long the oldest due post has waited; 0 if none waits.", age)


def _calls(found: Figures) -> Iterator[Metric]:
    from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily  # noqa: PLC0415

    calls = CounterMetricFamily(
        "distributor_attempts",
        "Calls to networks that ended today (from 0:00 UTC), by outcome.",
        labels=("channel", "kind", "outcome"),
    )
    for channel, kind, outcome, number in found.attempts:
        calls.add_metric((channel, kind, outcome), number)
    yield calls
    public = CounterMetricFamily(
        "distributor_published", "Posts that became public today (from 0:00 UTC).", labels=("channel",)
    )
    latency = HistogramMetricFamily(
        "distributor_release_latency_seconds",
        "From due to public, of today's posts (from 0:00 UTC).",
        labels=("channel",),
    )
    for channel in sorted({row[0] for row in found.accounts} | {row[0] for row in found.releases}):
        spans = [max(0.0, (at - due).total_seconds()) for name, due, at in found.releases if name == channel]
        public.add_metric((channel,), len(spans))
        buckets = [(str(float(most)), sum(span <= most for span in spans)) for most in BUCKETS]
        latency.add_metric((channel,), [*buckets, ("+Inf", len(spans))], sum(spans))
    yield public
    yield latency
    kinds = dict.fromkeys(("stage", "release", "look", "retract", "unstage"), 0.0) | dict(found.in_flight)
    yield _gauges("calls_in_flight", "Calls to networks that are open now.", ("kind",), kinds)


def _surroundings(found: Figures) -> Iterator[Metric]:
    beats = {host: beat.timestamp() for host, _, beat in found.workers}
    yield _gauges("daemons", "Daemons that are entered, by host.", ("host",), {row[0]: row[1] for row in found.workers})
    beating = sum(beat > found.now - _QUIET for _, _, beat in found.workers)
    yield _gauge("hosts_beating", "Hosts on which a daemon was alive within the last two minutes.", beating)
    yield _gauges("daemon_last_beat_timestamp_seconds", "When a daemon of the host was last alive.", ("host",), beats)
    fed = {str(number): success.timestamp() for number, _, success, _ in found.feeds if success is not None}
    failures = {str(row[0]): row[1] for row in found.feeds}
    paused = {str(row[0]): int(row[3] is not None) for row in found.feeds}
    yield _gauges("feed_last_success_timestamp_seconds", "When the feed was last read.", ("feed",), fed)
    yield _gauges("feed_failures", "Polls that failed since the last success.", ("feed",), failures)
    yield _gauges("feed_paused", "Whether the feed is paused.", ("feed",), paused)
    accounts = {row[0]: row[1] for row in found.accounts}
    yield _gauges("accounts", "Accounts in use.", ("channel",), accounts)
    yield _gauges("accounts_paused", "Of these, paused.", ("channel",), {row[0]: row[2] for row in found.accounts})
    done = {name: at.timestamp() for name, at, _ in found.duties if at is not None}
    yield _gauges("duty_last_done_timestamp_seconds", "When the duty was last done.", ("duty",), done)
    trouble = {name: int(bool(said)) for name, _, said in found.duties}
    yield _gauges("duty_failed", "Whether the duty failed last time.", ("duty",), trouble)
    yield _gauge("stops_in_force", "Emergency brakes that are pulled.", found.stops)


def _gauge(name: str, meaning: str, value: float) -> Metric:
    from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415

    return GaugeMetricFamily(f"distributor_{name}", meaning, value=value)


def _gauges(name: str, meaning: str, labels: tuple[str, ...], values: Mapping[Any, float]) -> Metric:
    from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415

    family = GaugeMetricFamily(f"distributor_{name}", meaning, labels=labels)
    for key, value in values.items():
        family.add_metric((key,) if isinstance(key, str) else key, value)
    return family

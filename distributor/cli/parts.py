"""What a command works with: the distributor's parts, the person who acts, the time."""

from __future__ import annotations

import logging
import sys
from datetime import datetime
from pathlib import Path

import click
import structlog

from distributor import log
from distributor.bootstrap import build
from distributor.cli.outcome import BEHIND, NO_DATABASE
from distributor.clock import SystemClock
from distributor.domain import Actor, Refused
from distributor.services import people, views
from distributor.services.deps import Deps
from distributor.settings import load
from distributor.store import migrations


def assemble(*, database: bool = True, logs: bool = False) -> Deps:
    """Return the parts, given back when the command ends. Raises: Refused.

    ``database`` demands that the embedded database exists: looking must not create one. Without ``logs`` only what is
    broken in the program is logged, for a command speaks for itself.
    """
    settings = load()
    log.configure(settings.log_format)
    if not logs:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    if not settings.database_url.startswith(("sqlite:", "postgresql")):
        raise Refused(NO_DATABASE, code="settings")
    deps = build(settings)
    click.get_current_context().call_on_close(deps.store.close)
    if database and not exists(deps):
        text = f"Unter {deps.store.url.database} liegt noch keine Datenbank; `distributor db upgrade` legt sie an."
        raise Refused(text, code="schema")
    return deps


def exists(deps: Deps) -> bool:
    """Tell whether the embedded database is there; of a server only a call can tell."""
    path = deps.store.url.database
    return not deps.store.is_sqlite or path in (None, "", ":memory:") or Path(str(path)).is_file()


def require_schema(deps: Deps) -> None:
    """Raises: Refused if the database is not as the program expects it."""
    state = migrations.state(deps.store)
    if state.current != state.head:
        raise Refused(BEHIND, code="schema")


def require_known(deps: Deps, organisation: str | None, channel: str | None = None) -> None:
    """Raises: Refused for what does not exist, for an empty list would hide the mistyped name."""
    if organisation is not None:
        views.organisation_show(deps, organisation)
    if channel is not None:
        deps.connector(channel)


def acting(deps: Deps, login: str) -> Actor:
    """Return the person named with ``--as``. Raises: Refused."""
    return people.actor_named(deps, login, present())


def present() -> datetime:
    """Return the present moment."""
    return SystemClock().now()


def interactive() -> bool:
    """Tell whether a person sits at the other end and can be asked."""
    return sys.stdin.isatty()

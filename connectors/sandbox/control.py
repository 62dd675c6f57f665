"""The control addresses (``/_ledger``, ``/_accounts``, ``/_faults``, ``/_clock``, ``/_options``, ``/_reset``, …).

They are no part of any platform: tests, the demo and the daemon's simulation steer and read the sandbox here. Answers
are JSON; what cannot be done is a 400 with a German sentence in ``error``.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.sandbox import faults
from connectors.sandbox.clock import iso, read_moment
from connectors.sandbox.ledger import ledger
from connectors.sandbox.sides import sides
from connectors.sandbox.state import CHANNELS, SECRETS, Account
from connectors.sandbox.world import World


class Wrong(Exception):
    """The order cannot be carried out; the text says why, in German."""


Control = Callable[[World, Request], Awaitable[Any]]


async def _document(request: Request) -> Any:
    body = await request.body()
    try:
        return json.loads(body) if body else {}
    except ValueError as error:
        raise Wrong("Der Auftrag ist kein gültiges JSON.") from error


async def _mapping(request: Request) -> Mapping[str, Any]:
    document = await _document(request)
    if not isinstance(document, dict):
        raise Wrong("Der Auftrag muss ein JSON-Objekt sein.")
    return document


async def show_ledger(world: World, request: Request) -> Any:
    """GET /_ledger: the public and once public posts; ``all=1`` adds drafts, ``channel`` and ``account`` narrow."""
    query = request.query_params
    rows = ledger(world.state, world.clock.now(), drafts=query.get("all") == "1")
    wanted = {name: query[name] for name in ("channel", "account") if name in query}
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


async def register_accounts(world: World, request: Request) -> Any:
    """POST /_accounts: register one account or a list of them; a repeat replaces."""
    document = await _document(request)
    accounts = [_account(entry) for entry in (document if isinstance(document, list) else [document])]
    for account in accounts:
        world.state.register(account)
    return {"registered": len(accounts)}


def _account(entry: Any) -> Account:
    channels = (*CHANNELS, *sides())
    if not isinstance(entry, dict) or entry.get("channel") not in channels or not entry.get("id"):
        raise Wrong(f"Ein Konto braucht „id“ und als „channel“ eines von: {', '.join(channels)}.")
    text = {name: str(value) for name, value in entry.items() if value is not None}
    secrets = {name: text[name] for name in SECRETS if text.get(name)}
    signed = {"consumer_key", "consumer_secret", "access_token", "access_token_secret"} <= set(secrets)
    if "token" not in secrets and not (entry["channel"] == "x" and signed):
        keys = "„token“, bei Bluesky das App-Passwort, bei X die vier Schlüssel"
        raise Wrong(f"Dem Konto {text['id']} fehlen die Zugangsdaten ({keys}).")
    name = text.get("name") or text["id"]
    return Account(
        channel=text["channel"],
        id=text["id"],
        name=name,
        organisation=text.get("organisation") or name,
        username=text.get("username") or f"{text['channel']}_{text['id']}",
        app_id=text.get("app_id", ""),
        secrets=secrets,
        lacks=frozenset(text.get("lacks", "").split()),
        ends=int(text.get("ends", "0")),
    )


async def list_accounts(world: World, request: Request) -> Any:
    """GET /_accounts: what is registered, without secrets."""
    return [
        {
            "channel": account.channel,
            "id": account.id,
            "name": account.name,
            "organisation": account.organisation,
            "username": account.username,
            "app_id": account.app_id,
            "revoked": account.revoked,
            "has": sorted(account.secrets),
        }
        for account in world.state.accounts.values()
    ]


async def arm_fault(world: World, request: Request) -> Any:
    """POST /_faults: arm one fault."""
    try:
        fault = faults.read(await _mapping(request))
    except ValueError as error:
        raise Wrong(str(error)) from error
    world.faults.arm(fault)
    return fault.shown()


async def list_faults(world: World, request: Request) -> Any:
    """GET /_faults: what was armed and how often each fired."""
    return world.faults.shown()


async def clear_faults(world: World, request: Request) -> Any:
    """DELETE /_faults."""
    world.faults.clear()
    return []


async def show_clock(world: World, request: Request) -> Any:
    """GET /_clock. ``sandbox`` tells a simulation that these accounts are not real ones."""
    return {"sandbox": True, "now": iso(world.clock.now()), "mode": world.clock.mode}


async def set_clock(world: World, request: Request) -> Any:
    """POST /_clock: ``now`` sets and freezes, ``advance`` moves by seconds and freezes, ``live`` follows real time."""
    document = await _mapping(request)
    try:
        if "now" in document:
            world.clock.set(read_moment(str(document["now"])))
        elif "advance" in document:
            world.clock.advance(timedelta(seconds=float(document["advance"])))
        elif document.get("live") is True:
            world.clock.go_live()
        else:
            raise Wrong("Die Uhr versteht „now“ (ISO mit Zeitzone), „advance“ (Sekunden) oder „live“: true.")
    except (ValueError, TypeError, OverflowError) as error:
        raise Wrong(f"Damit kann die Uhr nichts anfangen: {error}.") from error
    return await show_clock(world, request)


async def show_options(world: World, request: Request) -> Any:
    """GET /_options."""
    return asdict(world.options)


async def set_options(world: World, request: Request) -> Any:
    """POST /_options: change some of them."""
    document = await _mapping(request)
    try:
        world.options = world.options.changed(document)
    except ValueError as error:
        raise Wrong(f"Die Einstellung {error} gibt es nicht, oder der Wert passt nicht.") from error
    return asdict(world.options)


async def reset(world: World, request: Request) -> Any:
    """POST /_reset: empty everything but the options and the clock; ``{"keep": ["accounts"]}`` keeps the accounts."""
    keep = (await _mapping(request)).get("keep") or []
    if not isinstance(keep, list) or not set(keep) <= {"accounts"}:
        raise Wrong('„keep“ kennt nur "accounts".')
    world.reset(keep_accounts="accounts" in keep)
    return {"accounts": len(world.state.accounts)}


async def show_requests(world: World, request: Request) -> Any:
    """GET /_requests: the latest platform requests, newest last, without secrets."""
    limit = request.query_params.get("limit", "100")
    return list(world.requests)[-int(limit) :] if limit.isdecimal() and int(limit) else []


async def show_health(world: World, request: Request) -> Any:
    """GET /_health."""
    return {"sandbox": True}


CONTROLS: tuple[tuple[str, str, Control], ...] = (
    ("GET", "/_ledger", show_ledger),
    ("GET", "/_accounts", list_accounts),
    ("POST", "/_accounts", register_accounts),
    ("GET", "/_faults", list_faults),
    ("POST", "/_faults", arm_fault),
    ("DELETE", "/_faults", clear_faults),
    ("GET", "/_clock", show_clock),
    ("POST", "/_clock", set_clock),
    ("GET", "/_options", show_options),
    ("POST", "/_options", set_options),
    ("POST", "/_reset", reset),
    ("GET", "/_requests", show_requests),
    ("GET", "/_health", show_health),
)


def routes(world: World) -> list[Route]:
    """Return the routes of all control addresses."""
    return [Route(path, _endpoint(world, control), methods=[method]) for method, path, control in CONTROLS]


def _endpoint(world: World, control: Control) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            return JSONResponse(await control(world, request))
        except Wrong as wrong:
            return JSONResponse({"error": str(wrong)}, 400)

    return answer

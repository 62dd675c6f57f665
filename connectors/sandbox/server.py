"""The sandbox as one ASGI app, and the two ways to serve it: in the foreground, or in a thread beside a test.

Path prefixes play the hosts: ``/graph.facebook.com/v25.0/…``, ``/rupload.facebook.com/…``, ``/api.x.com/2/…``,
``/mastodon/api/…``, ``/bluesky/xrpc/…``; the sample portal lives below ``/portal``.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from connectors.sandbox import (
    bluesky,
    bluesky_call,
    consent,
    control,
    facebook,
    facebook_videos,
    graph,
    graph_call,
    instagram,
    mastodon,
    mastodon_call,
    tokens,
    walls,
    x,
    x_connecting,
)
from connectors.sandbox.clock import Clock
from connectors.sandbox.portal import app as portal
from connectors.sandbox.sides import sides
from connectors.sandbox.state import State
from connectors.sandbox.wire import protocol
from connectors.sandbox.world import World

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def build(*, clock: Clock | None = None) -> Starlette:
    """Return the app with an empty memory; ``app.state.world`` holds all of it."""
    world = World(clock=clock or Clock(), state=State(start=time.time_ns() // 1_000_000))
    edges = {**facebook.EDGES, **facebook_videos.EDGES, **instagram.EDGES, **tokens.EDGES}

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        world.fetcher.close()

    app = Starlette(
        routes=[
            *consent.routes(world),
            Route(graph_call.HOST + "/{rest:path}", graph.endpoint(world, edges), methods=_METHODS),
            *x_connecting.routes(world),
            Route(x.HOST + "/{rest:path}", x.endpoint(world), methods=_METHODS),
            Route(mastodon_call.HOST + "/{rest:path}", mastodon.endpoint(world), methods=_METHODS),
            Route(bluesky_call.HOST + "/xrpc/{name}", bluesky.endpoint(world), methods=_METHODS),
            Route(facebook_videos.HOST + "/{rest:path}", facebook_videos.endpoint(world), methods=_METHODS),
            *(route for side in sides().values() for route in side.routes(world)),
            *control.routes(world),
            Mount("/portal", portal.build(world.clock.now)),
            *walls.routes(world),
        ],
        lifespan=lifespan,
    )
    app.state.world = world
    return app


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes a free one. Raises: OSError if the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's algorithm off only where the protocol is named; with it each answer takes 40 ms longer
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(2048)
    except OSError:
        bound.close()
        raise
    return bound


def server(app: Starlette) -> uvicorn.Server:
    """Return a server for the app that can also drop connections."""
    config = uvicorn.Config(
        app,
        http=protocol(app.state.world.connections),
        ws="none",
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)


@contextmanager
def running(app: Starlette, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve the app in a thread and give its base address. Raises: RuntimeError if it does not come up."""
    with listen(host, port) as bound:
        serving = server(app)
        thread = threading.Thread(target=serving.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 10
        while not serving.started:
            if time.monotonic() > deadline or not thread.is_alive():
                raise RuntimeError("the sandbox did not come up")
            time.sleep(0.005)
        try:
            yield f"http://{host}:{bound.getsockname()[1]}"
        finally:
            serving.should_exit = True
            thread.join(timeout=10)

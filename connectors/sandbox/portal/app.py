"""The portal as a web application: feeds, pages, media, and the addresses by which a test plays the editors.

Every address in an answer begins with the address that the request came to.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from connectors.sandbox.portal import answers, feeds, pages
from connectors.sandbox.portal.files import File, Files
from connectors.sandbox.portal.items import Item, Mistake, Shelf, first_items


class _Portal:
    """The handlers and what they share."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        started_at = now()
        self._shelf = Shelf(first_items(started_at), started_at)
        self._files = Files()

    def routes(self) -> list[Route]:
        return [
            Route("/", self.home),
            Route("/feed.rss", self.rss),
            Route("/feed.atom", self.atom),
            Route("/feed.json", self.json_feed),
            Route("/beitrag/{slug}", self.article),
            Route("/media/{name}", self.media),
            Route("/_publish", self.publish, methods=["POST"]),
            Route("/_edit/{guid:path}", self.edit, methods=["POST"]),
            Route("/_items/{guid:path}", self.delete, methods=["DELETE"]),
            Route("/_media/{name}", self.put_media, methods=["PUT"]),
        ]

    def home(self, request: Request) -> Response:
        return HTMLResponse(pages.home(self._shelf.items(), _base(request)))

    def rss(self, request: Request) -> Response:
        text = feeds.rss(self._shelf.items(), _base(request), self._shelf.changed_at)
        return self._feed(request, text, "application/rss+xml; charset=utf-8")

    def atom(self, request: Request) -> Response:
        text = feeds.atom(self._shelf.items(), _base(request), self._shelf.changed_at)
        return self._feed(request, text, "application/atom+xml; charset=utf-8")

    def json_feed(self, request: Request) -> Response:
        text = feeds.json_feed(self._shelf.items(), _base(request))
        return self._feed(request, text, "application/feed+json; charset=utf-8")

    def article(self, request: Request) -> Response:
        for item in self._shelf.items():
            if item.slug == request.path_params["slug"]:
                return HTMLResponse(pages.article(item, _base(request)))
        return HTMLResponse(pages.missing(), status_code=404)

    def media(self, request: Request) -> Response:
        try:
            file = self._files.read(request.path_params["name"])
        except KeyError:
            return PlainTextResponse("Diese Datei gibt es hier nicht.", status_code=404)
        return answers.file(request.headers, file.data, file.mime)

    async def publish(self, request: Request) -> Response:
        return await self._deciding(request, lambda document: self._shelf.publish(document, self._now()))

    async def edit(self, request: Request) -> Response:
        guid = request.path_params["guid"]
        return await self._deciding(request, lambda changes: self._shelf.edit(guid, changes, self._now()))

    def delete(self, request: Request) -> Response:
        try:
            self._shelf.delete(request.path_params["guid"], self._now())
        except KeyError:
            return _no_such_item()
        return Response(status_code=204)

    async def put_media(self, request: Request) -> Response:
        mime = request.headers.get("content-type", "application/octet-stream")
        self._files.put(request.path_params["name"], File(await request.body(), mime))
        return Response(status_code=204)

    def _feed(self, request: Request, text: str, mime: str) -> Response:
        return answers.document(request.headers, text.encode(), mime, self._shelf.changed_at)

    async def _deciding(self, request: Request, act: Callable[[dict[str, Any]], Item]) -> Response:
        try:
            document = await request.json()
            if not isinstance(document, dict):
                raise Mistake("the body is no JSON object")
            item = act(document)
        except (json.JSONDecodeError, UnicodeDecodeError):
            return JSONResponse({"error": "the body is no JSON"}, status_code=400)
        except Mistake as mistake:
            return JSONResponse({"error": str(mistake)}, status_code=400)
        except KeyError:
            return _no_such_item()
        return JSONResponse({"guid": item.guid, "updated_at": item.updated_at.isoformat()})


def build(now: Callable[[], datetime]) -> Starlette:
    """Return the portal with its twelve items, dated back from ``now()``; later changes ask ``now`` again."""
    return Starlette(routes=_Portal(now).routes())


def _base(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}"


def _no_such_item() -> Response:
    return JSONResponse({"error": "no such item"}, status_code=404)

"""A Jobcenter's own pages on the public listener: its posts, each post, feeds, a list of links, a frame elsewhere.

Nothing is asked of the reader: no cookie, no script, no request to anybody else. An answer is marked by its content
(ETag) and asked for anew each time, so that what is recalled is gone at once; ``Last-Modified`` only informs, for a
change of the roster is none of its business.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from jinja2 import Environment
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from connectors.base import Look, Medium
from distributor.domain import Organisation
from distributor.locale import gettext as _
from distributor.media import links
from distributor.services import own_pages
from distributor.services.deps import Deps
from distributor.services.own_pages import Entry, Found, Shelf
from distributor.web.pages import FOLDER, environment
from distributor.web.preview import is_web_address, pieces
from distributor.web.syndication import FORMATS, Words, address_of, paragraphs, title_of

_BOTH = ["GET", "HEAD"]
_SLUG = re.compile(r"[a-z0-9-]{1,80}")
_CODE = re.compile(r"[A-Za-z0-9]{1,32}")
_LOOK = Look(fold=0, picture_ratio=0, picture_first=True, links_click=True, card=False)
_IN_FRAME, _IN_LINKS = 5, 20
"""So many posts stand in a frame and in the list of links; our own choice."""


@dataclass(frozen=True, slots=True)
class Site:
    """What these pages are made with."""

    deps: Deps
    templates: Environment
    style: str

    def shelf(self, slug: str, after: str = "", limit: int = 0) -> Shelf:
        """Return the Organisation's posts. Raises: HTTPException 404 if there is no such page."""
        known = _SLUG.fullmatch(slug) and (not after or _CODE.fullmatch(after))
        shelf = own_pages.shelf(self.deps, slug, after=after, limit=limit or own_pages.PAGE) if known else None
        if shelf is None:
            raise HTTPException(404)
        return shelf

    def found(self, slug: str, code: str) -> Found:
        """Return what stands at a permanent address. Raises: HTTPException 404 if nothing ever did."""
        known = _SLUG.fullmatch(slug) and _CODE.fullmatch(code)
        found = own_pages.found(self.deps, slug, code) if known else None
        if found is None or found.standing == "unknown":
            raise HTTPException(404)
        return found

    def page(
        self,
        request: Request,
        template: str,
        organisation: Organisation,
        context: Mapping[str, Any],
        *,
        status: int = 200,
        framed_by: Sequence[str] = (),
        listed: bool = False,
    ) -> Response:
        """Return a page. ``framed_by``: who may show it in a frame; ``listed``: search engines may."""
        colour = f":root{{--kjc:{organisation.colour}}}"
        text = self.templates.get_template(f"site/{template}").render(
            {"here": "", **context, "organisation": organisation, "styles": (self.style, colour)}
        )
        styles = " ".join(_digest(style) for style in (self.style, colour))
        framing = " ".join(framed_by) or "'none'"
        policy = (
            f"default-src 'none'; style-src {styles}; img-src 'self'; media-src 'self'; form-action 'none'; "
            f"base-uri 'none'; frame-ancestors {framing}"
        )
        headers = {"Content-Security-Policy": policy, **({"X-Robots-Tag": "all"} if listed else {})}
        return _marked(request, text.encode(), "text/html; charset=utf-8", headers, status)


def add_routes(app: FastAPI, deps: Deps) -> None:
    """Add the pages to the public face."""
    templates = environment()
    templates.filters["paragraphs"] = paragraphs
    templates.filters["pieces"] = lambda line: pieces(line, _LOOK)
    templates.filters["title_of"] = title_of
    templates.globals["address_of"] = address_of
    templates.tests["web_address"] = is_web_address
    site = Site(deps, templates, (FOLDER / "static" / "site.css").read_text(encoding="utf-8"))
    routes: dict[str, Callable[..., Response]] = {
        "/kjc/{slug}": _front,
        "/kjc/{slug}/links": _link_list,
        "/kjc/{slug}/einbetten": _frame,
        "/kjc/{slug}/beitrag/{code}": _permalink,
        "/kjc/{slug}/beitrag/{code}/{name}": _file,
    }
    for name in FORMATS:
        routes[f"/kjc/{{slug}}/{name}"] = partial(_feed, name=name)
    for path, answer in routes.items():
        app.add_api_route(path, _bound(site, answer), methods=_BOTH)


def _bound(site: Site, answer: Callable[..., Response]) -> Callable[..., Response]:
    def respond(request: Request) -> Response:
        return answer(site, request, **request.path_params)

    return respond


def _front(site: Site, request: Request, slug: str) -> Response:
    after = request.query_params.get("nach", "")
    shelf = site.shelf(slug, after)
    context = {"shelf": shelf, "home": shelf.home, "older": _older(shelf, shelf.home), "first": not after}
    context["here"] = "front" if not after else ""
    return _dated(site.page(request, "front.html", shelf.organisation, context, listed=not after), shelf)


def _permalink(site: Site, request: Request, slug: str, code: str) -> Response:
    found = site.found(slug, code)
    context = {"home": found.home, "entry": found.entry}
    if found.entry is None:
        return site.page(request, "gone.html", found.organisation, context, status=410)
    return site.page(request, "post.html", found.organisation, context, listed=True)


def _link_list(site: Site, request: Request, slug: str) -> Response:
    shelf = site.shelf(slug, limit=_IN_LINKS)
    context = {"shelf": shelf, "home": shelf.home, "here": "links"}
    return _dated(site.page(request, "links.html", shelf.organisation, context), shelf)


def _frame(site: Site, request: Request, slug: str) -> Response:
    shelf = site.shelf(slug, limit=_IN_FRAME)
    context = {"shelf": shelf, "home": shelf.home}
    page = site.page(request, "frame.html", shelf.organisation, context, framed_by=shelf.embedders)
    return _dated(page, shelf)


def _feed(site: Site, request: Request, slug: str, name: str) -> Response:
    shelf = site.shelf(slug, request.query_params.get("nach", ""))
    mime, write = FORMATS[name]
    itself = f"{shelf.home}/{name}"
    names = shelf.organisation.voice.names
    words = Words(
        title=_("Neues {von_wem}").format(von_wem=names.of),
        about=_("Beiträge für junge Menschen, veröffentlicht {von_wem}.").format(von_wem=names.of),
        more=_("Zum ganzen Beitrag"),
    )
    return _dated(_marked(request, write(shelf, words, itself, _older(shelf, itself)), mime, {}), shelf)


def _file(site: Site, request: Request, slug: str, code: str, name: str) -> Response:
    """Give a file of a public post; with its post it is gone."""
    found = site.found(slug, code)
    if found.entry is None:
        return Response(status_code=410)
    mime = _files(found.entry).get(name)
    sha256 = name.partition(".")[0]
    if mime is None:
        raise HTTPException(404)
    if not site.deps.cache.intact(sha256):
        return Response(status_code=410)
    headers = {"ETag": f'"{sha256}"', "Cache-Control": "no-cache", "X-Robots-Tag": "all"}
    if _has(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return FileResponse(site.deps.cache.path(sha256), media_type=mime, headers=headers)


def _files(entry: Entry) -> dict[str, str]:
    """Return the names of the post's files with their types."""
    named = [_named(medium) for medium in entry.post.media]
    return {**dict(named), **{f"{m.captions}.vtt": "text/vtt" for m in entry.post.media if m.captions}}


def _named(medium: Medium) -> tuple[str, str]:
    return f"{medium.sha256}.{links.suffix_of(medium.mime)}", medium.mime


def _older(shelf: Shelf, address: str) -> str:
    return f"{address}?{urlencode({'nach': shelf.older})}" if shelf.older else ""


def _dated(answer: Response, shelf: Shelf) -> Response:
    if shelf.changed_at is not None:
        answer.headers["Last-Modified"] = format_datetime(shelf.changed_at, usegmt=True)
    return answer


def _marked(request: Request, body: bytes, mime: str, headers: Mapping[str, str], status: int = 200) -> Response:
    """Return the answer with its mark, or that nothing changed."""
    mark = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    told = {**headers, "ETag": mark, "Cache-Control": "no-cache"}
    if status == 200 and _has(request, mark):
        return Response(status_code=304, headers=told)
    return Response(body, status, headers=told, media_type=mime)


def _has(request: Request, mark: str) -> bool:
    """Tell whether the reader has this very content (RFC 9110, 13.1.2: weak comparison)."""
    named = request.headers.get("If-None-Match", "")
    return mark in {each.strip().removeprefix("W/") for each in named.split(",")}


def _digest(style: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"

"""The walls: what a person would see on each network, drawn from the sandbox's own memory. Pages only, no rule."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from connectors.sandbox.ledger import link_of
from connectors.sandbox.sides import sides
from connectors.sandbox.state import CHANNELS, Account, Post
from connectors.sandbox.world import World

LABELS = {
    "instagram": "Instagram-artig",
    "facebook": "Facebook-artig",
    "x": "X-artig",
    "mastodon": "Mastodon-artig",
    "bluesky": "Bluesky-artig",
}
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
MOST_SHOWN = 100
REPLIES = {
    "off": "Kommentare sind ausgeschaltet.",
    "nobody": "Niemand kann antworten.",
    "mentioned": "Nur Genannte können antworten.",
    "mentionedUsers": "Nur Genannte können antworten.",
    "following": "Antworten kann, wem dieses Konto folgt.",
    "followers": "Antworten kann, wer diesem Konto folgt.",
    "subscribers": "Antworten kann, wer dieses Konto abonniert hat.",
    "verified": "Antworten können nur verifizierte Konten.",
}

_BERLIN = ZoneInfo("Europe/Berlin")
_DAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
_MONTHS = (
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
)
_LINK = re.compile(r"https?://[^\s<>\"„“”]*[^\s<>\"„“”.,;:!?)\]}'…»]")
_FOLDER = Path(__file__).parent / "templates"


def german_time(moment: datetime) -> str:
    """Write a moment as people in Hessen do: ``Sonntag, 22. November 2026, 10:05 Uhr``."""
    local = moment.astimezone(_BERLIN)
    return f"{_DAYS[local.weekday()]}, {local.day}. {_MONTHS[local.month - 1]} {local.year}, {local:%H:%M} Uhr"


_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def pieces(text: str, *, links_click: bool) -> list[tuple[str, str]]:
    """Split a text into pieces with the address each leads to, empty for plain text."""
    if not links_click:
        return [(text, "")]
    found: list[tuple[str, str]] = []
    at = 0
    for match in _LINK.finditer(text):
        found += [(text[at : match.start()], ""), (match[0], match[0])]
        at = match.end()
    found.append((text[at:], ""))
    return [piece for piece in found if piece[0]]


def _card(post: Post) -> dict[str, str] | None:
    """Return the link card: Facebook shows one for a post without pictures, X for any link without pictures."""
    link = link_of(post)
    if post.channel == "instagram" or post.pictures or not link:
        return None
    parts = urlsplit(link)
    return {"href": link, "host": parts.hostname or link, "path": parts.path.strip("/") or "Startseite"}


def _shown(post: Post) -> dict[str, Any]:
    when = post.public_at or post.made
    link = link_of(post)
    return {
        "id": post.id,
        "pieces": pieces(post.text, links_click=post.channel != "instagram"),
        "pictures": post.pictures,
        "captions": post.captions,
        "card": _card(post),
        "link": link if post.channel != "instagram" and post.pictures and link not in post.text else "",
        "until": german_time(post.until) if post.until else "",
        "replies": REPLIES.get(post.replies, ""),
        "when": german_time(when),
        "iso": when.isoformat(),
    }


def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined)


def routes(world: World) -> list[Route]:
    """Return the routes of overview, walls, pictures and style."""
    templates = _templates()
    labels = LABELS | {side.channel: side.label for side in sides().values()}

    def page(name: str, status: int = 200, **values: Any) -> Response:
        return HTMLResponse(templates.get_template(name).render(labels=labels, **values), status, HEADERS)

    async def overview(request: Request) -> Response:
        return page("overview.html", rows=_rows(world), now=german_time(world.clock.now()), refresh=_refresh(request))

    async def wall(request: Request) -> Response:
        channel, name = request.path_params["channel"], request.path_params["account"]
        account = world.state.accounts.get((channel, name))
        if account is None:
            return page("missing.html", 404)
        posts = _public(world, account)
        return page(
            "wall.html",
            account=account,
            initials=(account.organisation.split() or ["?"])[-1][:2].upper(),
            posts=[_shown(post) for post in posts[:MOST_SHOWN]],
            total=len(posts),
            now=german_time(world.clock.now()),
            refresh=_refresh(request),
        )

    return [
        Route("/", overview),
        Route("/wall/{channel}/{account}", wall),
        Route("/stories/wall/{channel}/{account}", wall),
        Route("/media/{sha256}", _picture(world)),
        Route("/captions/{post:path}.vtt", _captions(world)),
        Route("/walls.css", _style()),
        Route("/favicon.ico", _no_icon),
    ]


async def _no_icon(request: Request) -> Response:
    return Response(status_code=204)


def _refresh(request: Request) -> bool:
    return "ruhig" not in request.query_params


def _public(world: World, account: Account) -> list[Post]:
    now = world.clock.now()
    posts = [post for post in world.state.posts_of(account.channel, account.id) if post.is_public(now)]
    return sorted(posts, key=lambda post: (post.public_at or post.made, post.id), reverse=True)


def _rows(world: World) -> list[dict[str, Any]]:
    """Return one row per organisation with the accounts of each channel and how much they show."""
    by_name: dict[str, dict[str, list[tuple[Account, int]]]] = {}
    for account in world.state.accounts.values():
        row = by_name.setdefault(account.organisation, {channel: [] for channel in (*CHANNELS, *sides())})
        row[account.channel].append((account, len(_public(world, account))))
    return [{"name": name, "channels": row} for name, row in sorted(by_name.items())]


def _picture(world: World) -> Callable[[Request], Awaitable[Response]]:
    async def picture(request: Request) -> Response:
        known = world.state.pictures.get(request.path_params["sha256"])
        if known is None:
            return PlainTextResponse("Dieses Bild gibt es hier nicht.", 404, HEADERS)
        headers = HEADERS | {"Cache-Control": "max-age=86400, immutable", "Accept-Ranges": "bytes"}
        data = world.state.blobs[known.sha256]
        part = wanted_part(request.headers.get("range", ""), len(data))
        if part is None:
            return Response(data, media_type=known.mime, headers=headers)
        start, end = part
        if start >= end:
            return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{len(data)}"})
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(data)}"
        return Response(data[start:end], 206, media_type=known.mime, headers=headers)

    return picture


def wanted_part(header: str, size: int) -> tuple[int, int] | None:
    """Return where the one part that a Range header asks for begins and ends; an empty one if there is none such.

    None for no header, and for what a server may answer with the whole: several parts, other units, rubbish.
    """
    asked = _RANGE.fullmatch(header.strip())
    if asked is None or not (asked[1] or asked[2]):
        return None
    if not asked[1]:
        return max(0, size - int(asked[2])), size
    start, end = int(asked[1]), int(asked[2] or size) + bool(asked[2])
    return (start, min(end, size)) if not asked[2] or int(asked[2]) >= start else None


def _captions(world: World) -> Callable[[Request], Awaitable[Response]]:
    async def captions(request: Request) -> Response:
        post = world.state.posts.get(request.path_params["post"])
        if post is None or not post.captions:
            return PlainTextResponse("Diese Untertitel gibt es hier nicht.", 404, HEADERS)
        timed = re.sub(r"(\d\d:\d\d:\d\d),(\d{3})", r"\1.\2", post.captions)
        return Response("WEBVTT\n\n" + timed, media_type="text/vtt", headers=HEADERS)

    return captions


def _style() -> Callable[[Request], Awaitable[Response]]:
    async def style(request: Request) -> Response:
        return Response((_FOLDER / "walls.css").read_bytes(), media_type="text/css", headers=HEADERS)

    return style

"""The portal's web pages: the list and one page an item, with no address of anybody else. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from zoneinfo import ZoneInfo

from connectors.sandbox.portal.feeds import SUBTITLE, TITLE, media_of, page_of
from connectors.sandbox.portal.items import Item

_STYLE = """
body { margin: 0 auto; max-width: 44rem; padding: 1rem; font: 1.1rem/1.6 system-ui, sans-serif; color: #22304a; }
img, video { width: 100%; height: auto; border-radius: .75rem; background: #f4f4f4; }
.lead { font-weight: 600; } figure { margin: 1.5rem 0; } figcaption, .when { color: #52627f; font-size: .9rem; }
a { color: #1d5c96; } li { margin: .6rem 0; }
"""


def home(items: Sequence[Item], base: str) -> str:
    """Return the list of all items, with links to the feeds for those who look for them."""
    feeds = (("rss", "application/rss+xml"), ("atom", "application/atom+xml"), ("json", "application/feed+json"))
    links = "".join(
        f'<link rel="alternate" type="{mime}" title="{TITLE}" href="{_attr(f"{base}/feed.{name}")}">'
        for name, mime in feeds
    )
    rows = "".join(f'<li><a href="{_attr(page_of(item, base))}">{escape(item.title)}</a></li>' for item in items)
    return _page(TITLE, links, f"<h1>{TITLE}</h1><p>{escape(SUBTITLE)}</p><ul>{rows}</ul>")


def article(item: Item, base: str) -> str:
    """Return one item's page."""
    media = {medium["medium"]: medium["url"] for medium in media_of(item, base)}
    image = media.get("image", "")
    tags = {
        "og:type": "article",
        "og:locale": "de_DE",
        "og:site_name": TITLE,
        "og:title": item.title,
        "og:description": item.summary,
        "og:url": page_of(item, base),
        "og:image": image,
        "og:image:alt": item.alt if image else "",
        "og:video": media.get("video", ""),
        "article:published_time": item.published_at.isoformat(timespec="seconds"),
    }
    head = "".join(f'<meta property="{name}" content="{_attr(text)}">' for name, text in tags.items() if text)
    head += f'<meta name="description" content="{_attr(item.summary)}">'
    paragraphs = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in item.paragraphs)
    day = item.published_at.astimezone(ZoneInfo("Europe/Berlin")).strftime("%d.%m.%Y")
    body = (
        f'<p><a href="{_attr(base)}/">{TITLE}</a></p><article><h1>{escape(item.title)}</h1>'
        f'<p class="when">{day} · {escape(", ".join(item.topics))}</p>'
        f'<p class="lead">{escape(item.summary)}</p>{_figure(item, base)}{paragraphs}</article>'
    )
    return _page(f"{item.title} – {TITLE}", head, body)


def missing() -> str:
    """Return the page for an address that leads nowhere."""
    title = "Beitrag nicht gefunden"
    return _page(title, "", f"<h1>{title}</h1><p>Diesen Beitrag gibt es nicht oder nicht mehr.</p>")


def _figure(item: Item, base: str) -> str:
    media = media_of(item, base)
    if not media:
        return ""
    medium = media[0]
    size = f' width="{medium["width"]}" height="{medium["height"]}"' if "width" in medium else ""
    if item.video:
        shown = (
            f'<video controls preload="none" poster="{_attr(medium["poster"])}"{size} aria-label="{_attr(item.alt)}">'
            f'<source src="{_attr(medium["url"])}" type="video/mp4">'
            f'<track default kind="captions" srclang="de" label="Deutsch" src="{_attr(medium["captions"])}"></video>'
        )
    else:
        shown = f'<img src="{_attr(medium["url"])}" alt="{_attr(item.alt)}"{size}>'
    return f"<figure>{shown}<figcaption>{escape(item.credit)}</figcaption></figure>"


def _page(title: str, head: str, body: str) -> str:
    return (
        '<!DOCTYPE html><html lang="de"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style>{head}</head><body>{body}</body></html>"
    )


def _attr(text: str) -> str:
    return escape(text, quote=True)

"""``distributor feed``: check a source, register feeds, poll them."""

from __future__ import annotations

from distributor.cli.grammar import argument, as_json, as_user, group, option
from distributor.cli.outcome import DONE, summed
from distributor.cli.parts import acting, assemble, present
from distributor.cli.printing import complain, emit, emit_line, say, table, when
from distributor.cli.sources import read_source
from distributor.clock import SystemClock
from distributor.domain import Refused
from distributor.progress import progress
from distributor.services import feeds, previewing, views
from distributor.settings import load


@group(help="Feeds prüfen, eintragen und lesen.")
def feed() -> None:
    """Hold the feed commands."""


@feed.command(help="Zeigt, was ein Feed enthält, als JSON. SOURCE ist eine Datei oder eine Adresse.")
@argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@option("--json", "as_json", is_flag=True, help="Ohne Wirkung: Die Ausgabe ist immer JSON.")
def check(sources: tuple[str, ...], as_json: bool) -> int:
    """Print one source as a document, several as a line each."""
    allowed = load().allow_private
    if len(sources) == 1:
        emit(previewing.told(read_source(sources[0], allowed)))
        return DONE
    return summed(sum(not _line(source, allowed) for source in sources), len(sources))


def _line(source: str, allowed: frozenset[str]) -> bool:
    try:
        emit_line({"source": source, **previewing.told(read_source(source, allowed))})
    except Refused as error:
        emit_line({"source": source, "error": error.text.removeprefix(f"{source}: ")})
        complain(error.text)
        return False
    return True


@feed.command(help="Trägt einen Feed ein, der regelmäßig gelesen wird.")
@argument("url", metavar="URL")
@as_user
def add(url: str, login: str) -> None:
    """Register a feed."""
    if not url.lower().startswith(("http://", "https://")):
        raise Refused(f"„{url}“ ist keine http- oder https-Adresse.", code="feed.address")
    deps = assemble()
    number = feeds.add_feed(deps, acting(deps, login), url, present())
    say(f"Feed {number} ist eingetragen: {url}")


@feed.command("list", help="Zeigt die Feeds und wie sie zuletzt gelesen wurden.")
@as_json
def list_feeds(as_json: bool) -> None:
    """Print the feeds."""
    rows = views.feed_list(assemble())
    if as_json:
        emit(rows)
        return
    table(
        ("Nr.", "Adresse", "Titel", "zuletzt gelesen", "Störung"),
        [(row["id"], row["url"], row["title"], when(row["succeeded_at"]), row["trouble"]) for row in rows],
        empty="Kein Feed ist eingetragen (DISTRIBUTOR_FEED_URL oder `distributor feed add`).",
    )


@feed.command(help="Liest alle Feeds jetzt, auch vor ihrer Zeit.")
def poll() -> int:
    """Poll every feed and tell what came."""
    deps = assemble()
    if deps.settings.feed_url:
        with deps.store.write() as session:
            feeds.ensure_feed(session, deps.settings.feed_url, present())
    rows = views.feed_list(deps)
    if not rows:
        raise Refused("Kein Feed ist eingetragen (DISTRIBUTOR_FEED_URL oder `distributor feed add`).", code="feed.none")
    found = 0
    with progress("Feeds lesen", len(rows)) as told:
        for number, row in enumerate(rows, start=1):
            found += feeds.poll(deps, row["id"], SystemClock().now)
            told(number)
    say(f"Neu oder geändert: {found}.")
    troubled = [row for row in views.feed_list(deps) if row["trouble"]]
    for row in troubled:
        complain(f"{row['url']}: {row['trouble']}")
    return summed(len(troubled), len(rows))

"""``distributor feed``: check a source, register feeds, poll them, pause, remove."""

from __future__ import annotations

from typing import Any

from distributor.cli.grammar import Number, argument, as_json, as_user, group, option
from distributor.cli.outcome import DONE, summed
from distributor.cli.parts import acting, assemble, present
from distributor.cli.printing import complain, emit, emit_line, facts, say, table, when
from distributor.cli.sources import read_source
from distributor.clock import SystemClock
from distributor.domain import Refused
from distributor.progress import progress
from distributor.services import discovering, feed_views, feeds, missing, polling, previewing
from distributor.settings import load
from distributor.wording import STAGE_WORDS

_EVENTS = {
    "feed.added": "eingetragen",
    "feed.paused": "angehalten",
    "feed.resumed": "wieder aufgenommen",
    "feed.removed": "aufgegeben",
    "feed.accepted": "kürzere Liste bestätigt",
}
_SUBSCRIPTIONS = {"asked": "angefragt", "active": "besteht", "refused": "abgelehnt", "leaving": "wird gekündigt"}


@group(help="Feeds prüfen, eintragen und lesen.")
def feed() -> None:
    """Hold the feed commands."""


@feed.command(help="Zeigt, was ein Feed enthält, als JSON. SOURCE ist eine Datei, ein Feed oder eine Seite mit Feed.")
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


@feed.command(help="Trägt einen Feed ein, der regelmäßig gelesen wird. URL ist seine Adresse oder die einer Seite.")
@argument("url", metavar="URL")
@as_user
def add(url: str, login: str) -> None:
    """Register a feed."""
    if not url.lower().startswith(("http://", "https://")):
        raise Refused(f"„{url}“ ist keine http- oder https-Adresse.", code="feed.address")
    deps = assemble()
    entered = discovering.enter(deps, acting(deps, login), url, present())
    say(f"Feed {entered.number} ist {'' if entered.new else 'schon '}eingetragen: {entered.url}")
    if entered.note:
        complain(entered.note)


@feed.command("list", help="Zeigt die Feeds und wie sie zuletzt gelesen wurden.")
@as_json
def list_feeds(as_json: bool) -> None:
    """Print the feeds."""
    rows = feed_views.feed_list(assemble())
    if as_json:
        emit(rows)
        return
    table(
        ("Nr.", "Adresse", "Titel", "zuletzt gelesen", "nächstes Mal", "Störung"),
        [
            (
                row["id"],
                row["moved_to"] or row["url"],
                row["title"],
                when(row["succeeded_at"]),
                when(row["next_poll_at"]),
                row["trouble"],
            )
            for row in rows
        ],
        empty="Kein Feed ist eingetragen (DISTRIBUTOR_FEED_URL oder `distributor feed add`).",
    )


@feed.command(help="Zeigt einen Feed: wie er gelesen wird, was ihm fehlt, sein Abonnement, seine Geschichte.")
@argument("number", metavar="ID", type=Number())
@as_json
def show(number: int, as_json: bool) -> None:
    """Print one feed."""
    shown = feed_views.feed_show(assemble(), number)
    if as_json:
        emit(shown)
    else:
        _show(shown)


def _show(shown: dict[str, Any]) -> None:
    facts(
        [
            ("Feed", f"{shown['id']}: {shown['title'] or shown['url']}"),
            ("Adresse", shown["url"]),
            ("Umgezogen nach", shown["moved_to"]),
            ("Zuletzt gelesen", when(shown["succeeded_at"])),
            ("Nächstes Mal", when(shown["next_poll_at"])),
            ("Störung", shown["trouble"]),
            ("Seit", when(shown["failing_since"] or shown["shrunk_at"])),
            ("Fehlversuche", shown["failures"] or ""),
            ("Beiträge", ", ".join(f"{count} {STAGE_WORDS[stage]}" for stage, count in shown["items"].items())),
            ("Nicht mehr zu finden", shown["gone"] or ""),
        ]
    )
    for one in shown["subscriptions"]:
        until = f" bis {when(one['lease_until'])}" if one["lease_until"] else ""
        said = f"; zuletzt gemeldet {when(one['pushed_at'])}" if one["pushed_at"] else ""
        say(f"Abonnement bei {one['hub']}: {_SUBSCRIPTIONS[one['state']]}{until}{said} {one['trouble']}".rstrip())
    for event in shown["events"]:
        what = _EVENTS.get(event["what"], event["what"])
        say(f"{when(event['at'])}  {event['actor']}: {what} {event['reason']}".rstrip())


@feed.command(help="Liest alle Feeds jetzt, auch vor ihrer Zeit.")
def poll() -> int:
    """Poll every feed and tell what came."""
    deps = assemble()
    if deps.settings.feed_url:
        with deps.store.write() as session:
            feeds.ensure_feed(session, deps.settings.feed_url, present())
    rows = [row for row in feed_views.feed_list(deps) if not row["paused_at"]]
    if not rows:
        raise Refused("Kein Feed ist eingetragen (DISTRIBUTOR_FEED_URL oder `distributor feed add`).", code="feed.none")
    found = 0
    with progress("Feeds lesen", len(rows)) as told:
        for number, row in enumerate(rows, start=1):
            found += polling.poll(deps, row["id"], SystemClock().now)
            told(number)
    say(f"Neu oder geändert: {found}.")
    read = {row["id"] for row in rows}
    troubled = [row for row in feed_views.feed_list(deps) if row["id"] in read and row["trouble"]]
    for row in troubled:
        complain(f"{row['url']}: {row['trouble']}")
    return summed(len(troubled), len(rows))


@feed.command(help="Liest einen Feed nicht mehr, bis er wieder aufgenommen wird; seine Beiträge bleiben.")
@argument("number", metavar="ID", type=Number())
@option("--reason", required=True, metavar="R", help="Der Grund.")
@as_user
def pause(number: int, reason: str, login: str) -> None:
    """Pause a feed."""
    deps = assemble()
    feeds.pause_feed(deps, acting(deps, login), number, reason, present())
    say(f"Feed {number} wird nicht mehr gelesen; `distributor feed resume {number}` nimmt ihn wieder auf.")


@feed.command(help="Liest einen angehaltenen Feed wieder.")
@argument("number", metavar="ID", type=Number())
@as_user
def resume(number: int, login: str) -> None:
    """Let a feed go on."""
    deps = assemble()
    resumed = feeds.resume_feed(deps, acting(deps, login), number, present())
    say(f"Feed {number} {'wird wieder gelesen' if resumed else 'ist nicht angehalten'}.")


@feed.command(help="Gibt einen Feed auf. Seine Beiträge und Posts bleiben, nichts wird zurückgenommen.")
@argument("number", metavar="ID", type=Number())
@as_user
def remove(number: int, login: str) -> None:
    """Remove a feed."""
    deps = assemble()
    feeds.remove_feed(deps, acting(deps, login), number, present())
    say(f"Feed {number} ist aufgegeben; seine Beiträge und Posts bleiben.")


@feed.command(help="Bestätigt, dass ein plötzlich kürzerer Feed stimmt: Nach jedem fehlenden Beitrag wird gefragt.")
@argument("number", metavar="ID", type=Number())
@as_user
def accept(number: int, login: str) -> None:
    """Take a shorter list as right."""
    deps = assemble()
    asked = missing.accept(deps, acting(deps, login), number, present())
    say(f"Gefragt wird nach {asked} Beiträgen; `distributor items list --gone` zeigt sie.")

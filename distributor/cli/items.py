"""``distributor items``: look at the portal's items, enter one by hand, hold, release and withdraw them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from distributor.cli import changes, clearance, framing, ranking
from distributor.cli.grammar import Choice, F, Misuse, Moment, Number, argument, as_json, as_user, group, option
from distributor.cli.outcome import each
from distributor.cli.parts import acting, assemble, present
from distributor.cli.printing import emit, facts, say, table, when
from distributor.cli.sources import read_text
from distributor.domain import Actor, FeedItem, FeedMedium, Refused, State
from distributor.services import clearing, feed_views, flood, missing, overview, recalling, taking_in, views
from distributor.services.deps import Deps
from distributor.wording import SEVERITY_WORDS, STAGE_WORDS, STATE_WORDS

_GONE = "Im Portal nicht mehr zu finden: Bleibt er, oder soll er zurückgezogen werden?"


def _many(command: F) -> F:
    return argument("ids", metavar="ID...", type=Number(), nargs=-1, required=True)(command)


@group(help="Beiträge des Portals ansehen, von Hand eingeben, klären, anhalten und zurückziehen.")
def items() -> None:
    """Hold the commands about items."""


@items.command("list", help="Zeigt die Beiträge des Portals, die neuesten zuerst.")
@option("--stage", "stages", type=Choice(list(STAGE_WORDS)), multiple=True, help="Nur dieser Stand.")
@option("--gone", is_flag=True, help="Nur die, die im Portal nicht mehr zu finden sind.")
@as_json
def list_items(stages: tuple[str, ...], gone: bool, as_json: bool) -> None:
    """Print the items."""
    rows = views.item_list(assemble(), stages=stages or None, gone=gone)
    if as_json:
        emit(rows)
        return
    table(
        ("Nr.", "Stand", "geklärt", "Fassung", "Titel", "Sperrfrist", "gültig bis"),
        [
            (
                row["id"],
                f"{STAGE_WORDS[row['stage']]}, verschwunden?" if row["gone_at"] else STAGE_WORDS[row["stage"]],
                row["cleared_at"] is not None,
                row["revision"],
                row["title"],
                when(row["embargo_until"]),
                when(row["valid_until"]),
            )
            for row in rows
        ],
        empty="Es gibt keine solchen Beiträge.",
    )


@items.command(help="Zeigt einen Beitrag des Portals mit Inhalt, Medien und offenen Fragen.")
@argument("number", metavar="ID", type=Number())
@option("--problems", is_flag=True, help="Nur die Mängel seiner Posts, über alle Jobcenter und Kanäle zusammengefasst.")
@as_json
def show(number: int, problems: bool, as_json: bool) -> None:
    """Print one item, or the problems of its posts."""
    shown = overview.item_problems(assemble(), number) if problems else views.item_show(assemble(), number)
    if as_json:
        emit(shown)
    elif problems:
        _show_problems(shown)
    else:
        _show(shown)


def _show_problems(shown: dict[str, Any]) -> None:
    facts([("Beitrag", f"{shown['id']}: {shown['title']}"), ("Posts", shown["posts"])])
    for channel, troubles in groupby(shown["problems"], key=itemgetter("channel")):
        say(f"\n{channel}")
        for trouble in troubles:
            say(f"  {SEVERITY_WORDS[trouble['severity']]}: {trouble['sentence']} [{trouble['rule']}]")
    for channel in shown["skipped"]:
        say(f"\n{channel['why']}")
    if not shown["problems"]:
        say("\nKeine Mängel." if shown["posts"] else "\nKeine Posts, keine Mängel.")


def _show(shown: dict[str, Any]) -> None:
    content = shown["content"]
    facts(
        [
            ("Beitrag", f"{shown['id']}: {shown['title']}"),
            ("Kennung", shown["guid"]),
            ("Link", shown["link"]),
            ("Stand", f"{STAGE_WORDS[shown['stage']]}, Fassung {shown['revision']}"),
            ("Geklärt", when(shown["cleared_at"]) or "nein"),
            ("Sperrfrist", when(shown["embargo_until"])),
            ("Gültig bis", when(shown["valid_until"])),
            ("Themen", ", ".join(content["topics"])),
            ("Bildnachweis", content["credit"]),
            ("Vorrang", {1: "vorrangig", -1: "nachrangig"}.get(shown["priority"])),
            ("Kampagne", shown["campaign"]),
            ("Wiederholung", _repeated(shown["repeat"])),
        ]
    )
    if shown["gone_at"]:
        say(f"\n{_GONE} (seit {when(shown['gone_at'])})")
        say(f"`distributor items keep {shown['id']}` oder `distributor items withdraw {shown['id']}`")
    if shown["kept_at"]:
        say(f"\nIm Portal nicht mehr zu finden; er bleibt, so entschieden {when(shown['kept_at'])}.")
    say(f"\n{content['summary'] or content['text']}\n")
    for medium in shown["media"]:
        state = {"ready": "bereit", "pending": "wird geholt"}.get(medium["state"], medium["trouble"])
        say(f"Medium: {medium['sha256'][:12] or '-'} {medium['url']} ({state})")
    if shown["captions"]:
        how = "eingetippt" if shown["captions"]["typed"] else "aus dem Portal"
        count = len(shown["captions"]["cues"])
        say(f"Untertitel des Videos: {f'{count}, {how}' if count else 'keine'}")
    for question in shown["questions"]:
        say(f"Frage: {question['text']} {question['answer'] or 'offen'} [{question['question']}]")
    for own in shown["repeat"]["texts"] if shown["repeat"] else ():
        where = f"{own['channel']}, {own['occurrence'] - 1}. Wiederholung"
        say(f"Eigener Text für {where}:\n  Du: {own['du']}\n  Sie: {own['sie']}")
    for channel, texts in shown["texts"].items():
        say(f"Eigener Text für {channel}:\n  Du: {texts['du']}\n  Sie: {texts['sie']}")
    for skipped in shown["skipped"]:
        say(skipped["why"])
    for state, count in shown["posts"].items():
        say(f"Posts der Kanäle: {count} {STATE_WORDS[State(state)]}")


def _repeated(repeat: dict[str, Any] | None) -> str | None:
    if repeat is None or not repeat["times"]:
        return None
    until = f" bis {when(repeat['until'])}" if repeat["until"] else ""
    return f"{repeat['times']}-mal, alle {repeat['every_days']} Tage{until}"


@items.command(help="Gibt einen Beitrag von Hand ein.")
@option("--title", required=True, metavar="T", help="Die Überschrift.")
@option("--summary", default="", metavar="T", help="Der Anreißer.")
@option("--text", default="", metavar="T", help="Der Text.")
@option("--text-file", "path", metavar="F", help="Der Text steht in dieser Datei (- für die Eingabe).")
@option("--link", default="", metavar="URL", help="Wohin der Beitrag führt.")
@option("--picture", "pictures", multiple=True, metavar="URL", help="Ein Bild; mehrfach möglich.")
@option("--alt", "alts", multiple=True, metavar="T", help="Alternativtext, in der Reihenfolge der Bilder.")
@option("--credit", default="", metavar="T", help="Bildnachweis.")
@option("--topic", "topics", multiple=True, metavar="T", help="Ein Thema; mehrfach möglich.")
@option("--embargo-until", type=Moment(), metavar="T", help="Nicht vor dieser Zeit.")
@option("--valid-until", type=Moment(), metavar="T", help="Nicht nach dieser Zeit.")
@as_json
@as_user
def add(
    title: str,
    summary: str,
    text: str,
    path: str | None,
    link: str,
    pictures: tuple[str, ...],
    alts: tuple[str, ...],
    credit: str,
    topics: tuple[str, ...],
    embargo_until: datetime | None,
    valid_until: datetime | None,
    as_json: bool,
    login: str,
) -> None:
    """Enter one item."""
    if text and path is not None:
        raise Misuse("--text und --text-file schließen einander aus.")
    deps = assemble()
    now = present()
    item = FeedItem(
        guid="",
        title=title.strip(),
        link=_address(link),
        summary=summary.strip(),
        text=(read_text(path) if path is not None else text).strip(),
        published_at=now,
        topics=topics,
        credit=credit.strip(),
        language="de",
        media=_media(pictures, alts, credit.strip()),
        embargo_until=embargo_until,
        valid_until=valid_until,
    )
    number = taking_in.add_item(deps, acting(deps, login), item, now)
    if as_json:
        emit(views.item_show(deps, number))
    else:
        say(f"Beitrag {number} ist aufgenommen; `distributor items show {number}` zeigt, was zu klären ist.")


def _address(url: str) -> str:
    if url and not url.lower().startswith(("http://", "https://")):
        raise Refused(f"„{url}“ ist keine http- oder https-Adresse.", code="item.address")
    return url


def _media(pictures: tuple[str, ...], alts: tuple[str, ...], credit: str) -> tuple[FeedMedium, ...]:
    if len(alts) > len(pictures):
        raise Misuse("Es gibt mehr Alternativtexte (--alt) als Bilder (--picture).")
    said: list[str | None] = [*alts, *[None] * (len(pictures) - len(alts))]
    return tuple(
        FeedMedium(_address(url), "image", alt=alt, credit=credit) for url, alt in zip(pictures, said, strict=True)
    )


def _decide(ids: tuple[int, ...], login: str, act: Callable[[Deps, Actor, int, datetime], object]) -> int:
    deps = assemble()
    actor = acting(deps, login)
    return each("Beitrag", list(dict.fromkeys(ids)), lambda number: act(deps, actor, number, present()))


@items.command(help="Hält Beiträge an: Freigaben erlöschen, bis sie wieder aufgenommen werden.")
@_many
@as_user
def hold(ids: tuple[int, ...], login: str) -> int:
    """Hold items back."""

    def act(deps: Deps, actor: Actor, number: int, now: datetime) -> None:
        clearing.hold(deps, actor, number, now)
        say(f"Beitrag {number} ist angehalten.")

    return _decide(ids, login, act)


@items.command(help="Nimmt angehaltene oder archivierte Beiträge (wieder) auf.")
@_many
@as_user
def release(ids: tuple[int, ...], login: str) -> int:
    """Let items go on."""

    def act(deps: Deps, actor: Actor, number: int, now: datetime) -> None:
        clearing.hold(deps, actor, number, now, held=False)
        say(f"Beitrag {number} ist aufgenommen.")

    return _decide(ids, login, act)


@items.command(help="Entscheidet, dass Beiträge bleiben, obwohl sie im Portal nicht mehr zu finden sind.")
@_many
@as_user
def keep(ids: tuple[int, ...], login: str) -> int:
    """Keep items that the portal no longer lists."""

    def act(deps: Deps, actor: Actor, number: int, now: datetime) -> None:
        missing.keep(deps, actor, number, now)
        say(f"Beitrag {number} bleibt.")

    return _decide(ids, login, act)


@items.command("floods", help="Zeigt, welche Abfragen auffällig viele Beiträge brachten, die auf die Redaktion warten.")
@as_json
def list_floods(as_json: bool) -> None:
    """Print the floods."""
    rows = feed_views.floods(assemble())
    if as_json:
        emit(rows)
        return
    table(
        ("Feed", "Titel", "gelesen", "Beiträge"),
        [(row["feed"], row["title"], when(row["at"]), row["count"]) for row in rows],
        empty="Keine Abfrage brachte auffällig viele Beiträge.",
    )


@items.command(
    help="Entscheidet über alle Beiträge, die ein Feed auf einmal brachte (`items floods`), in einem Schritt."
)
@argument("feed_id", metavar="FEED", type=Number())
@option("--take", is_flag=True, help="Alle aufnehmen.")
@option("--drop", is_flag=True, help="Alle beiseitelegen; sie bleiben im Archiv.")
@as_user
def settle(feed_id: int, take: bool, drop: bool, login: str) -> None:
    """Settle one feed's floods."""
    if take == drop:
        raise Misuse("Bitte entweder --take oder --drop angeben.")
    deps = assemble()
    actor = acting(deps, login)
    done = flood.settle(deps, actor, feed_id, present(), take=take)
    say(f"{done} Beiträge sind {'aufgenommen' if take else 'beiseitegelegt'}.")


@items.command(help="Zieht Beiträge auf allen Kanälen zurück; Öffentliches wird entfernt. Das ist endgültig.")
@_many
@option("--reason", required=True, metavar="R", help="Der Grund.")
@as_user
def withdraw(ids: tuple[int, ...], reason: str, login: str) -> int:
    """Withdraw items."""

    def act(deps: Deps, actor: Actor, number: int, now: datetime) -> None:
        states = recalling.withdraw(deps, actor, number, reason, now)
        told = ", ".join(f"{count} {STATE_WORDS[state]}" for state, count in states.items()) or "keine"
        say(f"Beitrag {number} ist zurückgezogen. Posts der Kanäle: {told}.")

    return _decide(ids, login, act)


items.add_command(changes.changed)
items.add_command(changes.decide)
items.add_command(clearance.clear)
items.add_command(clearance.text)
items.add_command(framing.captions)
items.add_command(framing.frame)
items.add_command(ranking.prioritise)
items.add_command(ranking.repeat)

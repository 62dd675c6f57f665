"""``distributor calendar``: look ahead, enter special days, take calendar files in, subscribe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

import click

from distributor.cli.grammar import Choice, Day, Group, Misuse, Number, argument, as_json, as_user, option
from distributor.cli.parts import acting, assemble, exists, present
from distributor.cli.printing import emit, raw, say, table, when
from distributor.cli.sources import read_bytes
from distributor.domain import State
from distributor.services import occasions, sharing
from distributor.services.calendar_file import as_ics
from distributor.services.coming import coming, coming_everywhere
from distributor.services.occasions import Consequences
from distributor.wording import STATE_WORDS, day_span
from schedules.days import KINDS, LABELS, Kind, Occasion

_MANY = 12
_LINES = 20


class _Calendar(Group):
    """Shows a calendar where no other of its commands is named: ``calendar fulda --from …``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the command in that goes without saying."""
        if args and args[0] not in self.commands and args[0] not in self.get_help_option_names(ctx):
            args = ["show", *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=_Calendar,
    help="Zeigt den Kalender eines Jobcenters (SLUG) oder mit --all den aller, trägt besondere Tage ein, "
    "liest Kalenderdateien und richtet Abos ein.",
)
def calendar() -> None:
    """Hold the commands about the calendar."""


@calendar.command(
    help="Zeigt Zeitfenster, besondere Tage, Kommentardienst und geplante Posts eines Jobcenters, erster und letzter "
    "Tag eingeschlossen. Ohne Datenbank sprechen die Konfigurationsdateien. Das Wort show darf fehlen."
)
@argument("slug", metavar="[SLUG]", required=False)
@option("--all", "every", is_flag=True, help="Alle Jobcenter in einem, ohne Zeitfenster.")
@option("--from", "first", type=Day(), required=True, metavar="D", help="Erster Tag, wie 2026-11-24.")
@option("--to", "last", type=Day(), required=True, metavar="D", help="Letzter Tag, wie 2026-12-07.")
@as_json
@option("--ics", is_flag=True, help="Gibt eine iCalendar-Datei aus.")
def show(slug: str | None, every: bool, first: date, last: date, as_json: bool, ics: bool) -> None:
    """Print the coming days."""
    if as_json and ics:
        raise Misuse("--json und --ics schließen einander aus.")
    if every == (slug is not None):
        raise Misuse("Bitte ein Jobcenter nennen, oder --all für alle.")
    deps = assemble(database=slug is None)
    if slug is None:
        seen = coming_everywhere(deps, first, last)
    else:
        seen = coming(deps, slug, first, last, database=exists(deps))
    if as_json:
        emit(seen)
    elif ics:
        raw(as_ics(seen, present()))
    else:
        _show(seen)


def _show(seen: Mapping[str, Any]) -> None:
    origin = "Datenbank" if seen["source"] == "database" else "Konfigurationsdateien"
    whose = f"{seen['organisation']}, Kalender „{seen['calendar']}“" if seen["organisation"] else "Alle Jobcenter"
    say(f"{whose} (aus: {origin})")
    if seen["duty"] == []:
        say("Kommentardienst: niemand eingetragen; bitte in der Datei des Jobcenters unter [[duty]] eintragen.")
    for day in seen["days"]:
        none = "" if day["slots"] or day["holiday"] or not seen["organisation"] else "  keine Zeitfenster"
        say(f"{day['weekday']} {day['day']}{''.join(_told(one) for one in day['occasions'])}{_unknown(day)}{none}")
        for channel in sorted({slot["channel"] for slot in day["slots"]}):
            say(f"    {channel}: {_times([slot for slot in day['slots'] if slot['channel'] == channel])}")
        for post in day["posts"]:
            beside = "" if post["in_slot"] or not seen["organisation"] else ", neben den Zeitfenstern"
            whose = "" if seen["organisation"] else f"{post['organisation']} "
            state = f"{STATE_WORDS[State(post['state'])]}{beside}{_cover(post['cover'])}"
            say(f"    * {post['local']} {whose}{post['channel']} #{post['id']} {post['title']} ({state})")


def _told(one: Mapping[str, Any]) -> str:
    whose = f" ({', '.join(one['organisations'])})" if one["organisations"] else ""
    return f"  {LABELS[cast('Kind', one['kind'])]}: {one['title']}{whose}"


def _unknown(day: Mapping[str, Any]) -> str:
    names = {"holiday": "Feiertage", "school": "Schulferien"}
    return "".join(f"  {names[kind]}: unbekannt" for kind in day["unknown"])


def _cover(people: Sequence[str] | None) -> str:
    if people is None:
        return ""
    return f", Kommentardienst: {', '.join(people)}" if people else ", ohne Kommentardienst"


def _times(slots: Sequence[Mapping[str, Any]]) -> str:
    times = [f"{slot['local']} (ohne Dienst)" if slot["cover"] == [] else slot["local"] for slot in slots]
    if len(times) <= _MANY:
        return ", ".join(times)
    return f"{len(times)} Zeitfenster von {slots[0]['local']} bis {slots[-1]['local']}"


@calendar.command(
    help="Trägt besondere Tage ein, für ein Jobcenter oder für alle. Sperrzeiten und Schließtage nehmen Freigaben "
    "zurück, die in ihnen liegen, mit Angabe des Grundes; Vorschläge werden neu geplant."
)
@option("--kind", type=Choice(list(KINDS)), required=True, help="Was für Tage es sind.")
@option("--from", "first", type=Day(), required=True, metavar="D", help="Erster Tag, wie 2026-12-24.")
@option("--to", "last", type=Day(), metavar="D", help="Letzter Tag; ohne ihn ist es ein einzelner.")
@option("--title", required=True, metavar="T", help="Wie die Tage heißen.")
@option("--organisation", metavar="SLUG", help="Für dieses Jobcenter.")
@option("--all", "every", is_flag=True, help="Für alle Jobcenter.")
@option(
    "--topic",
    "topics",
    multiple=True,
    metavar="T",
    help="Ein Thema, zu dem ein Aktionstag passt; nur für --kind action, dort nötig; mehrfach.",
)
@as_user
def enter(
    kind: Kind,
    first: date,
    last: date | None,
    title: str,
    organisation: str | None,
    every: bool,
    topics: tuple[str, ...],
    login: str,
) -> None:
    """Enter special days."""
    _for_whom(organisation, every)
    deps = assemble()
    made = occasions.enter(
        deps,
        acting(deps, login),
        present(),
        kind=kind,
        first=first,
        last=last or first,
        title=title,
        organisation=organisation,
        topics=topics,
    )
    whose = f"für {organisation}" if organisation else "für alle Jobcenter"
    say(f"Eintrag {made.number}: {LABELS[kind]} „{title}“, {day_span(first, last or first)}, {whose}.")
    _consequences(made.consequences)


def _for_whom(organisation: str | None, every: bool) -> None:
    if every == (organisation is not None):
        raise Misuse("Bitte --organisation SLUG angeben, oder --all für alle Jobcenter.")


def _consequences(found: Consequences) -> None:
    if found.taken_back:
        say(f"Freigabe zurückgenommen: {_posts(found.taken_back)}. Bitte zu neuer Zeit freigeben.")
    if found.replanned:
        say(f"Neu eingeplant: {found.replanned} {'Vorschlag' if found.replanned == 1 else 'Vorschläge'}.")
    if found.standing:
        say(f"Weiter freigegeben, bitte prüfen: {_posts(found.standing)}.")


def _posts(numbers: Sequence[int]) -> str:
    return f"{'Post' if len(numbers) == 1 else 'Posts'} {', '.join(map(str, numbers))}"


@calendar.command(help="Streicht einen Eintrag aus dem Kalender. Vorschläge behalten ihre Zeit.")
@argument("number", metavar="NR", type=Number())
@as_user
def strike(number: int, login: str) -> None:
    """Strike an entry."""
    deps = assemble()
    gone = occasions.strike(deps, acting(deps, login), number, present())
    say(f"Eintrag {number} ist gestrichen: {LABELS[gone.kind]} „{gone.title}“, {day_span(gone.first, gone.last)}.")


@calendar.command("list", help="Zeigt, welche besonderen Tage Personen eingetragen haben.")
@option("--organisation", metavar="SLUG", help="Nur, was für dieses Jobcenter gilt.")
@option("--from", "since", type=Day(), metavar="D", help="Nur, was an diesem Tag oder später endet.")
@as_json
def list_entries(organisation: str | None, since: date | None, as_json: bool) -> None:
    """Print the entries."""
    rows = occasions.entered(assemble(), organisation=organisation, since=since)
    if as_json:
        emit(rows)
        return
    table(
        ("Nr.", "Tage", "Art", "Titel", "Für", "Themen", "Eingetragen"),
        [
            (
                row["id"],
                day_span(date.fromisoformat(row["first"]), date.fromisoformat(row["last"])),
                LABELS[cast("Kind", row["kind"])],
                row["title"],
                row["organisation"] or "alle",
                ", ".join(row["topics"]),
                f"{row['actor']}, {when(row['at'])}",
            )
            for row in rows
        ],
        empty="Es sind keine besonderen Tage eingetragen.",
    )


@calendar.command(
    "import",
    help="Liest besondere Tage aus einer iCalendar-Datei oder von einer Adresse. Erneut gelesen, ändert eine Datei, "
    "was sie früher brachte.",
)
@argument("source", metavar="DATEI|URL")
@option("--kind", type=Choice(list(KINDS)), required=True, help="Was für Tage es sind.")
@option("--organisation", metavar="SLUG", help="Für dieses Jobcenter.")
@option("--all", "every", is_flag=True, help="Für alle Jobcenter.")
@option("--inclusive-end", is_flag=True, help="Die Datei nennt als Ende den letzten Tag statt des Tages danach.")
@option("--dry-run", is_flag=True, help="Zeigt nur, was sich ändern würde.")
@as_user
def import_file(
    source: str,
    kind: Kind,
    organisation: str | None,
    every: bool,
    inclusive_end: bool,
    dry_run: bool,
    login: str,
) -> None:
    """Take a calendar file in."""
    _for_whom(organisation, every)
    deps = assemble()
    actor = acting(deps, login)
    data = occasions.load(deps, source) if "://" in source else read_bytes(source, occasions.MOST_BYTES)
    done = occasions.take_in(
        deps,
        actor,
        data,
        present(),
        kind=kind,
        organisation=organisation,
        inclusive_end=inclusive_end,
        dry_run=dry_run,
    )
    _listed("neu", done.added)
    _listed("geändert", done.changed)
    counted = f"{len(done.added)} neu, {len(done.changed)} geändert, {done.unchanged} unverändert"
    say(f"{counted}.{' Nichts wurde gespeichert (--dry-run).' if dry_run else ''}")
    for note in done.notes:
        say(note)
    _consequences(done.consequences)


def _listed(word: str, found: Sequence[Occasion]) -> None:
    if len(found) > _LINES:
        span = day_span(min(one.first for one in found), max(one.last for one in found))
        say(f"{word}: {len(found)} Einträge, {span}")
        return
    for one in found:
        say(f"{word}: {day_span(one.first, one.last)} {one.title}")


@calendar.command(
    help="Richtet ein Kalenderabo ein und zeigt seine Adresse, nur dieses eine Mal. Ohne SLUG zeigt es alle Jobcenter. "
    "Wer die Adresse kennt, sieht die Titel der geplanten Posts."
)
@argument("slug", metavar="[SLUG]", required=False)
@option("--renew", is_flag=True, help="Ersetzt die bisherige Adresse; sie zeigt dann nichts mehr.")
@as_user
def subscribe(slug: str | None, renew: bool, login: str) -> None:
    """Make an address to subscribe to."""
    deps = assemble()
    say(sharing.subscribe(deps, acting(deps, login), slug, present(), renew=renew))

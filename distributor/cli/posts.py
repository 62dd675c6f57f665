"""``distributor posts``: look at the channels' posts and decide on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from distributor.cli.grammar import Choice, F, Misuse, Moment, Number, argument, as_json, as_user, group, option
from distributor.cli.outcome import DONE, PARTLY, each
from distributor.cli.parts import acting, assemble, present, require_known
from distributor.cli.printing import complain, emit, facts, say, table, when
from distributor.cli.replanning import replan
from distributor.cli.sources import read_text
from distributor.domain import Actor, Refused, State
from distributor.progress import progress
from distributor.services import approving, mending, recalling, views
from distributor.services.deps import Deps
from distributor.tailoring import MENDS
from distributor.wording import SEVERITY_WORDS, STATE_WORDS, WHO_WORDS, local_time

_SHOWN = 500
"""Posts that a listing for people shows where nobody says how many."""


def _many(command: F) -> F:
    return argument("ids", metavar="ID...", type=Number(), nargs=-1, required=True)(command)


@group(help="Posts der Kanäle ansehen, freigeben, ändern, verschieben, ablehnen und zurücknehmen.")
def posts() -> None:
    """Hold the commands about posts."""


posts.add_command(replan)


@posts.command("list", help="Zeigt Posts in der Reihenfolge ihrer Zeit.")
@option("--organisation", metavar="SLUG", help="Nur dieses Jobcenter.")
@option("--channel", metavar="NAME", help="Nur dieser Kanal.")
@option("--state", "states", type=Choice([str(state) for state in State]), multiple=True, help="Nur dieser Stand.")
@option("--item", "item_id", type=Number(), metavar="ID", help="Nur zu diesem Beitrag des Portals.")
@option("--after", type=Number(), metavar="ID", help="Erst hinter diesem Post, dem letzten der Seite davor.")
@option("--limit", type=Number(), metavar="N", help="Höchstens so viele.")
@option("--as", "login", metavar="USER", help="Nur, was diese Person sehen darf.")
@as_json
def list_posts(
    organisation: str | None,
    channel: str | None,
    states: tuple[str, ...],
    item_id: int | None,
    after: int | None,
    limit: int | None,
    login: str | None,
    as_json: bool,
) -> None:
    """Print the posts."""
    deps = assemble()
    require_known(deps, organisation, channel)
    rows = views.post_list(
        deps,
        actor=acting(deps, login) if login else None,
        organisation=organisation,
        states=states or None,
        channel=channel,
        item_id=item_id,
        after=after or 0,
        limit=limit if limit or as_json else _SHOWN + 1,
    )
    if as_json:
        emit(rows)
        return
    if not limit and len(rows) > _SHOWN:
        rows = rows[:_SHOWN]
        complain(f"Gezeigt sind die ersten {_SHOWN} Posts; mehr mit --after {rows[-1]['id']}, alle mit --json.")
    table(
        ("Nr.", "Zeit", "Jobcenter", "Kanal", "Stand", "Titel", "Mängel", "Grund"),
        [
            (
                row["id"],
                when(row["due_at"]),
                row["organisation"],
                row["channel"],
                STATE_WORDS[State(row["state"])],
                row["title"],
                len(row["problems"]) or "",
                row["reason"]["text"] if row["reason"] else "",
            )
            for row in rows
        ],
        empty="Es gibt keine solchen Posts.",
    )


@posts.command(help="Zeigt einen Post mit Text, Medien, Mängeln und seiner Geschichte.")
@argument("number", metavar="ID", type=Number())
@option("--as", "login", metavar="USER", help="Nur, wenn diese Person ihn sehen darf.")
@as_json
def show(number: int, login: str | None, as_json: bool) -> None:
    """Print one post."""
    deps = assemble()
    shown = views.post_show(deps, number, actor=acting(deps, login) if login else None)
    if as_json:
        emit(shown)
    else:
        _show(shown)


def _show(shown: dict[str, Any]) -> None:
    receipt, reason = shown["receipt"], shown["reason"]
    facts(
        [
            ("Post", f"{shown['id']} (Portal {shown['item']}): {shown['title']}"),
            ("Konto", f"{shown['organisation_name']}, {shown['channel']}/{shown['account']}"),
            ("Stand", STATE_WORDS[State(shown["state"])]),
            ("Grund", reason["text"] if reason else None),
            ("Als Nächstes", _todo(shown["todo"])),
            ("Geplant", when(shown["due_at"])),
            ("Warum dann", shown["why"]),
            ("Zu bedenken", " ".join(shown["notes"])),
            ("Kommentardienst", _cover(shown["cover"])),
            ("Kampagne", shown["campaign"]),
            ("Wiederholung", f"{shown['occurrence'] - 1}." if shown["occurrence"] > 1 else None),
            ("Korrigiert", f"Post {shown['corrects']}" if shown["corrects"] else None),
            ("Dabei", "ändert dessen Text, statt daneben zu stehen" if shown["edits"] else None),
            ("Nächster Versuch", when(shown["next_try_at"])),
            ("Veröffentlicht", f"{when(receipt['at'])} {receipt['url']}" if receipt else None),
            ("Im Protokoll", shown["trace"]),
            ("Prüfsumme", shown["digest"]),
            ("Freigegeben", shown["approved_digest"]),
            ("Link", shown["link"]),
        ]
    )
    say(f"\n{shown['text']}\n")
    for medium in shown["media"]:
        size = f"{medium['width']}x{medium['height']}"
        say(f"Medium: {medium['sha256'][:12]} {medium['mime']} {size}, Alternativtext: {medium['alt'] or '(leer)'}")
    _problems(shown)
    _history("Verlauf", [(step["at"], _step(step)) for step in shown["story"]])


def _cover(people: Sequence[str] | None) -> str | None:
    """Name who can answer comments; nothing where nobody is asked to."""
    return None if people is None else ", ".join(people) or "niemand"


def _history(noun: str, told: Sequence[tuple[str, str]]) -> None:
    """Print what happened; what repeats itself in a row stands there once, with how often and until when."""
    for text, same in groupby(told, key=itemgetter(1)):
        moments = [moment for moment, _ in same]
        more = f" ({len(moments)}-mal, zuletzt {when(moments[-1])})" if len(moments) > 1 else ""
        say(f"{noun}: {when(moments[0])} {text}{more}")


def _step(step: dict[str, Any]) -> str:
    moved = f" {' → '.join(step['moved'])}" if step["moved"] else ""
    why = f" ({step['why']})" if step["why"] else ""
    platform = f" – das Netzwerk: {step['platform']}" if step["platform"] else ""
    return f"{step['actor']}: {step['said']}{moved}{why}{platform}"


def _todo(told: tuple[str, str] | None) -> str | None:
    """Say who acts next, and what is to do."""
    return f"{WHO_WORDS.get(told[1], told[1])}: {told[0]}" if told else None


def _problems(shown: dict[str, Any]) -> None:
    for problem in shown["problems"]:
        grave = SEVERITY_WORDS[problem["severity"]]
        mends = ", behebbar mit „posts fix“" if problem["fix"] else ""
        say(f"Mangel ({grave}{mends}): {problem['text']} [{problem['rule']}]")


def _forced(command: F) -> F:
    text = "Die Zeit gilt trotz dem, was der Kalender zu bedenken gibt."
    return option("--force", is_flag=True, help=text)(command)


@contextmanager
def _hinting_at_force() -> Iterator[None]:
    """Say how a time that the calendar warns of is chosen all the same."""
    try:
        yield
    except Refused as error:
        hint = " Mit --force geht es." if error.code == "time.warned" else ""
        raise Refused(error.text + hint, code=error.code) from error


Act = Callable[[Deps, Actor, int, datetime], str]
"""Decides on one post and returns what is to be told of it."""


def _decide(ids: Sequence[int], login: str, act: Act) -> int:
    deps = assemble()
    return _each(deps, acting(deps, login), ids, act)


def _each(deps: Deps, actor: Actor, ids: Sequence[int], act: Act) -> int:
    """Decide on each post and tell it at the end, for a bar that shows how far it has come owns the terminal."""
    numbers = list(dict.fromkeys(ids))
    done: list[str] = []
    try:
        with progress("Posts", len(numbers)) as told:

            def one(number: int) -> None:
                told(numbers.index(number))
                done.append(act(deps, actor, number, present()))

            return each("Post", numbers, one)
    finally:
        for line in done:
            say(line)


@posts.command(help="Gibt Posts frei: genau das, was zu sehen war, zur vorgeschlagenen Zeit oder zu --at.")
@argument("ids", metavar="[ID...]", type=Number(), nargs=-1)
@option("--digest", metavar="D", help="Die Prüfsumme, die zu sehen war; nur mit einer Nummer.")
@option("--at", type=Moment(), metavar="T", help="Eine andere Zeit, wie „2026-11-24 12:30“.")
@_forced
@option("--organisation", metavar="SLUG", help="Mit --all: dieses Jobcenter.")
@option("--channel", metavar="NAME", help="Mit --all: nur dieser Kanal.")
@option("--all", "every", is_flag=True, help="Alle, die bei --organisation auf Freigabe warten.")
@option("--alone", is_flag=True, help="Was Sie selbst zuletzt geändert haben, wo es keine zweite Person gibt.")
@option("--reason", default="", metavar="R", help="Mit --alone: warum.")
@as_user
def approve(
    ids: tuple[int, ...],
    digest: str | None,
    at: datetime | None,
    force: bool,
    organisation: str | None,
    channel: str | None,
    every: bool,
    alone: bool,
    reason: str,
    login: str,
) -> int:
    """Approve posts."""
    if bool(reason) and not alone:
        raise Misuse("--reason gehört zu --alone.")
    if every != (organisation is not None) or every == bool(ids) or (channel is not None and not every):
        raise Misuse("Bitte Nummern angeben, oder --organisation SLUG zusammen mit --all.")
    if digest is not None and len(ids) != 1:
        raise Misuse("--digest gilt für genau eine Nummer.")
    deps = assemble()
    actor = acting(deps, login)
    if organisation is not None:
        ids = _waiting(deps, actor, organisation, channel)
        if not ids:
            say(f"Bei {organisation} wartet nichts auf Freigabe.")
            return DONE

    def act(deps: Deps, actor: Actor, number: int, now: datetime) -> str:
        with _hinting_at_force():
            due = approving.approve(
                deps, actor, number, now, digest=digest, at=at, despite=force, alone=alone, reason=reason
            )
        shown = views.post_show(deps, number)
        if shown["state"] == State.AWAITING:
            return f"Post {number}: Ihre Freigabe ist vermerkt. {shown['reason']['text']}"
        notes = "" if at is not None else " ".join(["", *views.post_notes(deps, number)])
        return f"Post {number} ist freigegeben für {local_time(due)}.{notes}"

    return _each(deps, actor, ids, act)


def _waiting(deps: Deps, actor: Actor, organisation: str, channel: str | None) -> tuple[int, ...]:
    views.organisation_show(deps, organisation)
    rows = views.post_list(deps, actor=actor, organisation=organisation, channel=channel, states=[str(State.AWAITING)])
    return tuple(row["id"] for row in rows)


@posts.command(help="Lehnt Posts endgültig ab.")
@_many
@option("--reason", required=True, metavar="R", help="Der Grund.")
@as_user
def reject(ids: tuple[int, ...], reason: str, login: str) -> int:
    """Reject posts."""

    def act(deps: Deps, actor: Actor, number: int, now: datetime) -> str:
        approving.reject(deps, actor, number, reason, now)
        return f"Post {number} ist abgelehnt."

    return _decide(ids, login, act)


@posts.command(help="Gibt einem Post einen eigenen Text; eine Freigabe erlischt.")
@argument("number", metavar="ID", type=Number())
@option("--text", metavar="T", help="Der ganze Text.")
@option("--file", "path", metavar="F", help="Der Text steht in dieser Datei (- für die Eingabe).")
@option("--reset", is_flag=True, help="Zurück zum Text aus der Vorlage.")
@as_user
def edit(number: int, text: str | None, path: str | None, reset: bool, login: str) -> None:
    """Edit one post."""
    if (text is not None) + (path is not None) + reset != 1:
        raise Misuse("Bitte genau eines angeben: --text, --file oder --reset.")
    deps = assemble()
    wanted = read_text(path) if path is not None else text
    approving.edit(deps, acting(deps, login), number, None if reset else wanted, present())
    shown = views.post_show(deps, number)
    say(f"Post {number} ist geändert und jetzt {STATE_WORDS[State(shown['state'])]}.")
    _problems(shown)


@posts.command(help="Behebt an Posts, was sich von selbst beheben lässt; eine Freigabe erlischt.")
@_many
@option("--rule", metavar="NAME", type=Choice(list(MENDS)), help="Nur diese Regel.")
@as_user
def fix(ids: tuple[int, ...], rule: str | None, login: str) -> int:
    """Mend posts."""
    left_out = False

    def act(deps: Deps, actor: Actor, number: int, now: datetime) -> str:
        nonlocal left_out
        kept = mending.fix(deps, actor, number, now, rule=rule)
        left_out = left_out or bool(kept)
        done = f"Post {number} ist behoben, soweit das von selbst geht{''.join(f'; {part}' for part in kept)}."
        left = [problem["text"] for problem in views.post_show(deps, number)["problems"]]
        return " ".join([done, *([f"Es bleibt: {' '.join(left)}"] if left else [])])

    return _decide(ids, login, act) or (PARTLY if left_out else DONE)


@posts.command(help="Gibt Posts eine andere Zeit; die Freigabe bleibt.")
@_many
@option("--at", type=Moment(), required=True, metavar="T", help="Die neue Zeit, wie „2026-11-24 12:30“.")
@_forced
@as_user
def move(ids: tuple[int, ...], at: datetime, force: bool, login: str) -> int:
    """Move posts."""

    def act(deps: Deps, actor: Actor, number: int, now: datetime) -> str:
        with _hinting_at_force():
            approving.move(deps, actor, number, at, now, despite=force)
        return f"Post {number} ist verschoben auf {local_time(at)}."

    return _decide(ids, login, act)


@posts.command(help="Versucht denselben Inhalt noch einmal: nach einem Fehler oder einer verpassten Zeit.")
@_many
@as_user
def retry(ids: tuple[int, ...], login: str) -> int:
    """Retry posts."""

    def act(deps: Deps, actor: Actor, number: int, now: datetime) -> str:
        approving.retry(deps, actor, number, now)
        return f"Post {number} wird noch einmal versucht."

    return _decide(ids, login, act)


@posts.command("publish-now", help="Veröffentlicht freigegebene Posts sofort statt zu ihrer Zeit.")
@_many
@as_user
def publish_now(ids: tuple[int, ...], login: str) -> int:
    """Hurry posts."""

    def act(deps: Deps, actor: Actor, number: int, now: datetime) -> str:
        approving.publish_now(deps, actor, number, now)
        return f"Post {number} geht sofort hinaus."

    return _decide(ids, login, act)


@posts.command(help="Nimmt Posts zurück, wo immer sie stehen: nie mehr veröffentlichen, Öffentliches entfernen.")
@_many
@option("--reason", default="", metavar="R", help="Der Grund.")
@as_user
def recall(ids: tuple[int, ...], reason: str, login: str) -> int:
    """Recall posts."""

    def act(deps: Deps, actor: Actor, number: int, now: datetime) -> str:
        state = recalling.recall(deps, actor, number, now, reason=reason)
        return f"Post {number} ist zurückgerufen und jetzt {STATE_WORDS[state]}."

    return _decide(ids, login, act)


@posts.command(help="Hält fest, was getan oder zu sehen ist: öffentlich unter --url, von Hand entfernt oder erledigt.")
@_many
@option("--url", default="", metavar="U", help="Die Adresse des öffentlichen Posts; nur mit einer Nummer.")
@option("--remote-id", default="", metavar="ID", help="Seine Kennung bei der Plattform.")
@as_user
def confirm(ids: tuple[int, ...], url: str, remote_id: str, login: str) -> int:
    """Confirm what a person saw."""
    if (url or remote_id) and len(ids) != 1:
        raise Misuse("--url und --remote-id gelten für genau eine Nummer.")

    def act(deps: Deps, actor: Actor, number: int, now: datetime) -> str:
        approving.confirm(deps, actor, number, now, url=url, remote_id=remote_id)
        return f"Post {number} ist bestätigt."

    return _decide(ids, login, act)

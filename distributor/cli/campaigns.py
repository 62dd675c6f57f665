"""``distributor campaigns``: items that belong together over weeks."""

from __future__ import annotations

from datetime import date
from typing import Any

from distributor.cli.grammar import Day, Misuse, Number, Span, argument, as_json, as_user, group, option
from distributor.cli.parts import acting, assemble, present
from distributor.cli.printing import emit, facts, say, table
from distributor.services import campaigns as service
from distributor.wording import day_span


def _many(command: Any) -> Any:
    return argument("ids", metavar="ID...", type=Number(), nargs=-1, required=True)(command)


@group(help="Kampagnen: Beiträge, die über Wochen zusammengehören und in festem Abstand erscheinen.")
def campaigns() -> None:
    """Hold the commands about campaigns."""


@campaigns.command(help="Legt eine Kampagne an.")
@argument("name", metavar="NAME")
@option("--from", "first", type=Day(), required=True, metavar="D", help="Erster Tag.")
@option("--to", "last", type=Day(), required=True, metavar="D", help="Letzter Tag.")
@option("--every", "every_days", type=Span(), required=True, metavar="S", help="Abstand zweier Posts, wie 1w oder 10d.")
@as_user
def add(name: str, first: date, last: date, every_days: int, login: str) -> None:
    """Set up a campaign."""
    deps = assemble()
    service.add(deps, acting(deps, login), name, first, last, every_days, present())
    say(f"Die Kampagne „{name.strip()}“ ist angelegt; `distributor campaigns join` nimmt Beiträge auf.")


@campaigns.command("set", help="Ändert eine Kampagne; Vorschläge, die nicht mehr passen, werden neu geplant.")
@argument("name", metavar="NAME")
@option("--from", "first", type=Day(), metavar="D", help="Erster Tag.")
@option("--to", "last", type=Day(), metavar="D", help="Letzter Tag.")
@option("--every", "every_days", type=Span(), metavar="S", help="Abstand zweier Posts, wie 1w oder 10d.")
@as_user
def change(name: str, first: date | None, last: date | None, every_days: int | None, login: str) -> None:
    """Change a campaign."""
    if first is None and last is None and every_days is None:
        raise Misuse("Bitte angeben, was sich ändert: --from, --to oder --every.")
    deps = assemble()
    service.change(deps, acting(deps, login), name, present(), first=first, last=last, every_days=every_days)
    say(f"Die Kampagne „{name}“ ist geändert.")


@campaigns.command(help="Nimmt Beiträge in eine Kampagne auf; jeder gehört zu höchstens einer.")
@argument("name", metavar="NAME")
@_many
@as_user
def join(name: str, ids: tuple[int, ...], login: str) -> None:
    """Put items into a campaign."""
    deps = assemble()
    service.join(deps, acting(deps, login), list(dict.fromkeys(ids)), name, present())
    say(f"{_items(ids)} in der Kampagne „{name}“.")


@campaigns.command(help="Nimmt Beiträge aus ihrer Kampagne.")
@_many
@as_user
def leave(ids: tuple[int, ...], login: str) -> None:
    """Take items out of their campaign."""
    deps = assemble()
    service.join(deps, acting(deps, login), list(dict.fromkeys(ids)), None, present())
    say(f"{_items(ids)} in keiner Kampagne mehr.")


def _items(ids: tuple[int, ...]) -> str:
    numbers = list(dict.fromkeys(ids))
    return f"Beitrag {numbers[0]} ist" if len(numbers) == 1 else f"Beiträge {', '.join(map(str, numbers))} sind"


@campaigns.command("list", help="Zeigt die Kampagnen.")
@as_json
def list_campaigns(as_json: bool) -> None:
    """Print the campaigns."""
    rows = service.listing(assemble())
    if as_json:
        emit(rows)
        return
    table(
        ("Name", "Tage", "Abstand", "Beiträge"),
        [(row["name"], _days(row), f"{row['every_days']} Tage", len(row["items"])) for row in rows],
        empty="Es gibt keine Kampagnen.",
    )


@campaigns.command(help="Zeigt eine Kampagne mit ihren Beiträgen.")
@argument("name", metavar="NAME")
@as_json
def show(name: str, as_json: bool) -> None:
    """Print one campaign."""
    shown = service.show(assemble(), name)
    if as_json:
        emit(shown)
        return
    facts([("Kampagne", shown["name"]), ("Tage", _days(shown)), ("Abstand", f"{shown['every_days']} Tage")])
    for item in shown["items"]:
        say(f"Beitrag {item['id']}: {item['title']}")


def _days(row: dict[str, Any]) -> str:
    return day_span(date.fromisoformat(row["first"]), date.fromisoformat(row["last"]))

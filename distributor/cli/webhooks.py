"""``distributor webhooks``: which programs are told what becomes of posts."""

from __future__ import annotations

from distributor.cli.grammar import Choice, argument, as_json, as_user, group, option
from distributor.cli.parts import acting, assemble, present
from distributor.cli.printing import complain, emit, say, table
from distributor.services import webhooks as service


@group(help="Programme, denen gemeldet wird, was aus Posts wird.")
def webhooks() -> None:
    """Hold the commands about webhooks."""


@webhooks.command("list", help="Zeigt, wem gemeldet wird, und was noch aussteht.")
@as_json
def list_webhooks(as_json: bool) -> None:
    """Print the webhooks."""
    rows = service.listed(assemble())
    if as_json:
        emit(rows)
        return
    table(
        ("Nummer", "Adresse", "Jobcenter", "meldet", "steht aus", "zuletzt"),
        [
            (row["id"], row["url"], row["organisation"] or "alle", ", ".join(row["kinds"]), row["waiting"],
             row["trouble"])
            for row in rows
        ],
        empty="Es wird niemandem gemeldet.",
    )  # fmt: skip


@webhooks.command(help="Meldet künftig an diese Adresse. Der Schlüssel der Unterschrift wird nur jetzt gezeigt.")
@argument("url", metavar="ADRESSE")
@option("--event", "kinds", type=Choice(list(service.KINDS)), multiple=True, required=True, help="Was gemeldet wird.")
@option("--organisation", default="", metavar="SLUG", help="Nur Posts dieses Jobcenters.")
@as_user
def add(url: str, kinds: tuple[str, ...], organisation: str, login: str) -> None:
    """Enter a webhook."""
    deps = assemble()
    number, secret = service.add(deps, acting(deps, login), url, kinds, organisation, present())
    complain(f"Webhook {number} ist eingetragen. Bitte jetzt sicher ablegen; er wird nicht noch einmal gezeigt:")
    say(secret)


@webhooks.command(help="Meldet nicht mehr an diese Adresse.")
@argument("number", type=int, metavar="NUMMER")
@as_user
def remove(number: int, login: str) -> None:
    """Take a webhook out."""
    deps = assemble()
    service.remove(deps, acting(deps, login), number, present())
    say(f"Webhook {number} ist entfernt.")


@webhooks.command(help="Schickt eine Probe an diese Adresse.")
@argument("number", type=int, metavar="NUMMER")
@as_user
def test(number: int, login: str) -> None:
    """Send a message that says nothing."""
    deps = assemble()
    service.try_out(deps, acting(deps, login), number, present)
    say(f"Webhook {number} hat geantwortet.")

"""``distributor tokens``: what programs may ask the API with."""

from __future__ import annotations

from distributor.cli.grammar import Choice, argument, as_json, as_user, group, option
from distributor.cli.parts import acting, assemble, present
from distributor.cli.printing import complain, emit, say, table
from distributor.domain import Role
from distributor.services import tokens as service


@group(help="Token für Programme, die über die Schnittstelle arbeiten.")
def tokens() -> None:
    """Hold the commands about tokens."""


@tokens.command("list", help="Zeigt alle Token; was eine Tür öffnet, ist nirgends gespeichert.")
@as_json
def list_tokens(as_json: bool) -> None:
    """Print the tokens."""
    rows = service.listed(assemble(), present())
    if as_json:
        emit(rows)
        return
    table(
        ("Nummer", "Name", "für", "Rolle", "Jobcenter", "gilt bis", "gilt"),
        [
            (row["id"], row["name"], row["login"], row["role"], row["organisation"] or "", row["until"], row["good"])
            for row in rows
        ],
        empty="Es gibt keine Token.",
    )


@tokens.command(help="Macht ein Token. Es wird nur dieses eine Mal gezeigt.")
@option("--for", "who", required=True, metavar="LOGIN", help="In wessen Namen das Programm handelt.")
@option("--role", required=True, type=Choice([role.value for role in Role]), help="In welcher Rolle dieser Person.")
@option("--organisation", default="", metavar="SLUG", help="Für welches Jobcenter (nur Rolle officer).")
@option("--name", required=True, metavar="N", help="Welches Programm das ist.")
@option("--days", type=int, default=365, show_default=True, metavar="N", help="Wie viele Tage es gilt.")
@as_user
def add(who: str, role: str, organisation: str, name: str, days: int, login: str) -> None:
    """Make a token."""
    deps = assemble()
    token = service.add(deps, acting(deps, login), who, Role(role), organisation, name, days, present())
    complain("Bitte jetzt sicher ablegen; es wird nicht noch einmal gezeigt:")
    say(token)


@tokens.command(help="Beendet ein Token, sofort und für immer.")
@argument("number", type=int, metavar="NUMMER")
@as_user
def revoke(number: int, login: str) -> None:
    """End a token."""
    deps = assemble()
    service.revoke(deps, acting(deps, login), number, present())
    say(f"Token {number} gilt nicht mehr.")

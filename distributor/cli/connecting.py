"""The conversation in which an account is connected by a person's yes at its platform."""

from __future__ import annotations

from collections.abc import Mapping

import click

from distributor.cli.parts import interactive, present
from distributor.cli.printing import say
from distributor.clock import SystemClock
from distributor.domain import Actor, Refused
from distributor.services import connecting
from distributor.services.deps import Deps

_THEN = (
    "Danach die Eingabetaste drücken. Zeigt der Browser einen Code oder eine Fehlerseite: den Code oder die Adresse "
    "der Seite hier einfügen"
)


def begin(deps: Deps, actor: Actor, organisation: str, channel: str, name: str, given: Mapping[str, str]) -> int | None:
    """Say where to agree, and go on where a person can be asked; return the account's number if it is connected."""
    begun = connecting.begin(deps, actor, organisation, channel, name, given, present())
    say(f"Bitte diese Adresse im Browser öffnen und dort zustimmen:\n\n{begun.url}\n")
    if not interactive():
        say(f"Danach: distributor accounts connected {begun.number}")
        return None
    brought = str(click.prompt(_THEN, default="", show_default=False, err=True))
    return finish(deps, actor, begun.number, brought, None)


def finish(deps: Deps, actor: Actor, number: int, brought: str, choice: int | None) -> int | None:
    """Take what was brought by hand, if anything, and connect what is chosen; None while nothing is."""
    if brought.strip():
        trouble = connecting.arrive_by_hand(deps, actor, number, brought, SystemClock().now)
        if trouble:
            raise Refused(trouble, code="connection.trouble")
    names = connecting.choices(deps, actor, number, present())
    if choice is None and len(names) > 1:
        for place, offered in enumerate(names, start=1):
            say(f"  {place}  {offered}")
        if not interactive():
            say(f"Bitte wählen: distributor accounts connected {number} --choose N")
            return None
        choice = click.prompt("Welches Konto", type=click.IntRange(1, len(names)), err=True)
    return connecting.choose(deps, actor, number, 1 if choice is None else choice, present())

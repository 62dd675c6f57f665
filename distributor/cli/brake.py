"""``distributor stop`` and ``distributor resume``: the emergency brake."""

from __future__ import annotations

from distributor.cli.grammar import F, Misuse, as_user, command, option
from distributor.cli.parts import acting, assemble, present
from distributor.cli.printing import say
from distributor.services import stopping
from distributor.services.stopping import Scope


def _scoped(command: F) -> F:
    narrowed = option("--channel", metavar="NAME", default="", help="Nur dieser Kanal.")(command)
    return option("--organisation", metavar="SLUG", default="", help="Nur dieses Jobcenter.")(narrowed)


def _scope(organisation: str, channel: str) -> Scope:
    if organisation and channel:
        raise Misuse("--organisation und --channel gehen nicht zugleich; bitte zwei Bremsen ziehen.")
    return Scope(organisation, channel)


@command(help="Zieht die Notbremse: Danach beginnt keine Veröffentlichung mehr. Ohne Einschränkung gilt sie für alles.")
@_scoped
@option("--reason", required=True, metavar="R", help="Der Grund, für alle sichtbar.")
@as_user
def stop(organisation: str, channel: str, reason: str, login: str) -> None:
    """Pull the brake and tell how many calls were under way."""
    deps = assemble()
    scope = _scope(organisation, channel)
    flying = stopping.stop(deps, acting(deps, login), scope, reason, present())
    say(f"Die Notbremse ist gezogen für: {scope}.")
    say(f"Noch unterwegs waren {flying} Aufrufe.")


@command(help="Löst die Notbremse. Was inzwischen fällig war, gilt als verpasst und braucht eine Person.")
@_scoped
@as_user
def resume(organisation: str, channel: str, login: str) -> None:
    """Lift the brake."""
    deps = assemble()
    scope = _scope(organisation, channel)
    stopping.resume(deps, acting(deps, login), scope, present())
    say(f"Die Notbremse ist gelöst für: {scope}.")

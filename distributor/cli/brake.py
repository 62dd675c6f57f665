"""``distributor stop`` and ``distributor resume``: the emergency brake."""

from __future__ import annotations

from distributor.cli.grammar import F, Misuse, as_user, command, option
from distributor.cli.outcome import DONE, PARTLY
from distributor.cli.parts import acting, assemble, exists, present
from distributor.cli.printing import complain, say
from distributor.four_eyes import VOTE_LIFE
from distributor.services import stopping
from distributor.services.stopping import Scope
from distributor.wording import local_time


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
    """Pull the brake and tell how many calls were under way; without a database lay the file that stops this host."""
    deps = assemble(database=False)
    scope = _scope(organisation, channel)
    if exists(deps):
        pulled = stopping.stop_as(deps, login, scope, reason, present())
    else:
        pulled = stopping.stop_by_file(deps, login, scope, reason)
    say(f"Die Notbremse ist gezogen für: {scope}.")
    if pulled.file is None:
        say(f"Noch unterwegs waren {pulled.in_flight} Aufrufe.")
    else:
        complain(
            f"Die Datenbank antwortet nicht: Es bremst die Datei {pulled.file}, und nur, was diesen Datenordner "
            "benutzt. Auf anderen Rechnern bitte ebenso eine Datei STOP anlegen."
        )


@command(
    help="Stimmt zu, die Notbremse zu lösen; gelöst ist sie mit der zweiten Person (sonst Ergebnis 1). "
    "Was inzwischen fällig war, gilt als verpasst und braucht eine Person."
)
@_scoped
@option("--alone", is_flag=True, help="Löst ohne zweite Person; nur wo es keine gibt, und mit --reason.")
@option("--reason", default="", metavar="R", help="Warum eine Person allein löst.")
@as_user
def resume(organisation: str, channel: str, alone: bool, reason: str, login: str) -> int:
    """Agree that the brake is lifted."""
    deps = assemble()
    scope = _scope(organisation, channel)
    now = present()
    if stopping.resume(deps, acting(deps, login), scope, now, alone=alone, reason=reason):
        say(f"Die Notbremse ist gelöst für: {scope}.")
        return DONE
    until = local_time(now + VOTE_LIFE)
    say(f"Ihre Zustimmung ist vermerkt ({scope}). Gelöst wird, wenn bis {until} eine zweite Person zustimmt.")
    return PARTLY

"""``distributor items prioritise`` and ``items repeat``: which item goes first, and which comes again."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from distributor.cli.grammar import Choice, Day, Misuse, Number, Span, argument, as_user, command, option
from distributor.cli.outcome import each
from distributor.cli.parts import acting, assemble, present
from distributor.cli.printing import say
from distributor.services import campaigns, repeating
from distributor.services.campaigns import Priority
from distributor.wording import BERLIN

_WORDS = {Priority.HIGH: "vorrangig", Priority.NORMAL: "normal", Priority.LOW: "nachrangig"}


@command(help="Sagt, wie dringend Beiträge sind (high, normal oder low); Vorschläge werden danach neu geplant.")
@argument("ids", metavar="ID...", type=Number(), nargs=-1, required=True)
@argument("priority", metavar="VORRANG", type=Choice([each.name.lower() for each in Priority]))
@as_user
def prioritise(ids: tuple[int, ...], priority: str, login: str) -> int:
    """Rank items."""
    deps = assemble()
    actor, wanted = acting(deps, login), Priority[priority.upper()]

    def act(number: int) -> None:
        campaigns.prioritise(deps, actor, number, wanted, present())
        say(f"Beitrag {number} ist {_WORDS[wanted]}.")

    return each("Beitrag", list(dict.fromkeys(ids)), act)


@command(
    help="Lässt einen Beitrag nach Wochen wieder erscheinen, jedes Mal mit eigenem Text "
    "(items text --occurrence), oder beendet das mit --stop."
)
@argument("number", metavar="ID", type=Number())
@option("--every", "every_days", type=Span(), metavar="S", help="Abstand, wie 12w oder 90d.")
@option("--times", type=Number(), metavar="N", help="Wie oft noch, nach dem ersten Mal.")
@option("--until", type=Day(), metavar="D", help="Letzter Tag, an dem eine Wiederholung erscheinen darf.")
@option("--stop", "stopping", is_flag=True, help="Keine weiteren Wiederholungen.")
@as_user
def repeat(
    number: int, every_days: int | None, times: int | None, until: date | None, stopping: bool, login: str
) -> None:
    """Repeat an item."""
    deps = assemble()
    actor = acting(deps, login)
    if stopping:
        if (every_days, times, until) != (None, None, None):
            raise Misuse("--stop steht allein.")
        repeating.stop(deps, actor, number, present())
        say(f"Beitrag {number} wird nicht weiter wiederholt; was schon geplant ist, bleibt.")
        return
    if every_days is None or times is None:
        raise Misuse("Bitte --every und --times angeben, oder --stop.")
    end = datetime.combine(until + timedelta(days=1), time(), BERLIN) if until is not None else None
    repeating.repeat(deps, actor, number, present(), every_days=every_days, times=times, until=end)
    say(
        f"Beitrag {number} erscheint noch {times}-mal, alle {every_days} Tage. Jede Wiederholung braucht einen eigenen "
        f"Text: `distributor items text {number} --occurrence 2 --channel C --du T --sie T`."
    )

"""``distributor items clear`` and ``items text``: what an editor answers and writes before anything may go out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from distributor.clearance import EXEMPTIONS, ITEM_WIDE, Question
from distributor.cli.grammar import Misuse, Number, argument, as_user, command, option
from distributor.cli.outcome import DONE, PARTLY, each
from distributor.cli.parts import acting, assemble, present
from distributor.cli.printing import say
from distributor.domain import Actor, Refused
from distributor.services import clearing, views
from distributor.services.clearing import Answer
from distributor.services.deps import Deps


@command(
    help="Beantwortet, was vor einer Freigabe zu klären ist, und zeigt, was offen bleibt. Ohne --medium gilt eine "
    "Antwort für alle Medien. Ergebnis 1, solange etwas offen ist."
)
@argument("ids", metavar="ID...", type=Number(), nargs=-1, required=True)
@option("--people", metavar="A", help=f"Personen: none, shown (mit „persons link“), oder {', '.join(EXEMPTIONS)}.")
@option("--partner", metavar="A", help="Betrieb oder Partner genannt: none, unpaid oder paid (dann „Anzeige“).")
@option("--elected", metavar="A", help="Gewählte Personen zu sehen oder genannt: none oder shown.")
@option("--source", metavar="T", help="Die Quelle, wo der Feed keine nennt.")
@option("--rights", metavar="A", help="Nutzungsrechte: granted oder denied.")
@option("--licence", metavar="T", help="Die Lizenz; leer nimmt sie zurück.")
@option("--channels", metavar="C,C", help="Die Rechte gelten nur für diese Kanäle; leer: für alle.")
@option("--organisations", metavar="S,S", help="Die Rechte gelten nur für diese Jobcenter; leer: für alle.")
@option("--until", metavar="TAG", help="Die Rechte enden mit diesem Tag, wie 2027-06-30; leer: nie.")
@option("--credit", metavar="T", help="Der Bildnachweis.")
@option("--alt", metavar="T", help="Der Alternativtext, oder decorative.")
@option("--captions", metavar="A", help="Untertitel: present, silent (niemand spricht) oder missing.")
@option("--medium", metavar="SHA", help="Nur für dieses Medium: die ersten Zeichen seiner Prüfsumme.")
@option("--accept-feed", is_flag=True, help="Übernimmt Bildnachweis und Alternativtext, wie der Feed sie nennt.")
@as_user
def clear(ids: tuple[int, ...], medium: str | None, accept_feed: bool, login: str, **given: str | None) -> int:
    """Store the answers and tell what is still open."""
    deps = assemble()
    actor = acting(deps, login)
    still: list[Question] = []

    def act(number: int) -> None:
        subject = _subject(deps, number, medium) if medium is not None else ""
        answers = clearing.accept_feed(deps, number) if accept_feed else []
        for question, answer in given.items():
            if answer is not None:
                answers.append(Answer(question, answer, "" if question in ITEM_WIDE else subject))
        still.extend(_clear(deps, actor, number, answers, present()))

    status = each("Beitrag", list(dict.fromkeys(ids)), act)
    return status or (PARTLY if still else DONE)


def _clear(deps: Deps, actor: Actor, number: int, answers: Sequence[Answer], now: datetime) -> list[Question]:
    still = clearing.clear(deps, actor, number, answers, now)
    if not still:
        say(f"Beitrag {number} ist geklärt.")
    for question in still:
        subject = f" ({question.subject[:12]})" if question.subject else ""
        say(f"Beitrag {number}, offen: {question.text} [{question.key}{subject}]")
    return still


def _subject(deps: Deps, number: int, prefix: str) -> str:
    """Return the one medium that begins so."""
    subjects = {question["subject"] for question in views.item_show(deps, number)["questions"]}
    found = [subject for subject in subjects if prefix and subject.startswith(prefix)]
    if len(found) != 1:
        how = "mehrere Medien" if found else "kein Medium"
        raise Refused(f"Mit „{prefix}“ beginnt {how}.", code="medium.unknown")
    return str(found[0])


@command(help="Gibt einem Beitrag einen eigenen Text auf einem Kanal, einmal für Du und einmal für Sie.")
@argument("number", metavar="ID", type=Number())
@option("--channel", required=True, metavar="C", help="Der Kanal.")
@option("--du", default="", metavar="T", help="Der Text in Du-Form.")
@option("--sie", default="", metavar="T", help="Der Text in Sie-Form.")
@option("--occurrence", type=Number(), metavar="N", help="Nur für das N-te Mal (ab 2: Wiederholungen).")
@option("--reset", is_flag=True, help="Zurück zum Text aus der Vorlage.")
@as_user
def text(number: int, channel: str, du: str, sie: str, occurrence: int | None, reset: bool, login: str) -> None:
    """Write an item's own words for a channel."""
    if reset == bool(du or sie):
        raise Misuse("Bitte --du und --sie angeben, oder --reset.")
    deps = assemble()
    actor = acting(deps, login)
    clearing.write_text(deps, actor, number, channel, du, sie, present(), occurrence=occurrence)
    say(f"Beitrag {number} hat auf {channel} {'wieder den Text der Vorlage' if reset else 'einen eigenen Text'}.")

"""``distributor items changed|decide``: published items that changed at the portal, and what becomes of their posts."""

from __future__ import annotations

from typing import Any

from distributor.cli.grammar import Misuse, Number, argument, as_json, as_user, command, option
from distributor.cli.outcome import each
from distributor.cli.parts import acting, assemble, present
from distributor.cli.printing import emit, facts, say, table
from distributor.correcting import Choice
from distributor.domain import Refused
from distributor.services import correcting


@command(help="Zeigt veröffentlichte Beiträge, die sich im Portal geändert haben; mit ID beide Fassungen.")
@argument("number", metavar="[ID]", type=Number(), required=False)
@as_json
def changed(number: int | None, as_json: bool) -> None:
    """Print what waits for a decision, or one item's both texts."""
    deps = assemble()
    if number is not None:
        shown = correcting.changed_show(deps, number)
        if shown is None:
            text = f"Nach Beitrag {number} ist nicht gefragt: Was von ihm öffentlich ist, entspricht dem Portal."
            raise Refused(text, code="item.not_changed")
        emit(shown) if as_json else _show(shown)
        return
    rows = correcting.changed_list(deps)
    if as_json:
        emit(rows)
        return
    table(
        ("Nr.", "Fassung", "öffentliche Posts", "Titel"),
        [(row["id"], row["revision"], row["posts"], row["title"]) for row in rows],
        empty="Kein veröffentlichter Beitrag hat sich im Portal geändert.",
    )


def _show(shown: dict[str, Any]) -> None:
    facts(
        [
            ("Beitrag", f"{shown['id']}: {shown['title']}"),
            ("Fassung", f"öffentlich {shown['from_revision']}, jetzt {shown['revision']}"),
        ]
    )
    for difference in shown["differences"]:
        say(f"\n{difference['what']}")
        say(f"  vorher: {_marked(difference['old'])}")
        say(f"  jetzt:  {_marked(difference['new'])}")
    say("")
    for post in shown["posts"]:
        say(f"Öffentlich: Post {post['id']}, {post['organisation_name']}, {post['channel']} {post['url']}")
    say(f"\n`distributor items decide {shown['id']} --leave`, `--correct` oder `--recall`; ohne Antwort bleibt alles.")


def _marked(pieces: list[tuple[str, bool]]) -> str:
    """Return the text with what differs in brackets."""
    return "".join(f"[{text}]" if changed and text.strip() else text for text, changed in pieces) or "(leer)"


@command(help="Entscheidet, was aus Öffentlichem wird, dessen Beitrag sich im Portal geändert hat.")
@argument("ids", metavar="ID...", type=Number(), nargs=-1, required=True)
@option("--leave", is_flag=True, help="Es bleibt stehen.")
@option("--correct", is_flag=True, help="Jeder öffentliche Post bekommt eine Korrektur.")
@option("--recall", is_flag=True, help="Alles wird zurückgezogen. Das ist endgültig.")
@option("--reason", default="", metavar="R", help="Was war falsch? Nötig außer bei --leave.")
@as_user
def decide(ids: tuple[int, ...], leave: bool, correct: bool, recall: bool, reason: str, login: str) -> int:
    """Settle what becomes of public posts."""
    given: dict[Choice, bool] = {"leave": leave, "correct": correct, "recall": recall}
    chosen = [choice for choice, meant in given.items() if meant]
    if len(chosen) != 1:
        raise Misuse("Bitte genau eines angeben: --leave, --correct oder --recall.")
    deps = assemble()
    actor = acting(deps, login)
    [choice] = chosen
    done = {
        "leave": "{} öffentliche Posts bleiben stehen.",
        "correct": "Zu {} öffentlichen Posts sind Korrekturen angelegt; sie brauchen eine Freigabe wie jeder Post.",
        "recall": "Zurückgezogen; {} öffentliche Posts werden gelöscht.",
    }[choice]

    def one(number: int) -> None:
        say(f"Beitrag {number}: {done.format(correcting.settle(deps, actor, number, choice, reason, present()))}")

    return each("Beitrag", list(dict.fromkeys(ids)), one)

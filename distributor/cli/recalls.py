"""``distributor recalls`` and ``distributor media``: follow what was taken back, prove it, take a medium back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from distributor.cli.grammar import Misuse, Number, argument, as_json, as_user, group, option
from distributor.cli.parts import acting, assemble, present
from distributor.cli.printing import emit, facts, raw, say, table, when
from distributor.services import recall_views, recalling, telling
from distributor.takedown import CAUSE_WORDS, KIND_WORDS, OUTCOME_WORDS
from distributor.wording import STATE_WORDS


@group(help="Rückrufe: was zurückgenommen wurde, was noch zu tun ist, und der Löschnachweis.")
def recalls() -> None:
    """Hold the commands about recalls."""


@recalls.command("list", help="Zeigt die Rückrufe, die neuesten zuerst.")
@option("--as", "login", metavar="USER", help="Nur, was diese Person sehen darf.")
@as_json
def list_recalls(login: str | None, as_json: bool) -> None:
    """Print the recalls."""
    deps = assemble()
    rows = recall_views.recall_list(deps, actor=acting(deps, login) if login else None)
    if as_json:
        emit(rows)
        return
    table(
        ("Nr.", "Gegenstand", "Wann", "Frist", "Posts", "Offen", "Grund"),
        [
            (
                row["recall"],
                _subject(row),
                when(row["at"]),
                when(row["deadline"]),
                len(row["posts"]),
                row["open"],
                row["reason"],
            )
            for row in rows
        ],
        empty="Es wurde noch nichts zurückgerufen.",
    )


@recalls.command(help="Zeigt einen Rückruf mit jedem Post: wann und wie gelöscht, oder was zu tun ist.")
@argument("number", metavar="ID", type=Number())
@option("--as", "login", metavar="USER", help="Nur, wenn diese Person ihn sehen darf.")
@as_json
def show(number: int, login: str | None, as_json: bool) -> None:
    """Print one recall."""
    deps = assemble()
    shown = recall_views.recall_show(deps, number, actor=acting(deps, login) if login else None)
    if as_json:
        emit(shown)
        return
    facts(
        [
            ("Rückruf", f"{shown['recall']}: {_subject(shown)}"),
            ("Veranlasst", f"{when(shown['at'])} {CAUSE_WORDS[shown['cause']]} ({shown['actor']})"),
            ("Grund", shown["reason"]),
            ("Frist", when(shown["deadline"])),
            ("Portal", "weiß es noch nicht" if shown["portal_untold"] else when(shown["portal_told_at"])),
            ("Stand", "abgeschlossen" if shown["complete"] else f"{shown['open']} offen"),
        ]
    )
    for post in shown["posts"]:
        told = [OUTCOME_WORDS[post["outcome"]], when(post["deleted_at"]), post["answer"] or post["task"], post["url"]]
        where = f"{post['organisation']}, {post['channel']}/{post['account']}"
        say(f"Post {post['post']} ({where}): {' '.join(part for part in told if part)}")
    if any(post["outcome"] == "task" for post in shown["posts"]):
        say("Von Hand Gelöschtes bestätigt `distributor posts confirm`.")


@recalls.command(help="Gibt den Löschnachweis als JSON aus, oder schreibt ihn mit --out als PDF.")
@argument("number", metavar="ID", type=Number())
@option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Die PDF-Datei.")
@option("--as", "login", metavar="USER", help="Nur, was diese Person sehen darf.")
@as_json
def proof(number: int, out: Path | None, login: str | None, as_json: bool) -> None:
    """Write the proof of deletion."""
    if as_json == (out is not None):
        raise Misuse("Bitte eines angeben: --json oder --out FILE.")
    deps = assemble()
    document = recall_views.proof(deps, number, actor=acting(deps, login) if login else None)
    if out is None:
        raw(document)
        return
    from distributor.proof import as_pdf

    out.write_bytes(as_pdf(document))
    say(f"Der Löschnachweis steht in {out}.")


@recalls.command(help="Hält fest, dass die Portalredaktion von einem Rückruf weiß.")
@argument("number", metavar="ID", type=Number())
@as_user
def told(number: int, login: str) -> None:
    """Note that the portal was told."""
    deps = assemble()
    telling.note(deps, acting(deps, login), number, present())
    say(f"Vermerkt: Das Portal weiß von Rückruf {number}.")


@group(help="Medien der Beiträge.")
def media() -> None:
    """Hold the commands about media."""


@media.command(help="Zieht ein Medium aus allen Beiträgen zurück; Posts, die es zeigen, werden entfernt. Endgültig.")
@argument("sha256", metavar="SHA256")
@option("--reason", required=True, metavar="R", help="Der Grund.")
@as_user
def withdraw(sha256: str, reason: str, login: str) -> None:
    """Withdraw a medium."""
    deps = assemble()
    states = recalling.withdraw_medium(deps, acting(deps, login), sha256.lower(), reason, present())
    told = ", ".join(f"{count} {STATE_WORDS[state]}" for state, count in states.items()) or "keine"
    say(f"Das Medium ist zurückgezogen. Öffentliche Posts damit: {told}.")


def _subject(row: dict[str, Any]) -> str:
    return f"{KIND_WORDS[row['kind']]} {row['subject']}"

"""``distributor organisations``: look at the Jobcenter. They are changed by importing their files."""

from __future__ import annotations

from distributor.cli.grammar import argument, as_json, group
from distributor.cli.parts import assemble
from distributor.cli.printing import emit, facts, say, table
from distributor.services import views


@group(help="Die Jobcenter ansehen. Geändert werden sie in ihren Dateien, mit `distributor config import`.")
def organisations() -> None:
    """Hold the commands about Organisations."""


@organisations.command("list", help="Zeigt alle Jobcenter.")
@as_json
def list_organisations(as_json: bool) -> None:
    """Print the Organisations."""
    rows = views.organisation_list(assemble())
    if as_json:
        emit(rows)
        return
    table(
        ("Kürzel", "Name", "Anrede", "Kalender"),
        [(row["slug"], row["name"], row["voice"]["address"], row["calendar"]) for row in rows],
        empty="Es gibt noch kein Jobcenter; `distributor config import --apply` liest sie ein.",
    )


@organisations.command(help="Zeigt ein Jobcenter mit seinen Konten.")
@argument("slug", metavar="SLUG")
@as_json
def show(slug: str, as_json: bool) -> None:
    """Print one Organisation."""
    shown = views.organisation_show(assemble(), slug)
    if as_json:
        emit(shown)
        return
    voice = shown["voice"]
    facts(
        [
            ("Kürzel", shown["slug"]),
            ("Name", shown["name"]),
            ("Träger", shown.get("body")),
            ("Kalender", shown["calendar"]),
            ("Anrede", voice["address"]),
            ("Hashtags", " ".join(voice["hashtags"])),
            *(("Kontakt", f"{key}: {value}") for key, value in shown.get("contact", {}).items() if value),
            *(("Seite", f"{key}: {value}") for key, value in shown.get("pages", {}).items() if value),
        ]
    )
    for account in shown["accounts"]:
        say(f"Konto {account['id']}: {account['channel']}/{account['name']} {account['identity']}".rstrip())

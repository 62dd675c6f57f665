"""The command line: which commands there are and where each lives. Nothing heavy is imported before its use."""

from __future__ import annotations

from distributor.cli.lazy import Place, Root

COMMANDS: dict[str, Place] = {
    "up": Place("distributor.cli.serving:up", "Startet Dienst und Weboberfläche in einem Prozess."),
    "run": Place("distributor.cli.serving:run", "Startet den Dienst, der plant und veröffentlicht."),
    "web": Place("distributor.cli.serving:web", "Startet die Weboberfläche."),
    "demo": Place("distributor.cli.demo:demo", "Führt alles mit Musterdaten und nachgebildeten Netzwerken vor."),
    "feed": Place("distributor.cli.feed:feed", "Feeds prüfen, eintragen und lesen."),
    "preview": Place("distributor.cli.preview:preview", "Zeigt, was aus einem Feed auf einem Kanal würde."),
    "calendar": Place("distributor.cli.calendar:calendar", "Vorausschauen, besondere Tage eintragen, abonnieren."),
    "campaigns": Place("distributor.cli.campaigns:campaigns", "Kampagnen: Beiträge, die zusammengehören."),
    "items": Place("distributor.cli.items:items", "Beiträge des Portals: ansehen, klären, anhalten, zurückziehen."),
    "persons": Place("distributor.cli.persons:persons", "Personen in Beiträgen und ihre Einwilligungen."),
    "posts": Place("distributor.cli.posts:posts", "Posts der Kanäle: freigeben, ändern, verschieben, ablehnen."),
    "media": Place("distributor.cli.recalls:media", "Medien der Beiträge: zurückziehen."),
    "recalls": Place("distributor.cli.recalls:recalls", "Rückrufe: was offen ist, und der Löschnachweis."),
    "organisations": Place("distributor.cli.organisations:organisations", "Die Jobcenter ansehen."),
    "accounts": Place("distributor.cli.accounts:accounts", "Konten der Jobcenter verbinden, prüfen, anhalten."),
    "users": Place("distributor.cli.users:users", "Personen und ihre Rollen verwalten."),
    "tokens": Place("distributor.cli.tokens:tokens", "Token für Programme, die über die Schnittstelle arbeiten."),
    "webhooks": Place("distributor.cli.webhooks:webhooks", "Programme, denen gemeldet wird, was aus Posts wird."),
    "stop": Place("distributor.cli.brake:stop", "Zieht die Notbremse."),
    "resume": Place("distributor.cli.brake:resume", "Löst die Notbremse."),
    "stages": Place("distributor.cli.stages:stages", "Zeigt, was bei den Plattformen vorbereitet liegt."),
    "config": Place("distributor.cli.configuration:config", "Konfiguration einlesen, herausschreiben, prüfen."),
    "keys": Place("distributor.cli.keys:keys", "Schlüssel für die Zugangsdaten erzeugen und wechseln."),
    "db": Place("distributor.cli.database:db", "Die Datenbank anlegen und auf den neuesten Stand bringen."),
    "log": Place("distributor.cli.log:log", "Das Protokoll: herausschreiben und prüfen."),
    "retention": Place("distributor.cli.retention:retention", "Aufbewahrung: was nach Frist gelöscht wird."),
    "doctor": Place("distributor.cli.doctor:doctor", "Prüft, ob veröffentlicht werden kann, und sagt, was fehlt."),
}
"""Every command, in the order in which the help shows them."""

root = Root(
    "distributor",
    COMMANDS,
    help="Verteilt Beiträge des Portals auf die Kanäle der Kommunalen Jobcenter.\n\n"
    "Ergebnis: 0 erledigt, 1 teilweise erledigt, 2 abgelehnt (eine Zeile sagt, was und wo).",
)


def main() -> None:
    """Run the program and leave with its status."""
    root.main(prog_name="distributor")

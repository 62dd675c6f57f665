"""What Meta's error codes mean for us, as data. Looking a code up and turning it into an error lives elsewhere.

Codes and meanings: https://developers.facebook.com/docs/graph-api/guides/error-handling (generic) and
https://developers.facebook.com/documentation/instagram-platform/instagram-graph-api/reference/error-codes (Instagram),
both read on 2026-11-21. The subcodes 1366xxx, 1404xxx, 1609xxx and 1363xxx are known from other publishers only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from connectors.base import (
    ConnectorError,
    OutcomeUnknown,
    Rejected,
    Scope,
    StageLost,
    Throttled,
    Unauthorised,
    Unavailable,
    Who,
)


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a code makes us do. ``text`` has ``{label}`` for the channel's name.

    ``certain`` is the white-list of the release: the code proves that the call which got it made nothing public.
    ``wait`` counts where the platform does not say itself how long it wants to be left alone.
    """

    kind: type[ConnectorError]
    text: str
    scope: Scope = "post"
    who: Who = "officer"
    certain: bool = False
    wait: timedelta = timedelta(minutes=15)


def _content(text: str, *, certain: bool = False, who: Who = "officer") -> Reaction:
    return Reaction(Rejected, text, who=who, certain=certain)


def _again(text: str, *, who: Who = "operator", certain: bool = False) -> Reaction:
    return Reaction(Unavailable, f"{text} Es wird später erneut versucht.", who=who, certain=certain)


def _lost(text: str) -> Reaction:
    return Reaction(StageLost, f"{text} Der Post wird neu vorbereitet.", who="operator")


def _token(text: str, *, scope: Scope = "account") -> Reaction:
    return Reaction(Unauthorised, text, scope=scope, who="operator", certain=True)


def _blocked(text: str, *, certain: bool = True) -> Reaction:
    return Reaction(Unauthorised, text, scope="account", who="officer", certain=certain)


def _slow(text: str, *, scope: Scope = "account", wait: timedelta = timedelta(minutes=15)) -> Reaction:
    return Reaction(Throttled, text, scope=scope, who="operator", certain=True, wait=wait)


_LOGIN = "Der Zugang zu {label} %s. Bitte das Konto neu verbinden."
_ACT = "{label} %s. Bitte dort anmelden und den Hinweisen folgen; danach das Konto hier fortsetzen."
_CONFIRM = "Facebook %s. Bitte unter facebook.com anmelden und den Hinweisen folgen; danach das Konto hier fortsetzen."

GENERIC: Mapping[tuple[int, int | None], Reaction] = {
    (1, None): _again("{label} meldet einen unbekannten Fehler."),
    (2, None): _again("{label} ist vorübergehend gestört."),
    (3, None): _token(
        "Die App darf diese Funktion von {label} nicht nutzen. Bitte die App-Freigaben prüfen.", scope="app"
    ),
    (4, None): _slow("{label} nimmt von der App gerade keine Aufrufe mehr an; es wird gewartet.", scope="app"),
    (10, None): _token(
        "Dem Zugang zu {label} fehlt eine Berechtigung. Bitte das Konto mit allen Rechten neu verbinden."
    ),
    (17, None): _slow("{label} nimmt von diesem Konto gerade keine Aufrufe mehr an; es wird gewartet."),
    (20, 1772107): Reaction(OutcomeUnknown, "{label} meldet einen Fehler, obwohl der Kommentar angelegt wurde."),
    (32, None): _slow("{label} nimmt für diese Seite gerade keine Aufrufe mehr an; es wird gewartet."),
    (36, None): _content("{label} lehnt den Post ab. Bitte Text und Bilder prüfen."),
    (100, None): _content("{label} lehnt eine Angabe des Posts ab. Bitte Text, Link und Bilder prüfen."),
    (100, 33): Reaction(
        Unauthorised,
        "{label} findet das Konto oder den Post nicht oder gibt ihn nicht frei. Bitte Kennung und Rechte prüfen.",
        scope="account",
        who="operator",
    ),
    (102, None): _token(_LOGIN % "ist abgelaufen"),
    (104, None): _token(
        "Das App-Geheimnis für {label} passt nicht zum Zugang. Bitte in den Einstellungen prüfen.", scope="app"
    ),
    (190, None): _token(_LOGIN % "gilt nicht mehr"),
    (190, 458): _token(_LOGIN % "wurde entzogen: Die App ist für dieses Konto nicht mehr installiert"),
    (190, 459): _blocked(_CONFIRM % "verlangt eine Bestätigung der Person, deren Anmeldung wir nutzen"),
    (190, 460): _token(_LOGIN % "gilt nicht mehr, weil das Passwort geändert wurde"),
    (190, 463): _token(_LOGIN % "ist abgelaufen"),
    (190, 464): _blocked(_CONFIRM % "sieht das Profil der verbundenen Person als nicht bestätigt"),
    (190, 467): _token(_LOGIN % "wurde widerrufen"),
    (190, 492): _token(
        "Die Person, die {label} verbunden hat, hat dort keine Rolle mehr. Bitte mit einer anderen Person verbinden."
    ),
    (283, None): _token("Dem Zugang zu {label} fehlt das Recht, Inhalte der Seite zu lesen. Bitte neu verbinden."),
    (324, None): _content("{label} kann ein Bild nicht lesen. Bitte ein anderes Bild wählen."),
    (341, None): _slow(
        "Die App hat ihr Limit bei {label} erreicht; es wird gewartet.", scope="app", wait=timedelta(hours=1)
    ),
    (368, None): _blocked(_ACT % "hat das Veröffentlichen für dieses Konto vorübergehend gesperrt"),
    (368, 1390008): _blocked(_ACT % "hat das Konto gesperrt, weil zu schnell hintereinander veröffentlicht wurde"),
    (382, None): _content("Die Videodatei ist {label} zu klein. Bitte das Video prüfen."),
    (389, None): _again(
        "{label} kann das Video nicht bei uns abholen. Bitte die öffentliche Adresse der Medien prüfen."
    ),
    (506, None): Reaction(
        OutcomeUnknown,
        "{label} hält den Post für eine Wiederholung. Bitte nachsehen, ob er schon veröffentlicht ist.",
    ),
    (613, None): _slow("{label} lässt für dieses Konto gerade keine weiteren Aufrufe zu; es wird gewartet."),
    (803, None): _token("Die Kennung des Kontos ist {label} unbekannt. Bitte die ID in den Einstellungen prüfen."),
    (2500, None): _token(
        "{label} versteht den Aufruf nicht: Zugang oder API-Version fehlt. Bitte die Einstellungen prüfen.", scope="app"
    ),
    (3001, 1504028): _content("{label} verlangt eine Kennzahl, die wir nicht genannt haben.", who="operator"),
    (6000, None): _content("{label} kann die Videodatei nicht lesen. Bitte ein anderes Video wählen."),
    (6001, None): _content("{label} kann das Video nicht annehmen. Bitte ein anderes Video wählen."),
    (1609005, None): _again("{label} kann die verlinkte Seite nicht öffnen. Bitte den Link prüfen.", who="officer"),
}
"""Codes of every Graph API; ``None`` stands for any subcode that has no line of its own."""

INSTAGRAM: Mapping[tuple[int, int | None], Reaction] = {
    (-2, None): _again("{label} ist vorübergehend gestört."),
    (-1, None): _again("{label} meldet einen Serverfehler."),
    (9, None): _slow(
        "Das Konto hat bei {label} eine Höchstzahl für 24 Stunden erreicht; es wird gewartet.", wait=timedelta(hours=1)
    ),
    (24, None): _lost("{label} findet den vorbereiteten Post nicht mehr."),
    (25, None): _blocked(_ACT % "hat das Konto eingeschränkt"),
    (9004, None): _again("{label} kann ein Medium nicht bei uns abholen. Bitte die öffentliche Medienadresse prüfen."),
    (9007, None): _again("{label} verarbeitet den Post noch.", certain=True),
    (-2, 2207003): _again("{label} braucht zu lange, um ein Bild bei uns abzuholen. Bitte die Medienadresse prüfen."),
    (-2, 2207020): _lost("Ein Bild ist bei {label} abgelaufen."),
    (-1, 2207001): _again("{label} meldet einen Serverfehler."),
    (-1, 2207032): _lost("{label} konnte den Post nicht anlegen."),
    (-1, 2207053): _lost("{label} konnte das Video nicht hochladen."),
    (1, 2207057): _content("Das Vorschaubild liegt außerhalb des Videos. Bitte einen anderen Zeitpunkt wählen."),
    (4, 2207051): _blocked(_ACT % "hat die Aktion zum Schutz der Gemeinschaft eingeschränkt", certain=False),
    (9, 2207042): _slow(
        "Das Konto hat bei {label} die Höchstzahl an Posts für 24 Stunden erreicht; es wird gewartet.",
        wait=timedelta(hours=1),
    ),
    (24, 2207006): _lost("{label} findet den vorbereiteten Post nicht mehr."),
    (24, 2207008): _lost("Der bei {label} vorbereitete Post ist abgelaufen oder unbekannt."),
    (25, 2207050): _blocked(_ACT % "hat das Konto eingeschränkt"),
    (100, 2207023): _content("{label} kennt diese Art von Medium nicht. Bitte ein JPEG-Bild verwenden."),
    (100, 2207028): _content("{label} nimmt in einem Karussell nur 2 bis 10 Bilder. Bitte die Zahl der Bilder ändern."),
    (100, 2207035): _content("Bei {label} dürfen Produktmarkierungen in Videos keine Position haben."),
    (100, 2207036): _content("Bei {label} brauchen Produktmarkierungen in Bildern eine Position."),
    (100, 2207037): _content("{label} kennt eine der Produktmarkierungen nicht. Bitte die Markierungen entfernen."),
    (100, 2207040): _content("Der Post hat für {label} zu viele Markierungen oder Hashtags. Bitte welche streichen."),
    (352, 2207026): _content("{label} unterstützt das Format des Videos nicht. Bitte das Video umwandeln."),
    (9004, 2207052): _again("{label} kann ein Bild nicht bei uns abholen. Bitte die öffentliche Medienadresse prüfen."),
    (9007, 2207027): _again("{label} verarbeitet den Post noch.", certain=True),
    (36000, 2207004): _content("Ein Bild ist für {label} zu groß (mehr als 8 MB). Bitte ein kleineres Bild wählen."),
    (36001, 2207005): _content("{label} unterstützt das Format eines Bildes nicht. Bitte ein JPEG-Bild verwenden."),
    (36003, 2207009): _content(
        "Das Seitenverhältnis eines Bildes passt nicht zu {label} (4:5 bis 1,91:1). Bitte das Bild zuschneiden."
    ),
    (36004, 2207010): _content("Der Text ist für {label} zu lang (höchstens 2.200 Zeichen). Bitte kürzen."),
    (-1, 2207076): _content("{label} konnte das Video nicht verarbeiten. Bitte das Video prüfen."),
    (-1, 2207077): _content("{label} konnte das Video nicht abholen. Bitte das Video prüfen."),
    (-1, 2207081): _content("{label} erlaubt diesem Konto keine Test-Reels."),
    (-1, 2207082): _lost("{label} konnte das Medium nicht hochladen."),
    (-1, 2207085): _again("{label} konnte den Post nicht löschen."),
}
"""Publishing codes of Instagram. The last five are not in Meta's table; their first number is a guess and never needed,
because a number from a thousand up is recognised wherever it stands."""

_PHOTO = "{label} kann ein Bild nicht annehmen (Format, Größe oder Datei). Bitte ein anderes Bild wählen."
_VIDEO = "{label} nimmt das Video nicht an: %s. Bitte das Video anpassen."

FACEBOOK: Mapping[tuple[int, int | None], Reaction] = {
    (100, 1366046): _content(_PHOTO),
    (100, 1366051): _lost("Die vorbereiteten Bilder stecken bei {label} schon in einem anderen Post."),
    (100, 1346003): _content("{label} hält den Inhalt für missbräuchlich. Bitte Text und Link ändern."),
    (100, 1349125): _content("{label} hält den Inhalt für ungültig. Bitte Text, Link und Bilder prüfen."),
    (100, 1609008): _content(
        "{label} erlaubt keinen Link auf facebook.com. Bitte einen anderen Link setzen.", certain=True
    ),
    (100, 2061006): _content("{label} hält den Link für ungültig. Bitte die Adresse prüfen.", certain=True),
    (100, 2069019): _content("{label} hält eine Datei für ungültig. Bitte ein anderes Bild wählen."),
    (368, 1404006): _blocked(_ACT % "verlangt eine Sicherheitsprüfung"),
    (368, 1404078): _blocked(_ACT % "verlangt für diese Seite eine Freigabe zum Veröffentlichen"),
    (368, 1404102): _blocked(_ACT % "hat das Konto wegen der Gemeinschaftsstandards gesperrt"),
    (368, 1404112): _blocked(_ACT % "hat den Zugriff auf das Konto eingeschränkt"),
    (200, 4854002): _blocked(_ACT % "verlangt eine Bestätigung der Identität"),
    (2, 1363047): _again("{label} ist vorübergehend nicht verfügbar."),
    (2, 1609010): _again("{label} ist vorübergehend nicht verfügbar."),
    (6000, 1363005): _token("Dem Zugang zu {label} fehlt das Recht, das Video zu ändern. Bitte neu verbinden."),
    (6000, 1363008): _lost("{label} findet die hochgeladene Datei nicht mehr."),
    (6000, 1363019): _again("{label} hatte ein Problem beim Hochladen des Videos."),
    (6000, 1363020): _content(_VIDEO % "die Datei fehlt"),
    (6000, 1363021): _again("{label} hatte ein Problem beim Hochladen des Videos."),
    (6000, 1363022): _content(_VIDEO % "die Datei ist kleiner als 1 KB"),
    (6000, 1363023): _content(_VIDEO % "die Datei ist größer als 2 GB"),
    (6000, 1363024): _content(_VIDEO % "das Format wird nicht unterstützt"),
    (6000, 1363025): _content(_VIDEO % "es ist kürzer als 1 Sekunde"),
    (6000, 1363026): _content(_VIDEO % "es ist länger als 40 Minuten"),
    (6000, 1363030): _again("Das Hochladen des Videos zu {label} hat zu lange gedauert."),
    (6000, 1363031): _content(_VIDEO % "das Format wird nicht unterstützt"),
    (6000, 1363032): _content(_VIDEO % "die Datei ist kein Video"),
    (6000, 1363033): _again("Das Hochladen des Videos zu {label} wurde unterbrochen."),
    (6000, 1363037): _again("{label} erwartet das Video ab einer anderen Stelle."),
    (6000, 1363040): _content(_VIDEO % "das Seitenverhältnis liegt nicht zwischen 16:9 und 9:16"),
    (6000, 1363041): _lost("Die Sitzung zum Hochladen ist bei {label} abgelaufen."),
    (6000, 1363042): _token("Dem Zugang zu {label} fehlt das Recht, Videos zu veröffentlichen. Bitte neu verbinden."),
    (6000, 1363045): _content(_VIDEO % "die Größe der Datei stimmt nicht mit der Angabe überein"),
    (6000, 1363127): _content(_VIDEO % "die Auflösung ist zu klein (mindestens 540 × 960)"),
    (6000, 1363128): _content(_VIDEO % "ein Reel dauert 3 bis 90 Sekunden"),
    (6000, 1363129): _content(_VIDEO % "die Bildrate liegt nicht zwischen 24 und 60"),
}
"""Facebook's publishing subcodes; their first number is the usual one and never needed (see ``INSTAGRAM``)."""

REACTIONS: Mapping[tuple[int, int | None], Reaction] = {**GENERIC, **INSTAGRAM, **FACEBOOK}

PERMISSION = _token("Dem Zugang zu {label} fehlt eine Berechtigung. Bitte das Konto mit allen Rechten neu verbinden.")
"""Any code from 200 to 299."""

USE_CASE = _slow("{label} nimmt für dieses Konto gerade keine Aufrufe mehr an; es wird gewartet.")
"""Any code from 80000 to 80099: the throttle of one business object."""

UNKNOWN_2207 = _lost("{label} hat den Post mit einem unbekannten Fehler abgebrochen.")
"""An Instagram publishing subcode nobody has described: one more Stage may help, a third person may not."""

UNKNOWN = _content("{label} lehnt den Post aus einem unbekannten Grund ab. Bitte Text, Link und Bilder prüfen.")

UNCLEAR = _again("{label} hat unverständlich geantwortet.")
"""No error object at all: a web page, a redirect, an empty body, an answer that lacks what was asked for."""

TOO_MANY = _slow("{label} nimmt gerade keine Aufrufe mehr an; es wird gewartet.")
"""HTTP 429 without an error object."""

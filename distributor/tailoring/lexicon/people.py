"""Words for people as gender-fair German needs them: the masculine plural and a neutral word. Our own data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """What stands before ``*innen`` ("Ärzt"), the masculine plural ("Ärzte"), and a neutral plural or nothing.

    A compound takes the entry of its last part: "Berufsschüler" that of "Schüler".
    """

    stem: str
    masculine: str
    neutral: str = ""


PEOPLE = tuple(
    Person(*words)
    for words in (
        ("Absolvent", "Absolventen"),
        ("Anfänger", "Anfänger"),
        ("Anleiter", "Anleiter", "Anleitende"),
        ("Ansprechpartner", "Ansprechpartner", "Ansprechpersonen"),
        ("Anwält", "Anwälte"),
        ("Arbeitgeber", "Arbeitgeber", "Betriebe"),
        ("Arbeitnehmer", "Arbeitnehmer", "Beschäftigte"),
        ("Ärzt", "Ärzte"),
        ("Ausbilder", "Ausbilder", "Ausbildende"),
        ("Azubi", "Azubis", "Auszubildende"),
        ("Bauer", "Bauern"),
        ("Beamt", "Beamte"),
        ("Berater", "Berater", "Beratungskräfte"),
        ("Besucher", "Besucher", "Gäste"),
        ("Betreuer", "Betreuer", "Betreuende"),
        ("Bewerber", "Bewerber", "Bewerbende"),
        ("Botschafter", "Botschafter"),
        ("Bürger", "Bürger"),
        ("Chef", "Chefs", "Führungskräfte"),
        ("Dezernent", "Dezernenten"),
        ("Einwohner", "Einwohner"),
        ("Erzieher", "Erzieher"),
        ("Expert", "Experten", "Fachleute"),
        ("Fachmänn", "Fachmänner", "Fachleute"),
        ("Fallmanager", "Fallmanager"),
        ("Follower", "Follower"),
        ("Freund", "Freunde"),
        ("Geschäftsführer", "Geschäftsführer"),
        ("Handwerker", "Handwerker"),
        ("Helfer", "Helfer", "Helfende"),
        ("Ingenieur", "Ingenieure"),
        ("Interessent", "Interessenten", "Interessierte"),
        ("Klient", "Klienten", "Ratsuchende"),
        ("Köch", "Köche"),
        ("Kolleg", "Kollegen"),
        ("Kund", "Kunden", "Ratsuchende"),
        ("Landrät", "Landräte"),
        ("Lehrer", "Lehrer", "Lehrkräfte"),
        ("Leser", "Leser"),
        ("Leiter", "Leiter", "Leitungskräfte"),
        ("Mitarbeiter", "Mitarbeiter", "Mitarbeitende"),
        ("Mieter", "Mieter"),
        ("Mitschüler", "Mitschüler"),
        ("Nachbar", "Nachbarn"),
        ("Nutzer", "Nutzer", "Nutzende"),
        ("Partner", "Partner"),
        ("Pat", "Paten"),
        ("Pfleger", "Pfleger", "Pflegekräfte"),
        ("Polizist", "Polizisten", "Polizeikräfte"),
        ("Praktikant", "Praktikanten"),
        ("Profi", "Profis", "Fachleute"),
        ("Psycholog", "Psychologen"),
        ("Pädagog", "Pädagogen"),
        ("Sachbearbeiter", "Sachbearbeiter"),
        ("Schüler", "Schüler"),
        ("Sozialarbeiter", "Sozialarbeiter"),
        ("Spezialist", "Spezialisten", "Fachleute"),
        ("Sportler", "Sportler"),
        ("Student", "Studenten", "Studierende"),
        ("Teilnehmer", "Teilnehmer", "Teilnehmende"),
        ("Therapeut", "Therapeuten"),
        ("Trainer", "Trainer"),
        ("Unternehmer", "Unternehmer"),
        ("Verkäufer", "Verkäufer", "Verkaufskräfte"),
        ("Vermieter", "Vermieter"),
        ("Vermittler", "Vermittler", "Vermittlungskräfte"),
        ("Vertreter", "Vertreter"),
        ("Wähler", "Wähler"),
        ("Zuhörer", "Zuhörer"),
        ("Zuschauer", "Zuschauer"),
    )
)

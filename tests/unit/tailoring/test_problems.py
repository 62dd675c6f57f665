"""Each rule: what it finds, what it leaves alone, and the sentence it says."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors.base import Medium, PictureRules, RemotePost
from distributor.domain import Captions, FeedMedium
from distributor.tailoring import RULES, apply_fix, review

TODAY = date(2026, 11, 21)
GOOD = (Path(__file__).parent / "data" / "gutes-deutsch.txt").read_text(encoding="utf-8").splitlines()


def test_a_good_post_has_no_problem(ask, picture):
    assert ask(media=[picture]) == {}


@pytest.mark.parametrize(
    ("rule", "severity", "text"),
    [
        ("text.empty", "block", " \n "),
        ("text.empty", "block", "https://k.example/1"),
        ("placeholder.unresolved", "block", "Ruf an: {{kontakt.telefon}}"),
        ("placeholder.unresolved", "block", "Ruf an: {{kjc.name}"),
        ("placeholder.unresolved", "block", "Ruf an: kjc.name}}"),
        ("hashtag.dot_or_hyphen", "block", "Los #Stark.Sozial.VorOrt"),
        ("hashtag.dot_or_hyphen", "block", "Los #KJC-Hessen"),
        ("hashtag.camelcase", "block", "Los #ausbildung"),
        ("hashtag.camelcase", "block", "Los #AUSBILDUNGSPLATZ"),
        ("hashtag.count", "warn", "#Eins #Zwei #Drei #Vier #Fünf #Sechs"),
        ("unicode.pseudo_bold", "block", "𝗝𝗲𝘁𝘇𝘁 bewerben"),
        ("text.invisible", "block", "Jetzt be\u00adwerben"),
        ("text.invisible", "block", "Jetzt\u200b bewerben"),
        ("text.invisible", "block", "Jetzt \u202enebrewebu"),
        ("text.invisible", "block", "Los #Aus\u2060bildung"),
        ("text.invisible", "block", "A\u200db und Tag\U000e0041"),
        ("emoji.count", "warn", "Eins 🎉\nZwei 🎉\nDrei 🎉\nVier 👩🏽‍🚀"),
        ("emoji.run", "warn", "Geschafft! 🎉 🎉"),
        ("emoji.run", "warn", "Geschafft! 🇩🇪👍"),
        ("emoji.mid_sentence", "warn", "Wir 💙 Hessen"),
        ("emoji.as_bullet", "warn", "Drei Tipps:\n✅ Früh anfangen"),
        ("caps.run", "warn", "JETZT SOFORT HIER BEWERBEN und mehr"),
        ("address.mixed", "warn", "Du fragst, damit wir Sie beraten."),
        ("address.mixed", "warn", "Wenn Sie kommen, bring deinen Ausweis mit."),
        ("address.mixed", "warn", "Das könnt ihr euch ansehen. Wir beraten Sie."),
        ("address.other", "warn", "Wir beraten dich."),
        ("address.other", "warn", "Schaut es euch an."),
        ("gender.sign", "warn", "Für alle Schüler*innen"),
        ("gender.sign", "warn", "Für alle Klient:innen"),
        ("gender.sign", "warn", "Für alle SchülerInnen"),
        ("terms.outdated", "warn", "Das Bürgergeld wird gezahlt"),
        ("terms.outdated", "warn", "Mit dem Bürgergeldbescheid"),
    ],
)
def test_a_rule_finds_what_it_is_for(ask, rule, severity, text):
    assert ask(text)[rule].severity == severity


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("hashtag.dot_or_hyphen", "Los #Ausbildung. Und #Geld, #U25 – jetzt. https://a.example/#b.c"),
        ("hashtag.camelcase", "#Ausbildung #KJC #2027er #eBay #HESSEN https://a.example/#klein"),
        ("hashtag.camelcase", "Los #stark.sozial"),
        ("hashtag.dot_or_hyphen", "Platz #1.2 und #2027-2028"),
        ("hashtag.count", "#Eins #Zwei #Drei #Vier #Fünf"),
        ("hashtag.count", "#Eins #Zwei #Drei #Vier #Fünf, Platz #1 und #2"),
        ("unicode.pseudo_bold", "Straße, Übung, Café"),
        ("text.invisible", "Los 👩🏽‍🚀 🏴󠁧󠁢󠁳󠁣󠁴󠁿 ❤️‍🔥\u00a0z.\u202fB. می‌خواهم e\u0301"),
        ("address.other", "Wir beraten Sie. „Du schaffst das“, sagt sie."),
        ("address.other", "Sie lacht. Ihr Weg war lang."),
        ("emoji.count", "Eins 🎉\nZwei 🎉\nDrei 🎉 © 2026 ™ 1 2 3 4"),
        ("emoji.run", "Eins 👩‍👩‍👧‍👦 Ende."),
        ("emoji.mid_sentence", "Geschafft! 🎉 Und jetzt?\nNeu 💬\nWeiter"),
        ("emoji.as_bullet", "Geschafft 🎉\n🎉"),
        ("emoji.as_bullet", "Geschafft\n🎉 🥳👍"),
        ("caps.run", "Das KJC MTK in HEF und die KVA, das KCA"),
        ("address.mixed", "Du kannst kommen. Sie erzählt: „Kommen Sie, wenn Sie mögen.“ Ihr Weg war lang."),
        ("address.mixed", "„Du schaffst das“, hören Sie oft."),
        ("gender.sign", "LinkedIn und CheckIn, drinnen: innen"),
        ("terms.outdated", "Das Grundsicherungsgeld"),
        ("link.raw", "Mehr auf https://a.example/"),
    ],
)
def test_a_rule_leaves_good_words_alone(ask, rule, text):
    assert rule not in ask(text)


def test_a_text_that_is_too_long_says_by_how_much(ask):
    assert ask("x" * 312, text=280)["text.too_long"].text == ("Der Text hat 312 von 280 Zeichen; bitte um 32 kürzen.")


def test_the_fix_for_a_broken_hashtag_is_named(ask):
    assert "„#StarkSozialVorOrt“" in ask("#Stark.Sozial.VorOrt")["hashtag.dot_or_hyphen"].text


def test_a_raw_link_is_forbidden_only_where_links_do_not_work(ask):
    assert ask("Mehr: https://a.example/", links="none")["link.raw"].severity == "block"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Mehr auf jobcenter.de.", "jobcenter.de"),
        ("Mehr auf (kjc-fulda.de/u25/start)!", "kjc-fulda.de/u25/start"),
        ("Mehr auf portal.kjc.org, jetzt", "portal.kjc.org"),
        ("Schreib an info@jobcenter.de oder max.de@kjc.de", None),
        ("Das gilt z.B.zur Miete, u.a.de, d.h.net", None),
        ("Am 24.11.de, um 12.30.de", None),
        ("Der Satz endet.Der nächste auch.Ende", None),
        ("Los #stark.de", None),
        ("Die datei.deutsch und kjc.de.txt", None),
        ("Mehr auf Jobcenter-Fulda.de!", "Jobcenter-Fulda.de"),
        ("Mehr auf MainArbeit.de/U25", "MainArbeit.de/U25"),
        ("MEHR AUF KJC-FULDA.DE", "KJC-FULDA.DE"),
        ("Der Satz endet.Info folgt.De", None),
        ("MainArbeit.Kommunales Jobcenter", None),
        ("MainArbeit.de hilft weiter.", None),
        ("Neues von nebenan: Golem.de hat sich umgesehen.", None),
        ("„Golem.de berichtet“, heißt es.", None),
        ("Mehr: MainArbeit.de und unser Kanal", "MainArbeit.de"),
        ("mainarbeit.de hilft weiter.", "mainarbeit.de"),
        ("MainArbeit.de\nhilft weiter.", "MainArbeit.de"),
        ("Schau vorbei: Jobcenter-Fulda.de", "Jobcenter-Fulda.de"),
        ("www.jobcenter.de hilft weiter.", "www.jobcenter.de"),
        ("jobcenter.de/u25 hilft weiter.", "jobcenter.de/u25"),
    ],
)
def test_an_address_without_a_scheme_counts_where_it_surely_is_one(ask, text, address):
    problem = ask(text, links="none").get("link.raw")

    assert (problem and problem.fix.wrong) == address


def test_a_name_that_is_an_address_elsewhere_in_the_text_is_not_mended_by_machine(ask):
    assert ask("MainArbeit.de hilft. Mehr auf MainArbeit.de.", links="none")["link.raw"].fix is None


@pytest.mark.parametrize(
    ("text", "told", "mended"),
    [
        ("Jetzt be\u00adwer\u00adben", "In „bewerben“ steckt ein weiches Trennzeichen (U+00AD)", "Jetzt bewerben"),
        ("Jetzt \u200b los", "Im Text steckt ein Leerzeichen ohne Breite (U+200B)", "Jetzt los"),
        ("\u202elos", "In „los“ steckt ein Zeichen, das die Leserichtung dreht (U+202E)", "los"),
        ("#A\u2060b", "In „#Ab“ steckt ein unsichtbares Zeichen (U+2060)", "#Ab"),
    ],
)
def test_what_nobody_sees_is_named_and_goes_without_a_trace(ask, text, told, mended):
    problem = ask(text)["text.invisible"]

    assert problem.text == f"{told}; bitte entfernen."
    assert apply_fix(text, problem.fix) == mended


@pytest.mark.parametrize(("slug", "text"), [("fulda", "Wir beraten dich."), ("bergstrasse", "Wir beraten Sie.")])
def test_the_other_form_of_address_is_told_unless_both_are_mixed(ask, slug, text):
    assert "angesprochen wird hier mit" in ask(text, slug=slug)["address.other"].text
    assert "address.other" not in ask(f"{text} Wir hören dich, wenn Sie mögen.", slug=slug)


def test_an_invisible_sign_in_an_alt_text_blocks_and_can_be_mended(ask, picture):
    problem = ask(media=[replace(picture, alt="Ein Weg\u00adweiser")])["alt.invisible"]

    assert (problem.severity, problem.fix.right) == ("block", "Ein Wegweiser")


@pytest.mark.parametrize("text", ["Die Woche im Video: Lauscher auf!", "Ein Foto.", "Foto:"])
def test_a_word_that_names_nobody_is_no_credit(ask, picture, text):
    assert "credit.missing" in ask(text, media=[picture])


@pytest.mark.parametrize(
    "line", ["Foto: J. B.", "(Bild: J. B.)", "📷 Foto: J. B.", "Gut. Bildnachweis: J. B.", "© J. B."]
)
def test_a_credit_is_known_where_it_stands_for_itself(ask, picture, line):
    assert "credit.missing" not in ask(f"Alles gut.\n{line}", media=[picture])


def test_an_old_word_is_fine_until_its_day(ask):
    assert "terms.outdated" not in ask("Das Bürgergeld", today=date(2026, 6, 30))
    assert "terms.outdated" in ask("Das Bürgergeld", today=date(2026, 7, 1))
    assert "terms.outdated" not in ask("Das Bürgergeld", today=None)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(bisher Bürgergeld)", False),
        ("das alte „Bürgergeld“", False),
        ("statt Bürgergeld", False),
        ("das Bürgergeldgesetz", False),
        ("alte Menschen mit Bürgergeld", True),
        ("früher gab es Hilfe vom Amt, heute ist es das Bürgergeld", True),
        ("das Wohnbürgergeld", False),
        ("das Bürgergeld-Gesetz", False),
        ("das Bürgergeld-Änderungsgesetz", False),
        ("Hartz IV ist Geschichte.", False),
        ("Das Bürgergeld ist bald Geschichte.", False),
        ("Bürgergeld gibt es nicht mehr.", False),
        ("Seit Juli gibt es kein Bürgergeld mehr.", False),
        ("Das Bürgergeld heißt jetzt anders.", False),
        ("Das Bürgergeld wurde abgelöst.", False),
        ("Die Grundsicherung ersetzt das Bürgergeld.", False),
        ("Die Grundsicherung löst das Bürgergeld ab.", False),
        ("Hartz IV wurde zu Bürgergeld.", False),
        ("statt des Bürgergelds", False),
        ("Aus Bürgergeld wird Grundsicherungsgeld.", False),
        ("Hartz IV ist Geschichte. Es gibt jetzt Bürgergeld.", True),
        ("Hartz IV heißt jetzt Bürgergeld.", True),
        ("Das ist meine Geschichte mit Bürgergeld.", True),
        ("Bürgergeld bekommt nicht mehr als die Hälfte.", True),
        ("ALG II und Hartz IV", True),
    ],
)
def test_an_old_word_that_is_called_old_is_no_fault(ask, text, found):
    assert ("terms.outdated" in ask(text)) is found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Das Bürgergeld", "„Bürgergeld“ ist seit dem 1.7.2026 überholt; heute heißt es „Grundsicherungsgeld“."),
        ("des Bürgergelds", "„Bürgergelds“ ist seit dem 1.7.2026 überholt; heute heißt es „Grundsicherungsgelds“."),
        (
            "Für Bürgergeldempfänger",
            "In „Bürgergeldempfänger“ ist „Bürgergeld“ seit dem 1.7.2026 überholt; heute heißt es"
            " „Grundsicherungsgeld“.",
        ),
    ],
)
def test_an_old_word_is_quoted_as_it_stands_in_the_text(ask, text, said):
    assert ask(text)["terms.outdated"].text == said


def test_an_old_word_is_judged_on_the_day_the_post_goes_out(ask):
    slot = datetime(2026, 7, 1, 9, tzinfo=UTC)

    assert "terms.outdated" in ask("Das Bürgergeld", today=date(2026, 6, 20), due=slot)


def test_a_gender_sign_is_right_where_the_house_uses_it(organisations, item, make_limits):
    fulda = organisations["fulda"]
    fulda = replace(fulda, voice=replace(fulda.voice, gender="sign"))
    remote = RemotePost("fake", "feed", "Für alle Schüler*innen", "")

    assert review(remote, item, fulda, make_limits(), ()) == ()


@pytest.mark.parametrize(
    ("rule", "severity", "change"),
    [
        ("alt.missing", "block", {"alt": " "}),
        ("alt.too_long", "block", {"alt": "x" * 1001}),
        ("alt.long", "hint", {"alt": "x" * 251}),
        ("alt.starts_with", "warn", {"alt": "Bild von einer Werkbank"}),
        ("alt.starts_with", "warn", {"alt": "Auf dem Foto ist eine Werkbank"}),
        ("alt.file_name", "warn", {"alt": "Titelbild final (2).jpg"}),
        ("alt.file_name", "warn", {"alt": "IMG_20261121_0815"}),
        ("alt.text_untold", "hint", {"alt": "Plakat der Ausbildungsmesse"}),
        ("media.mime", "block", {"mime": "video/mp4"}),
        ("media.bytes", "block", {"size": 4_000_001}),
        ("media.ratio", "block", {"width": 50}),
        ("media.ratio", "block", {"height": 0}),
    ],
)
def test_a_bad_picture_is_found(ask, picture, rule, severity, change):
    problems = ask(media=[replace(picture, **change)])

    assert set(problems) == {rule}
    assert problems[rule].severity == severity


@pytest.mark.parametrize(
    "alt",
    [
        *("Bildschirm mit Lernprogramm", "Fotografin bei der Arbeit", "Bilderrahmen", "Grafikerin am Tisch"),
        *("Plakat: „Komm zur Messe“", "Auf dem Flyer steht der 3. Mai", "Werkbank um 9.30 Uhr"),
    ],
)
def test_a_good_alternative_text_is_left_alone(ask, picture, alt):
    assert ask(media=[replace(picture, alt=alt)]) == {}


def test_a_video_needs_captions_unless_an_editor_settled_it(ask, item):
    video = FeedMedium("https://portal.example/v.mp4", "video")
    silent = replace(item, media=(video,))
    told = replace(item, media=(replace(video, captions=(Captions("https://portal.example/v.vtt", "de"),)),))

    written = replace(video, captions=(Captions("https://portal.example/v.json", "de", "application/json"),))

    assert ask(content=silent)["captions.missing"].severity == "block"
    assert "captions.missing" in ask(content=replace(item, media=(written,)))
    assert "captions.missing" not in ask(content=silent, captioned=[video.url])
    assert "captions.missing" not in ask(content=told)


def test_a_decorative_picture_needs_no_alt_text(ask, picture):
    assert ask(media=[replace(picture, alt="")], decorative=[picture.sha256]) == {}


def test_a_picture_without_credit_is_warned_of(ask, picture):
    assert ask("Ohne Nachweis.", [picture])["credit.missing"].severity == "warn"
    assert "credit.missing" not in ask("Ohne Bild.")


@pytest.mark.parametrize(
    ("count", "rule", "text"),
    [
        (0, "media.missing", "Der Post hat 0 Bilder, mindestens 1 ist nötig; bitte ein Bild ergänzen."),
        (3, "media.too_many", "Der Post hat 3 Bilder, höchstens 2 sind möglich; bitte 1 entfernen."),
    ],
)
def test_the_number_of_pictures_is_checked(ask, picture, count, rule, text):
    assert ask(media=[picture] * count, pictures=PictureRules(at_least=1, at_most=2))[rule].text == text


def test_every_rule_has_a_name_of_its_own_and_says_what_it_checks():
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.check.__doc__ for rule in RULES)


@pytest.mark.parametrize("text", GOOD)
def test_good_german_is_left_in_peace(ask, item, text):
    content = replace(item, published_at=datetime(2026, 11, 18, 9, tzinfo=UTC))
    slug = "bergstrasse" if re.search(r"\b(?:du|dein\w*|euch)\b", text, re.IGNORECASE) else "fulda"

    assert ask(text, slug=slug, content=content, due=datetime(2026, 12, 14, 9, tzinfo=UTC)) == {}


def test_problems_come_in_the_order_of_the_table(organisations, item, make_limits):
    medium = Medium("b" * 64, "image/gif", 10, 10, 1)
    remote = RemotePost("fake", "feed", "#klein 🎉🎉 {{x}}", "", (medium,))
    names = [rule.name for rule in RULES]
    found = [problem.rule for problem in review(remote, item, organisations["fulda"], make_limits(), (medium,))]

    assert len(found) > 3
    assert found == sorted(found, key=names.index)


def test_a_rule_that_finds_very_much_tells_ten_of_it(reviewed_all):
    assert len(reviewed_all(" ".join(f"#tag{number}" for number in range(11, 61)))) == 10 + 1


@pytest.mark.parametrize(
    "piece",
    [
        *("a", "A", "AA ", "a.", "#a.", "🎉", "🎉 ", "a 🎉 b", "🎉\n", "Kund*in ", "a*", "a@", "24.11.", "heute ", "𝗝"),
        *(
            "Kund(",
            "a-",
            "in Anspruch ",
            "„",
            "{{",
            "http://",
            "bis zum ",
            "Leistungs",
            "Bürgergeld ",
            "früher ",
            "\xa0",
        ),
    ],
)
def test_a_hostile_text_is_reviewed_like_any_other(ask, piece):
    assert ask(piece * (20_000 // len(piece)), today=TODAY, text=500)["text.too_long"].severity == "block"

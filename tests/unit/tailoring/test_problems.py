"""Each rule: what it finds, what it leaves alone, and the sentence it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from connectors.base import Medium, PictureRules, RemotePost
from distributor.tailoring import RULES, review

TODAY = date(2026, 11, 21)


@pytest.fixture
def found(organisations, item, make_limits):
    def ask(words: str = "Alles gut. Foto: J. B.", media=(), *, slug="fulda", today=TODAY, decorative=(), **bounds):
        remote = RemotePost("fake", "feed", words, "https://k.example/1", tuple(media))
        problems = review(
            remote,
            item,
            organisations[slug],
            make_limits(**bounds),
            tuple(media),
            today=today,
            decorative=frozenset(decorative),
        )
        return {problem.rule: problem for problem in problems}

    return ask


def test_a_good_post_has_no_problem(found, picture):
    assert found(media=[picture]) == {}


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
        ("hashtag.count", "warn", "#Eins #Zwei #Drei #Vier #Fünf #Sechs"),
        ("unicode.pseudo_bold", "block", "𝗝𝗲𝘁𝘇𝘁 bewerben"),
        ("emoji.count", "warn", "Eins 🎉\nZwei 🎉\nDrei 🎉\nVier 👩🏽‍🚀"),
        ("emoji.run", "warn", "Geschafft! 🎉 🎉"),
        ("emoji.run", "warn", "Geschafft! 🇩🇪👍"),
        ("emoji.mid_sentence", "warn", "Wir 💙 Hessen"),
        ("emoji.as_bullet", "warn", "Drei Tipps:\n✅ Früh anfangen"),
        ("caps.run", "warn", "JETZT SOFORT HIER BEWERBEN und mehr"),
        ("address.mixed", "warn", "Du fragst, damit wir Sie beraten."),
        ("address.mixed", "warn", "Wenn Sie kommen, bring deinen Ausweis mit."),
        ("gender.sign", "warn", "Für alle Schüler*innen"),
        ("gender.sign", "warn", "Für alle Klient:innen"),
        ("gender.sign", "warn", "Für alle SchülerInnen"),
        ("terms.outdated", "warn", "Das Bürgergeld wird gezahlt"),
        ("terms.outdated", "warn", "Mit dem Bürgergeldbescheid"),
    ],
)
def test_a_rule_finds_what_it_is_for(found, rule, severity, text):
    assert found(text)[rule].severity == severity


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("hashtag.dot_or_hyphen", "Los #Ausbildung. Und #Geld, #U25 – jetzt. https://a.example/#b.c"),
        ("hashtag.camelcase", "#Ausbildung #KJC #2027er https://a.example/#klein"),
        ("hashtag.count", "#Eins #Zwei #Drei #Vier #Fünf"),
        ("unicode.pseudo_bold", "Straße, Übung, Café"),
        ("emoji.count", "Eins 🎉\nZwei 🎉\nDrei 🎉 © 2026 ™ 1 2 3 4"),
        ("emoji.run", "Eins 👩‍👩‍👧‍👦 Ende."),
        ("emoji.mid_sentence", "Geschafft! 🎉 Und jetzt?\nNeu 💬\nWeiter"),
        ("emoji.as_bullet", "Geschafft 🎉\n🎉"),
        ("caps.run", "Das KJC MTK in HEF und die KVA, das KCA"),
        ("address.mixed", "Du kannst kommen. Sie erzählt: „Kommen Sie, wenn Sie mögen.“ Ihr Weg war lang."),
        ("address.mixed", "„Du schaffst das“, hören Sie oft."),
        ("gender.sign", "LinkedIn und CheckIn, drinnen: innen"),
        ("terms.outdated", "Das Grundsicherungsgeld"),
        ("link.raw", "Mehr auf https://a.example/"),
    ],
)
def test_a_rule_leaves_good_words_alone(found, rule, text):
    assert rule not in found(text)


def test_a_text_that_is_too_long_says_by_how_much(found):
    assert found("x" * 312, text=280)["text.too_long"].text == ("Der Text hat 312 von 280 Zeichen; bitte um 32 kürzen.")


def test_the_fix_for_a_broken_hashtag_is_named(found):
    assert "„#StarkSozialVorOrt“" in found("#Stark.Sozial.VorOrt")["hashtag.dot_or_hyphen"].text


def test_a_raw_link_is_forbidden_only_where_links_do_not_work(found):
    assert found("Mehr: https://a.example/", links="none")["link.raw"].severity == "block"


def test_an_old_word_is_fine_until_its_day(found):
    assert "terms.outdated" not in found("Das Bürgergeld", today=date(2026, 6, 30))
    assert "terms.outdated" in found("Das Bürgergeld", today=date(2026, 7, 1))
    assert "terms.outdated" not in found("Das Bürgergeld", today=None)


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
        ("media.mime", "block", {"mime": "video/mp4"}),
        ("media.bytes", "block", {"size": 4_000_001}),
        ("media.ratio", "block", {"width": 50}),
        ("media.ratio", "block", {"height": 0}),
    ],
)
def test_a_bad_picture_is_found(found, picture, rule, severity, change):
    problems = found(media=[replace(picture, **change)])

    assert set(problems) == {rule}
    assert problems[rule].severity == severity


def test_a_decorative_picture_needs_no_alt_text(found, picture):
    assert found(media=[replace(picture, alt="")], decorative=[picture.sha256]) == {}


def test_a_picture_without_credit_is_warned_of(found, picture):
    assert found("Ohne Nachweis.", [picture])["credit.missing"].severity == "warn"
    assert "credit.missing" not in found("Ohne Bild.")


@pytest.mark.parametrize(
    ("count", "rule", "text"),
    [
        (0, "media.missing", "Der Post hat 0 Bilder, mindestens 1 ist nötig; bitte ein Bild ergänzen."),
        (3, "media.too_many", "Der Post hat 3 Bilder, höchstens 2 sind möglich; bitte 1 entfernen."),
    ],
)
def test_the_number_of_pictures_is_checked(found, picture, count, rule, text):
    assert found(media=[picture] * count, pictures=PictureRules(at_least=1, at_most=2))[rule].text == text


def test_every_rule_has_a_name_of_its_own_and_says_what_it_checks():
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.check.__doc__ for rule in RULES)


def test_problems_come_in_the_order_of_the_table(organisations, item, make_limits):
    medium = Medium("b" * 64, "image/gif", 10, 10, 1)
    remote = RemotePost("fake", "feed", "#klein 🎉🎉 {{x}}", "", (medium,))
    names = [rule.name for rule in RULES]
    found = [problem.rule for problem in review(remote, item, organisations["fulda"], make_limits(), (medium,))]

    assert len(found) > 3
    assert found == sorted(found, key=names.index)

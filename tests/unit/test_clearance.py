"""Which questions an Item raises, which answers they take, and when it is cleared."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.clearance import (
    ADVERTISEMENT,
    DECORATIVE,
    EXEMPTIONS,
    OPEN,
    Clearance,
    Question,
    Subject,
    check,
    gates,
    questions,
    seconded,
    unanswered,
)
from distributor.domain import Refused

PICTURE = Subject("a" * 64, "image", "Bild 1")
SECOND = Subject("b" * 64, "image", "Bild 2")
VIDEO = Subject("https://portal.example/film.mp4", "video", "Video 1")


def keys(asked: list[Question]) -> list[tuple[str, str]]:
    return [(question.key, question.subject) for question in asked]


class TestQuestions:
    def test_an_item_without_media_asks_about_those_shown_and_named(self) -> None:
        assert keys(questions([])) == [("people", ""), ("partner", ""), ("elected", "")]

    def test_an_item_whose_feed_names_no_source_asks_for_it(self) -> None:
        assert keys(questions([], sourced=False))[-1] == ("source", "")

    def test_each_picture_asks_for_rights_credit_and_alternative_text_and_offers_bounds(self) -> None:
        asked = questions([PICTURE, SECOND])

        for picture in (PICTURE, SECOND):
            own = [question for question in asked if question.subject == picture.sha256]
            assert [each.key for each in own if each.needed] == ["rights", "credit", "alt"]
            assert [each.key for each in own if not each.needed] == ["licence", "channels", "organisations", "until"]

    def test_a_video_asks_for_captions(self) -> None:
        assert keys(questions([VIDEO]))[3:] == [("captions", VIDEO.sha256)]

    def test_each_question_names_its_medium_and_ends_with_a_question_mark(self) -> None:
        asked = questions([PICTURE, VIDEO])

        assert all(question.text.endswith("?") for question in asked)
        assert all((question.subject == PICTURE.sha256) == ("Bild 1" in question.text) for question in asked)


class TestAnswers:
    @pytest.mark.parametrize(
        ("question", "answer", "kept"),
        [
            ("people", "none", "none"),
            ("people", " shown ", "shown"),
            ("people", "incidental", "incidental"),
            ("partner", "paid", "paid"),
            ("elected", "shown", "shown"),
            ("source", " Pressestelle ", "Pressestelle"),
            ("licence", "", ""),
            ("channels", " b, a ,b,", "a,b"),
            ("channels", "", ""),
            ("organisations", "fulda", "fulda"),
            ("until", "2027-06-30", "2027-06-30"),
            ("until", "", ""),
            ("rights", "granted", "granted"),
            ("rights", "denied", "denied"),
            ("captions", "present", "present"),
            ("captions", "silent", "silent"),
            ("captions", "missing", "missing"),
            ("credit", "  Foto: Studio Ahornhof\n", "Foto: Studio Ahornhof"),
            ("alt", "Drei Umschläge", "Drei Umschläge"),
            ("alt", DECORATIVE, DECORATIVE),
        ],
    )
    def test_what_a_question_takes_is_kept_without_blanks_around_it(
        self, question: str, answer: str, kept: str
    ) -> None:
        assert check(question, answer) == kept

    @pytest.mark.parametrize(
        ("question", "answer", "code"),
        [
            ("people", "yes", "clearance.answer"),
            ("people", "consented", "clearance.answer"),
            ("partner", "yes", "clearance.answer"),
            ("elected", "", "clearance.answer"),
            ("source", " ", "clearance.answer"),
            ("channels", "Ein Kanal", "clearance.answer"),
            ("organisations", "a;b", "clearance.answer"),
            ("until", "30.06.2027", "clearance.answer"),
            ("people", "", "clearance.answer"),
            ("people", "None", "clearance.answer"),
            ("people", OPEN, "clearance.answer"),
            ("rights", "none", "clearance.answer"),
            ("captions", "granted", "clearance.answer"),
            ("credit", "   ", "clearance.answer"),
            ("alt", "", "clearance.answer"),
            ("colour", "red", "clearance.question"),
            ("", "x", "clearance.question"),
        ],
    )
    def test_anything_else_is_refused_with_a_sentence(self, question: str, answer: str, code: str) -> None:
        with pytest.raises(Refused) as refused:
            check(question, answer)

        assert refused.value.code == code
        assert refused.value.text.endswith(".")


FAVOURABLE = {
    ("people", ""): "shown",
    ("partner", ""): "none",
    ("elected", ""): "none",
    ("rights", PICTURE.sha256): "granted",
    ("credit", PICTURE.sha256): "Foto: Studio Ahornhof",
    ("alt", PICTURE.sha256): "Drei Umschläge",
    ("captions", VIDEO.sha256): "present",
}


class TestCleared:
    def test_an_item_is_cleared_when_every_question_is_answered_in_favour(self) -> None:
        assert unanswered(questions([PICTURE, VIDEO]), FAVOURABLE) == []

    @pytest.mark.parametrize("key", FAVOURABLE)
    def test_one_answer_that_is_missing_keeps_it_uncleared(self, key: tuple[str, str]) -> None:
        answers = {other: answer for other, answer in FAVOURABLE.items() if other != key}

        assert keys(unanswered(questions([PICTURE, VIDEO]), answers)) == [key]

    @pytest.mark.parametrize(
        ("question", "subject", "answer"),
        [
            ("rights", PICTURE.sha256, "denied"),
            ("captions", VIDEO.sha256, "missing"),
            ("people", "", OPEN),
            ("people", "", "consented"),
            ("alt", PICTURE.sha256, OPEN),
        ],
    )
    def test_an_answer_that_forbids_or_was_taken_back_keeps_it_uncleared(
        self, question: str, subject: str, answer: str
    ) -> None:

        left = unanswered(questions([PICTURE, VIDEO]), {**FAVOURABLE, (question, subject): answer})

        assert keys(left) == [(question, subject)]

    def test_a_picture_that_was_exchanged_is_asked_about_anew(self) -> None:
        left = unanswered(questions([SECOND, VIDEO]), FAVOURABLE)

        assert keys(left) == [("rights", SECOND.sha256), ("credit", SECOND.sha256), ("alt", SECOND.sha256)]

    @given(st.lists(st.builds(Subject, st.text(), st.sampled_from(["image", "video"]), st.just("x")), max_size=5))
    def test_without_any_answer_nothing_is_ever_cleared(self, subjects: list[Subject]) -> None:
        asked = questions(subjects)

        assert unanswered(asked, {}) == [question for question in asked if question.needed] != []


MOMENT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
CLEARED = Clearance(tuple(questions([PICTURE, SECOND])), {}, (PICTURE, SECOND))
PERMITTED = {
    ("people", ""): "none",
    ("partner", ""): "none",
    ("elected", ""): "none",
    **{(key, each.sha256): value for each in (PICTURE, SECOND)
       for key, value in (("rights", "granted"), ("credit", "Foto: A"), ("alt", "Ein Tisch"))},
}  # fmt: skip


def closed(changed: dict[tuple[str, str], str], *, media: int = 4, moment: datetime = MOMENT) -> list[str]:
    clearance = replace(CLEARED, answers={**PERMITTED, **changed})
    return [gate.code for gate in gates(clearance, "one", "fulda", moment, media=media)]


class TestGates:
    def test_what_is_settled_closes_no_gate(self) -> None:
        assert closed({}) == []

    @pytest.mark.parametrize("key", [key for key, _ in PERMITTED])
    def test_each_question_that_is_open_is_a_gate_of_its_own(self, key: str) -> None:
        which = next(pair for pair in PERMITTED if pair[0] == key)

        assert closed({which: OPEN}) == [f"clearance.{key}"]

    @pytest.mark.parametrize(
        ("question", "subject", "answer", "told"),
        [
            ("rights", PICTURE, OPEN, "Noch zu klären: Dürfen die Jobcenter Bild 1 zeigen?"),
            (
                "rights", PICTURE, "denied",
                "Verneint wurde: Dürfen die Jobcenter Bild 1 zeigen? Bitte die Rechte einholen oder das Bild ersetzen.",
            ),
            ("captions", VIDEO, "missing", "Verneint wurde: Hat Video 1 Untertitel? Bitte Untertitel ergänzen."),
        ],
    )  # fmt: skip
    def test_an_answer_that_forbids_is_told_as_what_it_is(
        self, question: str, subject: Subject, answer: str, told: str
    ) -> None:
        answers = {**PERMITTED, ("captions", VIDEO.sha256): "present", (question, subject.sha256): answer}
        asked = Clearance(tuple(questions([PICTURE, SECOND, VIDEO])), answers, (PICTURE, SECOND))

        assert [gate.text for gate in gates(asked, "one", "fulda", MOMENT, media=4)] == [told]

    @pytest.mark.parametrize(
        ("question", "answer", "code"),
        [
            ("channels", "two", "rights.channel"),
            ("channels", "one,two", None),
            ("organisations", "giessen", "rights.organisation"),
            ("organisations", "fulda,giessen", None),
            ("until", "2026-11-23", "rights.until"),
            ("until", "2026-11-24", None),
        ],
    )
    def test_rights_reach_as_far_as_they_were_granted(self, question: str, answer: str, code: str | None) -> None:
        assert closed({(question, PICTURE.sha256): answer}) == [code] * (code is not None)

    def test_rights_end_with_the_german_day(self) -> None:
        until = {("until", PICTURE.sha256): "2026-11-24"}

        assert closed(until, moment=datetime(2026, 11, 24, 22, 59, tzinfo=UTC)) == []
        assert closed(until, moment=datetime(2026, 11, 24, 23, 0, tzinfo=UTC)) == ["rights.until"]

    def test_a_picture_that_the_channel_does_not_take_closes_nothing(self) -> None:
        assert closed({("channels", SECOND.sha256): "two"}, media=1) == []
        assert closed({("channels", SECOND.sha256): "two"}, media=2) == ["rights.channel"]

    def test_people_who_are_shown_must_be_linked(self) -> None:
        assert closed({("people", ""): "shown"}) == ["people.unlinked"]

    @pytest.mark.parametrize("ground", EXEMPTIONS)
    def test_a_legal_ground_stands_in_for_consent(self, ground: str) -> None:
        assert closed({("people", ""): ground}) == []

    @pytest.mark.parametrize(("election", "answer", "approvers", "refused"), [
        ("Landratswahl", "shown", 1, True),
        ("Landratswahl", "shown", 2, False),
        ("Landratswahl", "none", 1, False),
        ("", "shown", 1, False),
    ])  # fmt: skip
    def test_before_an_election_two_approve_what_shows_elected_people(
        self, election: str, answer: str, approvers: int, refused: bool
    ) -> None:
        clearance = replace(CLEARED, answers={("elected", ""): answer})

        assert (seconded(clearance, election, approvers) is not None) == refused

    @pytest.mark.parametrize(("partner", "label"), [("none", ""), ("unpaid", ""), ("paid", ADVERTISEMENT)])
    def test_what_somebody_pays_for_is_labelled(self, partner: str, label: str) -> None:
        assert replace(CLEARED, answers={("partner", ""): partner}).label == label

"""Which questions an Item raises, which answers they take, and when it is cleared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.clearance import DECORATIVE, OPEN, Question, Subject, check, questions, unanswered
from distributor.domain import Refused

PICTURE = Subject("a" * 64, "image", "Bild 1")
SECOND = Subject("b" * 64, "image", "Bild 2")
VIDEO = Subject("https://portal.example/film.mp4", "video", "Video 1")


def keys(asked: list[Question]) -> list[tuple[str, str]]:
    return [(question.key, question.subject) for question in asked]


class TestQuestions:
    def test_an_item_without_media_asks_only_about_people(self) -> None:
        assert keys(questions([])) == [("people", "")]

    def test_each_picture_asks_for_rights_credit_and_alternative_text(self) -> None:
        assert keys(questions([PICTURE, SECOND])) == [
            ("people", ""),
            ("rights", PICTURE.sha256),
            ("credit", PICTURE.sha256),
            ("alt", PICTURE.sha256),
            ("rights", SECOND.sha256),
            ("credit", SECOND.sha256),
            ("alt", SECOND.sha256),
        ]

    def test_a_video_asks_for_captions(self) -> None:
        assert keys(questions([VIDEO])) == [("people", ""), ("captions", VIDEO.sha256)]

    def test_each_question_names_its_medium_and_ends_with_a_question_mark(self) -> None:
        asked = questions([PICTURE, VIDEO])

        assert all(question.text.endswith("?") for question in asked)
        assert {question.key: "Bild 1" in question.text for question in asked} == {
            "people": False,
            "rights": True,
            "credit": True,
            "alt": True,
            "captions": False,
        }


class TestAnswers:
    @pytest.mark.parametrize(
        ("question", "answer", "kept"),
        [
            ("people", "none", "none"),
            ("people", " consented ", "consented"),
            ("rights", "granted", "granted"),
            ("rights", "denied", "denied"),
            ("captions", "present", "present"),
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
    ("people", ""): "consented",
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

        assert unanswered(asked, {}) == asked != []

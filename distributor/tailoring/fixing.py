"""Carrying out the Fixes that the rules name: one in a text, or all that a text has, until none is left."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import regex

from distributor.domain import Fix, Problem

_ROUNDS = 20
"""The most times a text is reviewed again; each round carries out every Fix that was named (own choice)."""

_LETTER = r"[\p{L}\p{M}\p{N}_]"

Review = Callable[[str], Iterable[Problem]]


@dataclass(frozen=True, slots=True)
class Kept:
    """A problem whose Fix was left out, and the blocking problem that the Fix would have brought."""

    problem: Problem
    because: Problem


@dataclass(frozen=True, slots=True)
class Mended:
    """A text after its Fixes, and those that were left out."""

    text: str
    kept: tuple[Kept, ...] = ()


def apply_fix(text: str, fix: Fix) -> str:
    """Return ``text`` with every occurrence of the wrong fragment replaced; inside a longer word it is left alone."""
    if not fix.wrong:
        return text
    blanks = "" if fix.right else "[ \t]*+"
    return str(regex.sub(f"{blanks}{_whole(fix.wrong)}", lambda _: fix.right, text))


def occurrences(text: str, fragment: str) -> int:
    """Return in how many places a Fix of ``fragment`` would change ``text``."""
    return len(regex.findall(_whole(fragment), text))


def _whole(fragment: str) -> str:
    before = rf"(?<!{_LETTER})" if regex.match(_LETTER, fragment) else ""
    after = rf"(?!{_LETTER})" if regex.search(rf"{_LETTER}\Z", fragment) else ""
    return f"{before}{regex.escape(fragment)}{after}"


def mended(text: str, review: Review, rule: str | None = None) -> Mended:
    """Return ``text`` with every Fix carried out that ``review`` names, of all rules or of one.

    A Fix may bring up another one (an emoji moved to the end may meet a second), so the text is reviewed again until
    nothing changes. A Fix that brings a blocking problem which ``text`` did not have, and which no other Fix mends, is
    left out.
    """
    problems = tuple(review(text))
    had = frozenset(_blocking(problems, rule))
    kept: tuple[Kept, ...] = ()
    for _ in range(_ROUNDS):
        wanted = [problem for problem in problems if problem.fix is not None and rule in (None, problem.rule)]
        after, kept = text, ()
        for problem in wanted:
            after = _applied(after, problem)
        problems = tuple(review(after))
        if _blocking(problems, rule).keys() - had:
            after, kept = _one_by_one(text, wanted, review, rule, had)
            problems = tuple(review(after))
        if after == text:
            break
        text = after
    return Mended(text, kept)


def _one_by_one(
    text: str, wanted: Iterable[Problem], review: Review, rule: str | None, had: frozenset[str]
) -> tuple[str, tuple[Kept, ...]]:
    """Carry out each Fix that brings nothing blocking; return the text and what was left out."""
    kept = []
    for problem in wanted:
        after = _applied(text, problem)
        brought = [block for name, block in _blocking(review(after), rule).items() if name not in had]
        if brought:
            kept.append(Kept(problem, brought[0]))
        else:
            text = after
    return text, tuple(kept)


def _applied(text: str, problem: Problem) -> str:
    return text if problem.fix is None else apply_fix(text, problem.fix)


def _blocking(problems: Iterable[Problem], rule: str | None) -> dict[str, Problem]:
    """Return by rule what blocks the post and is not mended in the next round."""
    return {
        problem.rule: problem
        for problem in problems
        if problem.severity == "block" and (problem.fix is None or rule not in (None, problem.rule))
    }

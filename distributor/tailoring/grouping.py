"""The problems of one item's many posts, told once each: on which channel, which rule, for which Jobcenters. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from distributor.domain import Problem, Severity

_GRAVEST_FIRST: tuple[Severity, ...] = ("block", "warn", "hint")
_NAMED = 3
_MEASURES = frozenset({"text.too_long", "plain.lix", "plain.long_sentence"})
"""Rules whose sentences differ from one Jobcenter to the next by what their names and regions add."""
_NUMBER = re.compile(r"\d{1,9}")


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One post as far as this is about it: whose (the Organisation's slug), on which channel, with which problems."""

    organisation: str
    channel: str
    problems: Sequence[Problem]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What one rule finds on one channel. ``told`` are its sentences, each with the slugs of those it is about.

    Of ``of`` Organisations ``fits`` are without it.
    """

    channel: str
    rule: str
    severity: Severity
    of: int
    fits: int
    told: tuple[tuple[str, tuple[str, ...]], ...]

    def sentence(self, names: Mapping[str, str]) -> str:
        """Return it as one German sentence; ``names`` are the Organisations' short names by slug."""
        alike = (
            _measured(self.told)
            if self.rule in _MEASURES
            else [_Alike(text, slugs, slugs) for text, slugs in self.told]
        )
        everyone = len(alike) == 1 and not self.fits
        said = " ".join(one.told(names, everyone=everyone) for one in alike)
        return f"{self._fitting()} {said}"

    def _fitting(self) -> str:
        if self.of == 1:
            return "Passt nicht."
        return (
            f"Passt bei {self.fits} von {self.of} Jobcentern."
            if self.fits
            else f"Passt bei keinem der {self.of} Jobcenter."
        )


@dataclass(frozen=True, slots=True)
class _Alike:
    """A sentence for all whom it is about; ``worst`` are those whose very numbers it names."""

    text: str
    worst: tuple[str, ...]
    slugs: tuple[str, ...]

    def told(self, names: Mapping[str, str], *, everyone: bool) -> str:
        whom = "" if everyone else _listed([names[slug] for slug in self.slugs])
        if len(self.worst) < len(self.slugs):
            most = f"am stärksten {_listed([names[slug] for slug in self.worst])}"
            whom = f"{whom}, {most}" if whom else most[:1].upper() + most[1:]
        return f"{whom}: {self.text}" if whom else self.text


def _measured(told: Iterable[tuple[str, tuple[str, ...]]]) -> list[_Alike]:
    """Return the sentences of a rule that measures, those that differ in their numbers only as one."""
    shapes: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for text, slugs in told:
        shapes.setdefault(_NUMBER.sub("0", text), []).append((text, slugs))
    found = []
    for group in shapes.values():
        text, worst = max(group, key=lambda each: [int(number) for number in _NUMBER.findall(each[0])])
        found.append(_Alike(text, worst, tuple(dict.fromkeys(slug for _, slugs in group for slug in slugs))))
    return found


def grouped(posts: Iterable[Reviewed]) -> list[Trouble]:
    """Return the problems of one item's posts by channel, the gravest first, in the order in which they are met."""
    asked: dict[str, dict[str, None]] = {}
    met: dict[tuple[str, str, Severity], dict[str, dict[str, None]]] = {}
    for post in posts:
        asked.setdefault(post.channel, {})[post.organisation] = None
        for problem in post.problems:
            told = met.setdefault((post.channel, problem.rule, problem.severity), {})
            told.setdefault(problem.text, {})[post.organisation] = None
    troubles = [
        Trouble(
            channel,
            rule,
            severity,
            of=len(asked[channel]),
            fits=len(asked[channel].keys() - {slug for slugs in told.values() for slug in slugs}),
            told=tuple((text, tuple(slugs)) for text, slugs in told.items()),
        )
        for (channel, rule, severity), told in met.items()
    ]
    return sorted(troubles, key=lambda trouble: (trouble.channel, _GRAVEST_FIRST.index(trouble.severity)))


def _listed(names: Sequence[str]) -> str:
    """Return the names as a German list, the first few in full; a name's own last dot gives way to what follows."""
    most = _NAMED if len(names) > _NAMED + 1 else len(names)
    shown = [name.removesuffix(".") for name in names[:most]]
    more = len(names) - len(shown)
    *first, last = [*shown, f"{more} weitere"] if more else shown
    return f"{', '.join(first)} und {last}" if first else last

"""The problems of one item's many posts, told once each: on which channel, which rule, for which Jobcenters. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from distributor.domain import Problem, Severity

_GRAVEST_FIRST: tuple[Severity, ...] = ("block", "warn", "hint")
_NAMED = 3


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
        everyone = len(self.told) == 1 and not self.fits
        said = [
            text if everyone else f"{_listed([names[slug] for slug in slugs])}: {text}" for text, slugs in self.told
        ]
        return f"Passt bei {self.fits or 'keinem'} von {self.of}. {' '.join(said)}"


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
    shown = [name.removesuffix(".") for name in names[:_NAMED]]
    more = len(names) - len(shown)
    *first, last = [*shown, f"{more} weitere"] if more else shown
    return f"{', '.join(first)} und {last}" if first else last

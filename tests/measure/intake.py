"""Judges our parser and feedparser by what foreign feed documents say should be found in them.

    python -m tests.measure.intake FOLDER... [--differences]

Each FOLDER is one corpus; ``intake_claims`` says which projects' expectations are read. Most come with a source
distribution: feedparser and podcastparser from PyPI, gofeed and KDE's syndication from Debian, rss-parser from npm (to
3.7) and, another of this name, from PyPI. A document without an expectation is only read: it must be answered, soon
and without an exception other than Refused.

How answers are compared, for both parsers alike:

- Texts count as plain text, since ours are meant to be nothing else, in NFC, which Unicode calls the same text, and
  without what is layout (blanks, bullets; items of numbered lists have their numbers) and a last "Continue reading…".
- Times must be equal, and addresses too, but that a claim may leave them relative. Media count wherever the item has
  them.
- Of an author the name counts; where only an e-mail address is told, which we do not keep, there is no claim.
- Where a document says a thing in two ways of which ours takes the other, neither parser is judged: a category's term
  where it has a label, which is the name made for people (RFC 4287, 4.2.2.3), and the counting address of an entry
  that tells its original one (``feedburner:origLink``).
- Where a project could not read the document itself (its text has U+FFFD in it, its address is a ``file:``), there is
  no claim either. Conditions on the machine (``SkipUnless``) are not looked at: a claim is about the document.
- Both parsers are told the address that the document says it comes from.

What is told of fields that we do not have (rights, comments, generators …) is counted as "not judged" as well.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import feedparser

from distributor.domain import ParsedFeed, Refused
from distributor.intake.parse import parse
from tests.measure.intake_answers import agrees, applies, is_beside, our_answer, their_answer
from tests.measure.intake_claims import Claim, Document, documents

SLOW = 2.0
"""Seconds that no document may take."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A claim that our answer does not agree with, and whether feedparser's does."""

    file: Path
    claim: Claim
    ours: object
    theirs: object
    theirs_agrees: bool


@dataclass(slots=True)
class Tally:
    """What was found so far."""

    claims: Counter[str] = field(default_factory=Counter)
    ours: Counter[str] = field(default_factory=Counter)
    theirs: Counter[str] = field(default_factory=Counter)
    not_judged: int = 0
    differences: list[Difference] = field(default_factory=list)
    refused: list[tuple[Path, str]] = field(default_factory=list)
    failures: list[tuple[Path, str]] = field(default_factory=list)
    seconds: list[tuple[float, Path]] = field(default_factory=list)
    theirs_seconds: float = 0.0


def judge(given: Iterable[Document], *, their_parse: Callable[..., Any] = feedparser.parse) -> Tally:
    """Read every document with both parsers."""
    tally = Tally()
    for document in given:
        body = document.file.read_bytes()
        claims = [claim for claim in document.claims if applies(claim)]
        tally.not_judged += len(document.claims) - len(claims)
        ours = _timed(document, body, tally)
        if not claims:
            continue
        begun = time.perf_counter()
        theirs = their_parse(body, response_headers=_headers(document))
        tally.theirs_seconds += time.perf_counter() - begun
        beside = [claim for claim in claims if is_beside(claim, theirs)]
        tally.not_judged += len(beside)
        for claim in claims:
            if claim in beside:
                continue
            mine, other = our_answer(ours, claim), their_answer(theirs, claim)
            tally.claims[claim.subject] += 1
            right, other_right = agrees(claim, mine, html=False), agrees(claim, other, html=True)
            tally.ours[claim.subject] += right
            tally.theirs[claim.subject] += other_right
            if not right:
                tally.differences.append(Difference(document.file, claim, mine, other, other_right))
    return tally


def _headers(document: Document) -> dict[str, str]:
    headers = {"content-type": document.content_type, "content-location": document.address}
    return {name: value for name, value in headers.items() if value}


def _timed(document: Document, body: bytes, tally: Tally) -> ParsedFeed | None:
    begun = time.perf_counter()
    try:
        return parse(body, content_type=document.content_type, url=document.address)
    except Refused as refused:
        tally.refused.append((document.file, refused.text))
    except Exception as error:
        tally.failures.append((document.file, repr(error)))
    finally:
        tally.seconds.append((time.perf_counter() - begun, document.file))
    return None


def show(tally: Tally, *, differences: bool) -> None:
    """Print the result."""
    print(f"{'field':34}{'claims':>8}{'ours':>8}{'feedparser':>12}")
    for subject, count in sorted(tally.claims.items()):
        print(f"{subject:34}{count:8}{tally.ours[subject]:8}{tally.theirs[subject]:12}")
    count, ours, theirs = (sum(one.values()) for one in (tally.claims, tally.ours, tally.theirs))
    print(f"{'all':34}{count:8}{ours:8}{theirs:12}   (not judged: {tally.not_judged})")
    if count:
        print(f"agreement: ours {ours / count:.2%}, feedparser {theirs / count:.2%}")
    taken = [seconds for seconds, _ in tally.seconds]
    print(
        f"{len(taken)} documents in {sum(taken):.1f} s (feedparser: {tally.theirs_seconds:.1f} s for those with claims)"
    )
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
    for seconds, file in sorted(tally.seconds, reverse=True)[:5]:
        print(f"{seconds * 1000:8.1f} ms {file}")
    print(f"refused: {len(tally.refused)}; failures: {len(tally.failures)}")
    if differences:
        for file, reason in tally.refused:
            print(f"refused  {file}: {reason}")
        for one in tally.differences:
            mark = "ours only" if one.theirs_agrees else "both     "
            print(f"{mark} {one.file}: {one.claim.path}\n    wanted {one.claim.value!r}")
            print(f"    ours   {one.ours!r}\n    theirs {one.theirs!r}")
    for file, reason in tally.failures:
        print(f"FAILED   {file}: {reason}")


def main() -> int:
    """Judge folders; the exit status is 1 where a document made us fail or wait."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    options.add_argument("--differences", action="store_true", help="print every disagreement")
    chosen = options.parse_args()
    warnings.simplefilter("ignore")
    well = True
    for folder in chosen.folders:
        print(f"\n{folder}")
        tally = judge(documents(folder))
        show(tally, differences=chosen.differences)
        well &= not tally.failures and all(seconds <= SLOW for seconds, _ in tally.seconds)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())

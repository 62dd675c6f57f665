"""The rules of a good post as a table, and the review that asks each. What a rule checks stands in ``rules``."""

from __future__ import annotations

from datetime import date, datetime
from itertools import islice

from connectors.base import Limits, Medium, RemotePost
from distributor.domain import FeedItem, Organisation, Problem
from distributor.tailoring.lexicon import LEXICON, Lexicon
from distributor.tailoring.rules import (
    dates,
    emoji,
    gender,
    pictures,
    plain,
    siblings,
    tags,
    terms,
    words,
)
from distributor.tailoring.subject import Rule, Sibling, Subject

RULES: tuple[Rule, ...] = (
    Rule("text.too_long", "block", words.too_long),
    Rule("text.empty", "block", words.empty),
    Rule("text.identical", "block", siblings.identical, by_slot=True),
    Rule("placeholder.unresolved", "block", words.unresolved),
    Rule("link.raw", "block", words.raw_link, mends="text"),
    Rule("hashtag.dot_or_hyphen", "block", tags.broken, mends="text"),
    Rule("hashtag.camelcase", "block", tags.lowercase, mends="text"),
    Rule("hashtag.count", "warn", tags.too_many, mends="text"),
    Rule("unicode.pseudo_bold", "block", words.lookalike_letters, mends="text"),
    Rule("text.invisible", "block", words.invisible, mends="text"),
    Rule("emoji.count", "warn", emoji.count),
    Rule("emoji.run", "warn", emoji.run, mends="text"),
    Rule("emoji.mid_sentence", "warn", emoji.mid_sentence, mends="text"),
    Rule("emoji.as_bullet", "warn", emoji.as_bullet, mends="text"),
    Rule("caps.run", "warn", words.capitals, mends="text"),
    Rule("date.passed", "warn", dates.passed, by_slot=True),
    Rule("address.mixed", "warn", words.address_mixed),
    Rule("address.other", "warn", words.address_other),
    Rule("gender.sign", "warn", gender.sign, mends="text"),
    Rule("gender.mixed", "hint", gender.mixed),
    Rule("terms.outdated", "warn", terms.outdated, mends="text"),
    Rule("plain.lix", "hint", plain.hard_to_read),
    Rule("plain.long_sentence", "hint", plain.long_sentence),
    Rule("plain.officialese", "hint", plain.officialese),
    Rule("credit.missing", "warn", words.credit_missing),
    Rule("alt.missing", "block", pictures.alt_missing),
    Rule("alt.invisible", "block", pictures.alt_invisible, mends="alt"),
    Rule("alt.too_long", "block", pictures.alt_too_long),
    Rule("alt.long", "hint", pictures.alt_long),
    Rule("alt.starts_with", "warn", pictures.alt_opening, mends="alt"),
    Rule("alt.file_name", "warn", pictures.alt_file_name),
    Rule("alt.text_untold", "hint", pictures.alt_text_untold),
    Rule("captions.missing", "block", pictures.captions_missing),
    Rule("media.missing", "block", pictures.missing),
    Rule("media.too_many", "block", pictures.too_many),
    Rule("media.mime", "block", pictures.mime),
    Rule("media.bytes", "block", pictures.weight),
    Rule("media.ratio", "block", pictures.ratio),
)
"""In the order in which problems are told. ``hashtag.camelcase`` blocks, for it is certain and its fix is named."""

MENDS = {rule.name: rule.mends for rule in RULES if rule.mends is not None}
"""What the Fixes of a rule change, by the rule's name."""


_MOST = 10
"""The most findings of one rule that are told; a text with more of them needs rewriting anyway (own choice)."""


def review(
    remote: RemotePost,
    content: FeedItem,
    organisation: Organisation,
    limits: Limits,
    media: tuple[Medium, ...],
    *,
    today: date | None = None,
    due: datetime | None = None,
    decorative: frozenset[str] = frozenset(),
    captioned: frozenset[str] = frozenset(),
    siblings: tuple[Sibling, ...] = (),
    lexicon: Lexicon = LEXICON,
) -> tuple[Problem, ...]:
    """Return everything that is wrong with a rendered post, in the table's order, at most ten findings a rule.

    ``media`` are what was offered to the channel; ``decorative`` are the hashes of those that need no alt text,
    ``captioned`` the addresses of videos with captions. Without ``today`` no term counts as outdated; without ``due``
    (aware UTC) nothing is said that depends on when the post goes out.
    """
    subject = Subject(
        remote, content, organisation, limits, media, decorative, captioned, today, due, siblings, lexicon
    )
    return _asked(subject, RULES)


def review_slot(subject: Subject) -> tuple[Problem, ...]:
    """Return what is wrong with a post because of when it goes out."""
    return _asked(subject, tuple(rule for rule in RULES if rule.by_slot))


def _asked(subject: Subject, rules: tuple[Rule, ...]) -> tuple[Problem, ...]:
    return tuple(
        Problem(rule.name, rule.severity, found.text, found.fix)
        for rule in rules
        for found in islice(rule.check(subject), _MOST)
    )

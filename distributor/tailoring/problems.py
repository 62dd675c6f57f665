"""The rules of a good post as a table, and the review that asks each of them. What a rule checks stands beside."""

from __future__ import annotations

from datetime import date

from connectors.base import Limits, Medium, RemotePost
from distributor.domain import FeedItem, Organisation, Problem
from distributor.tailoring import pictures, wording
from distributor.tailoring.subject import Rule, Subject
from distributor.tailoring.terms import TERMS, Term

RULES: tuple[Rule, ...] = (
    Rule("text.too_long", "block", wording.too_long),
    Rule("text.empty", "block", wording.empty),
    Rule("placeholder.unresolved", "block", wording.unresolved),
    Rule("link.raw", "block", wording.raw_link),
    Rule("hashtag.dot_or_hyphen", "block", wording.tag_broken),
    Rule("hashtag.camelcase", "block", wording.tag_lowercase),
    Rule("hashtag.count", "warn", wording.tag_count),
    Rule("unicode.pseudo_bold", "block", wording.lookalike_letters),
    Rule("emoji.count", "warn", wording.emoji_count),
    Rule("emoji.run", "warn", wording.emoji_run),
    Rule("emoji.mid_sentence", "warn", wording.emoji_mid_sentence),
    Rule("emoji.as_bullet", "warn", wording.emoji_as_bullet),
    Rule("caps.run", "warn", wording.capitals),
    Rule("address.mixed", "warn", wording.address_mixed),
    Rule("gender.sign", "warn", wording.gender_sign),
    Rule("terms.outdated", "warn", wording.outdated_terms),
    Rule("credit.missing", "warn", wording.credit_missing),
    Rule("alt.missing", "block", pictures.alt_missing),
    Rule("alt.too_long", "block", pictures.alt_too_long),
    Rule("alt.long", "hint", pictures.alt_long),
    Rule("alt.starts_with", "warn", pictures.alt_opening),
    Rule("media.missing", "block", pictures.missing),
    Rule("media.too_many", "block", pictures.too_many),
    Rule("media.mime", "block", pictures.mime),
    Rule("media.bytes", "block", pictures.weight),
    Rule("media.ratio", "block", pictures.ratio),
)
"""In the order in which problems are told. ``hashtag.camelcase`` blocks, for it is certain and its fix is named."""


def review(
    remote: RemotePost,
    content: FeedItem,
    organisation: Organisation,
    limits: Limits,
    media: tuple[Medium, ...],
    *,
    today: date | None = None,
    decorative: frozenset[str] = frozenset(),
    terms: tuple[Term, ...] = TERMS,
) -> tuple[Problem, ...]:
    """Return everything that is wrong with a rendered post, in the table's order.

    ``media`` are what was offered to the channel; ``decorative`` are the hashes of those that need no alt text.
    Without ``today`` no term counts as outdated.
    """
    subject = Subject(remote, content, organisation, limits, media, decorative, today, terms)
    return tuple(Problem(rule.name, rule.severity, text) for rule in RULES for text in rule.check(subject))

"""From one item to one channel's post for one Organisation: fill, fit, render, review. Knows no channel by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from hashlib import sha256
from itertools import accumulate, chain
from types import MappingProxyType

from connectors._choices import limits_of
from connectors.base import Connector, Medium, RemotePost, Variant
from distributor.domain import ChannelText, FeedItem, Organisation, Override, Part, Problem, Wording
from distributor.tailoring import hashtags, sentences
from distributor.tailoring.fitting import Piece, fit
from distributor.tailoring.lexicon import LEXICON, Lexicon
from distributor.tailoring.placeholders import LEFT, resolve
from distributor.tailoring.problems import review
from distributor.tailoring.values import values_of

_TAGS = "hashtags"
_CORRECTS = "Korrektur: In unserem Post vom {{korrektur.tag}} stimmte etwas nicht. So ist es richtig."
_CHANGED = "Korrektur: Dieser Post vom {{korrektur.tag}} war zuerst falsch und ist geändert. So ist es richtig."
_CORRECTION = Part("korrektur", (Wording(_CORRECTS, _CORRECTS),), role="correction")
_CORRECTION_IN_PLACE = Part("korrektur", (Wording(_CHANGED, _CHANGED),), role="correction")
"""Says that a post corrects, where the channel's text does not.

What was wrong is named with the right of it: Pressekodex, Richtlinie 3.1, as read 2026-11-30.
"""

_SAYS_SO = re.compile(r"\W*(?:korrektur|richtigstellung|berichtigung|gegendarstellung)(?!\w)", re.IGNORECASE)
_NOTHING_SAID = Problem(
    "text.empty", "block", "Der Beitrag hat weder Überschrift noch Text; bitte einen Kanaltext schreiben."
)


@dataclass(frozen=True, slots=True)
class Tailored:
    """A variant, the document its channel makes of it, what is wrong with it, and its length in the channel's unit."""

    variant: Variant
    remote: RemotePost
    problems: tuple[Problem, ...]
    length: int


def tailor(
    content: FeedItem,
    organisation: Organisation,
    template: ChannelText,
    connector: Connector,
    *,
    link: str,
    media: tuple[Medium, ...],
    credit: str = "",
    override: Override | None = None,
    officer_text: str | None = None,
    label: str = "",
    form: str = "feed",
    today: date | None = None,
    decorative: frozenset[str] = frozenset(),
    captioned: frozenset[str] = frozenset(),
    lexicon: Lexicon = LEXICON,
    corrects: date | None = None,
    in_place: bool = False,
    options: Mapping[str, str] = MappingProxyType({}),
) -> Tailored:
    """Return what ``content`` becomes for this Organisation on this channel.

    Where a part has several wordings, item and Organisation settle which, so that the Jobcenters' posts differ and each
    stays what it was; one that leaves no room for the item's own words gives way to the next. An ``override`` stands
    for the template's body in its place and is never shortened; an ``officer_text`` stands for the whole and is never
    shortened either; the ``label`` stands before both. A post that ``corrects`` one of that day says so first, whoever
    wrote the rest; ``in_place`` it takes that one's place. ``options`` are what the account chose for its posts.
    Without ``credit`` the feed's own is taken, and none where no picture is.
    """
    bounds = limits_of(connector, form, options)
    measure = cache(bounds.measure)  # asked of the same text again and again
    limits = replace(bounds, measure=measure)
    title = content.title if corrects is None else f"Korrektur: {content.title}"

    def variant_with(text: str) -> Variant:
        return Variant(title, text, link, media, form, _language(content), options)

    @cache
    def fits(text: str) -> bool:
        return measure(connector.render(variant_with(text)).text) <= limits.text

    told = (credit or _credit_of(content)) if media else ""
    film = any(medium.film for medium in media)
    values = values_of(content, organisation, link=link, credit=told, film=film, addresses=limits.links != "none")
    if corrects is not None:
        values["korrektur.tag"] = f"{corrects:%d.%m.%Y}"
    written = _parts(template, organisation, override, officer_text)
    parts = _labelled(label, written if corrects is None else _correcting(template, written, label, in_place))
    body = frozenset(at for at, part in enumerate(parts) if part.role == "body")
    drafts = (
        _pieces(parts, wordings, values, content, organisation, limits.hashtags)
        for wordings in _choices(parts, content, organisation, values)
    )
    meant = next(drafts)
    roomy = (each for each in chain((meant,), drafts) if _leaves_room(each, body, template.joiner, fits))
    pieces = next(roomy, meant)
    text = fit(pieces, template.joiner, fits, keep=(organisation.voice.names.official,))
    variant = variant_with(text)
    remote = connector.render(variant)
    problems = review(
        remote,
        content,
        organisation,
        limits,
        media,
        today=today,
        decorative=decorative,
        captioned=captioned,
        lexicon=lexicon,
    )
    said = any(pieces[at].text for at in body)
    if not said and all(problem.rule != _NOTHING_SAID.rule for problem in problems):
        problems = (_NOTHING_SAID, *problems)
    return Tailored(variant, remote, problems, measure(remote.text))


def _parts(
    template: ChannelText, organisation: Organisation, override: Override | None, officer_text: str | None
) -> tuple[Part, ...]:
    """Return the template's parts; an editor's words stand in place of its body, an officer's in place of all."""
    if officer_text is not None:
        return (_by_hand(officer_text),)
    usual = tuple(part for part in template.parts if part.role != "correction")
    written = _addressed(override, organisation).strip() if override is not None else ""
    if not written:
        return usual
    first = next((at for at, part in enumerate(usual) if part.role == "body"), 0)
    return (*_frame(usual[:first]), _by_hand(written), *_frame(usual[first:]))


def _correcting(template: ChannelText, parts: tuple[Part, ...], label: str, in_place: bool) -> tuple[Part, ...]:
    """Return the parts with those before them that say that the post corrects, unless somebody wrote it there."""
    if parts and _SAYS_SO.match(parts[0].wordings[0].du.removeprefix(label)):
        return parts
    if in_place:
        return (_CORRECTION_IN_PLACE, *parts)
    own = tuple(part for part in template.parts if part.role == "correction")
    return (*(own or (_CORRECTION,)), *parts)


def _labelled(label: str, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Return the parts with the label before them, unless somebody wrote it there already."""
    first = parts[0].wordings[0].du if parts else ""
    if not label or re.match(rf"{re.escape(label)}(?!\w)", first):
        return parts
    return (Part("label", (Wording(label, label),), role="frame"), *parts)


def _by_hand(text: str) -> Part:
    return Part("body", (Wording(text, text),))


def _frame(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    return tuple(part for part in parts if part.role == "frame")


def _addressed(wording: Wording | Override, organisation: Organisation) -> str:
    return wording.du if organisation.voice.address == "du" else wording.sie


def _choices(
    parts: Sequence[Part], content: FeedItem, organisation: Organisation, values: Mapping[str, str]
) -> Iterator[tuple[str, ...]]:
    """Yield one wording for each part, again and again, until each wording had its turn."""
    offered = [_offered(part, content, organisation, values) for part in parts]
    for turn in range(max(map(len, offered), default=1)):
        yield tuple(wordings[turn % len(wordings)] for wordings in offered)


def _offered(part: Part, content: FeedItem, organisation: Organisation, values: Mapping[str, str]) -> tuple[str, ...]:
    """Return the part's wordings in the order in which this item and this Organisation take them, at least one.

    Those for the item's topic go before those for any. One that names what the Organisation lacks, such as a telephone,
    is passed over while another can be filled.
    """
    if len(part.wordings) == 1 and not part.wordings[0].topics:
        return (_addressed(part.wordings[0], organisation),)
    seed = sha256("\n".join((content.guid, organisation.slug, part.name)).encode()).digest()
    meant = [
        _addressed(wording, organisation)
        for wordings in (_on_topic(part.wordings, content.topics), [each for each in part.wordings if not each.topics])
        for wording in _turned(wordings, int.from_bytes(seed[:8]))
    ]
    known = {**values, _TAGS: " "}
    filled = [text for text in meant if not LEFT.search(resolve(text, known))]
    return tuple(dict.fromkeys(filled or meant)) or ("",)


def _turned(wordings: Sequence[Wording], seed: int) -> Sequence[Wording]:
    first = seed % len(wordings) if wordings else 0
    return [*wordings[first:], *wordings[:first]]


def _on_topic(wordings: Sequence[Wording], topics: Iterable[str]) -> list[Wording]:
    """Return the wordings for the first of the item's topics that any is written for."""
    written = [wording for wording in wordings if wording.topics]
    for topic in map(str.casefold, topics) if written else ():
        meant = [wording for wording in written if topic in map(str.casefold, wording.topics)]
        if meant:
            return meant
    return []


def _pieces(
    parts: Sequence[Part],
    wordings: Sequence[str],
    values: Mapping[str, str],
    content: FeedItem,
    organisation: Organisation,
    most_tags: int,
) -> list[Piece]:
    """Return the parts in these wordings, filled; a hashtag that a wording writes itself is not chosen again."""
    untagged = {**values, _TAGS: ""}
    bare = [resolve(wording, untagged) for wording in wordings]
    tags = hashtags.choose(organisation.voice.hashtags, content.topics, most_tags, hashtags.found("\n".join(bare)))
    names = (organisation.voice.names.official,)
    return [
        _piece(part, _with_fewer_tags(wording, values, tags) if _TAGS in wording.lower() else [text], names)
        for part, wording, text in zip(parts, wordings, bare, strict=True)
    ]


def _leaves_room(pieces: Sequence[Piece], body: Collection[int], joiner: str, fits: Callable[[str], bool]) -> bool:
    """Tell whether each part of the body stays, be it at its shortest, beside all that gives way only after it."""
    last = max((pieces[at].rank for at in body), default=0)
    shown = [
        (piece.shorter or (piece.text,))[-1] if at in body else piece.text
        for at, piece in enumerate(pieces)
        if at in body or piece.rank < last or not piece.rank
    ]
    return fits(joiner.join(filter(None, shown)))


def _with_fewer_tags(wording: str, values: Mapping[str, str], tags: tuple[str, ...]) -> list[str]:
    """Return the wording filled, with all hashtags and again with ever fewer of them, at least one."""
    counts = range(len(tags), 0, -1) if tags else range(1)
    return [resolve(wording, {**values, _TAGS: " ".join(tags[:count])}) for count in counts]


def _piece(part: Part, versions: list[str], names: tuple[str, ...]) -> Piece:
    """Return the part in these versions, and in ever fewer sentences of the first.

    Only what must stay is ever broken off inside a sentence.
    """
    if part.shorten and part.rank:
        versions = [*versions, *_beginnings(versions[0], names)]
    versions = list(dict.fromkeys(versions))
    return Piece(versions[0], part.rank, part.shorten and not part.rank, tuple(versions[1:]))


def _beginnings(text: str, names: tuple[str, ...]) -> Iterator[str]:
    """Yield ``text`` with ever fewer of its sentences, at least one."""
    for beginning in reversed(list(accumulate(sentences.split(text, names)))[:-1]):
        yield beginning.rstrip()


def _credit_of(content: FeedItem) -> str:
    """Return the authors the feed names, each once."""
    named = [medium.credit.strip() for medium in content.media if medium.credit.strip()]
    return content.credit or ", ".join(dict.fromkeys(named))


def _language(content: FeedItem) -> str:
    """Return the item's language without its country; German where the feed says nothing."""
    return content.language.split("-", maxsplit=1)[0].lower() or "de"

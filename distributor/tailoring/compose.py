"""From one item to one channel's post for one Organisation: fill, fit, render, review. Knows no channel by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from connectors.base import Connector, Medium, RemotePost, Variant
from distributor.domain import ChannelText, FeedItem, Organisation, Override, Part, Problem
from distributor.tailoring import hashtags
from distributor.tailoring.fitting import Piece, fit
from distributor.tailoring.placeholders import resolve, values_of
from distributor.tailoring.problems import review

_TAGS = "hashtags"
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
    form: str = "feed",
    today: date | None = None,
    decorative: frozenset[str] = frozenset(),
) -> Tailored:
    """Return what ``content`` becomes for this Organisation on this channel.

    An ``override`` stands for the template's body in its place and is never shortened; an ``officer_text`` stands for
    the whole and is never shortened either. Without ``credit`` the feed's own is taken, and none where no picture is.
    """
    limits = connector.limits

    def variant_with(text: str) -> Variant:
        return Variant(content.title, text, link, media, form, _language(content))

    def fits(text: str) -> bool:
        return limits.measure(connector.render(variant_with(text)).text) <= limits.text

    told = (credit or _credit_of(content)) if media else ""
    values = values_of(content, organisation, link=link, credit=told, addresses=limits.links != "none")
    wording = officer_text if officer_text is not None else _written(override, organisation)
    present = hashtags.found(resolve(wording, values)) if wording else []
    tags = hashtags.choose(organisation.voice.hashtags, content.topics, limits.hashtags, present)
    said = True
    if officer_text is not None:
        text = resolve(officer_text, {**values, _TAGS: " ".join(tags)})
    else:
        parts = _parts(template, wording)
        pieces = [_piece(_wording(part, organisation), part, values, tags) for part in parts]
        said = any(piece.text for part, piece in zip(parts, pieces, strict=True) if part.role == "body")
        text = fit(pieces, template.joiner, fits, keep=(organisation.voice.names.official,))
    variant = variant_with(text)
    remote = connector.render(variant)
    problems = review(remote, content, organisation, limits, media, today=today, decorative=decorative)
    if not said and all(problem.rule != _NOTHING_SAID.rule for problem in problems):
        problems = (_NOTHING_SAID, *problems)
    return Tailored(variant, remote, problems, limits.measure(remote.text))


def _written(override: Override | None, organisation: Organisation) -> str:
    """Return the editor's words in this Organisation's address; empty where there are none."""
    if override is None:
        return ""
    return (override.du if organisation.voice.address == "du" else override.sie).strip()


def _parts(template: ChannelText, written: str) -> tuple[Part, ...]:
    """Return the template's parts, with the editor's words in place of its body."""
    if not written:
        return template.parts
    body = Part(name="body", du=written, sie=written)
    first = next((at for at, part in enumerate(template.parts) if part.role == "body"), 0)
    return (*_frame(template.parts[:first]), body, *_frame(template.parts[first:]))


def _frame(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    return tuple(part for part in parts if part.role == "frame")


def _wording(part: Part, organisation: Organisation) -> str:
    return part.du if organisation.voice.address == "du" else part.sie


def _piece(wording: str, part: Part, values: dict[str, str], tags: tuple[str, ...]) -> Piece:
    """Return the part with its placeholders filled, and again with ever fewer hashtags where it carries them."""
    versions = [resolve(wording, {**values, _TAGS: " ".join(tags[:count])}) for count in range(len(tags), 0, -1)]
    versions = list(dict.fromkeys(versions)) or [resolve(wording, {**values, _TAGS: ""})]
    return Piece(versions[0], part.rank, part.shorten, tuple(versions[1:]))


def _credit_of(content: FeedItem) -> str:
    """Return the authors the feed names, each once."""
    named = [medium.credit.strip() for medium in content.media if medium.credit.strip()]
    return content.credit or ", ".join(dict.fromkeys(named))


def _language(content: FeedItem) -> str:
    """Return the item's language without its country; German where the feed says nothing."""
    return content.language.split("-", maxsplit=1)[0].lower() or "de"

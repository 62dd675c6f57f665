"""From the address that a person has, which may be a page's, to the feed that is meant."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from distributor.domain import Actor, ParsedFeed, Refused
from distributor.fetching import Fetched, FetchFailed, FetchRefused, fetch
from distributor.intake.discovery import Candidate, candidates, clear_choice, is_page, usual_places
from distributor.intake.encoding import decode
from distributor.intake.parse import MAX_BYTES, parse
from distributor.services.deps import Deps
from distributor.services.feeds import add_feed
from distributor.services.permission import require

GUESS_DEADLINE = 10.0
"""Seconds for a look at one of the usual places."""

_MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class Found:
    """A feed: its address, what it says, and in one sentence how it was found (empty where it was asked for)."""

    url: str
    parsed: ParsedFeed
    how: str = ""


def find(url: str, allow_private: Collection[str]) -> Found:
    """Return the feed at an address, or the one that the page there names.

    Raises: Refused where there is none or where it is not clear which one is meant; FetchFailed.
    """
    got = fetch(url, allow_private=allow_private, max_bytes=MAX_BYTES)
    try:
        return Found(url, parse(got.body, content_type=got.content_type, url=got.url))
    except Refused:
        page = decode(got.body, got.content_type)[0]
        if not is_page(page):
            raise
    named = candidates(page, got.url, got.link)
    if not named:
        return _guessed(got, allow_private)
    chosen = clear_choice(named)
    if chosen is None:
        raise Refused(f"Die Seite nennt mehrere Feeds; bitte einen davon angeben: {_listed(named)}.", code="feed.which")
    at = fetch(chosen.url, allow_private=allow_private, max_bytes=MAX_BYTES)
    parsed = parse(at.body, content_type=at.content_type, url=at.url)
    return Found(chosen.url, parsed, f"Das ist eine Webseite; genommen wurde der Feed, den sie nennt: {chosen.url}.")


def _listed(named: Sequence[Candidate]) -> str:
    told = [f"{one.url} („{one.title}“)" if one.title else one.url for one in named[:_MOST_NAMED]]
    more = len(named) - len(told)
    return ", ".join(told) + (f" und {more} weitere" if more > 0 else "")


def _guessed(got: Fetched, allow_private: Collection[str]) -> Found:
    """Look where feeds usually lie. Raises: Refused where none of these places has one."""
    for place in usual_places(got.url):
        try:
            at = fetch(place, allow_private=allow_private, max_bytes=MAX_BYTES, deadline=GUESS_DEADLINE)
            parsed = parse(at.body, content_type=at.content_type, url=at.url)
        except (Refused, FetchFailed):
            continue
        how = f"Die Webseite nennt keinen Feed; genommen wurde der an einer üblichen Stelle: {place}."
        return Found(place, parsed, how)
    text = (
        "Das ist eine Webseite, die keinen Feed nennt, und an den üblichen Stellen liegt keiner; "
        "bitte die Adresse des Feeds angeben."
    )
    raise Refused(text, code="feed.not_a_feed")


@dataclass(frozen=True, slots=True)
class Entered:
    """A registered feed: its number, its address, if it is new and, where there is something to say, a sentence."""

    number: int
    url: str
    new: bool
    note: str = ""


def enter(deps: Deps, actor: Actor, url: str, now: datetime) -> Entered:
    """Register the feed at an address or the one its page names.

    A source that cannot be reached just now is registered as it was given, and the note says so. One inside our own
    network, which may never be read, is not. Raises: Refused.
    """
    require(actor, "feed")
    try:
        found = find(url, deps.settings.allow_private)
    except FetchFailed as error:
        done = add_feed(deps, actor, url, now)
        return Entered(done.number, url, done.new, f"Ungeprüft eingetragen: {error.text}" if done.new else error.text)
    except FetchRefused as error:
        if error.code != "fetch.private":
            raise
        raise Refused(f"{error.text} DISTRIBUTOR_ALLOW_PRIVATE nennt Ausnahmen.", code=error.code) from error
    done = add_feed(deps, actor, found.url, now)
    return Entered(done.number, found.url, done.new, found.how)

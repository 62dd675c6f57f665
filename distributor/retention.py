"""How long what is kept: a rule for every table, as data. Pure.

Own periods are marked as such; the responsible body's deletion concept (per table) decides and may change them here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Action = Literal["delete", "blank", "prune", "keep"]

YEAR = timedelta(days=365)
_CLAIMS = 3 * YEAR + timedelta(days=366)
"""Until a claim is time-barred: three years from the end of the year, so four at most."""

# The three years of § 195 run from the end of the year, at most ten pass in any case: § 199 (1), (3), (4), as read at
# https://lexcada.com/akn/de/act/1896-08-18/BGB/deu/!para_199 on 2026-11-22.
_LIMITATION = "§§ 195, 199 (1) BGB"
_LIMITATION_AT_MOST = "§ 199 (3), (4) BGB"
_STORAGE = "Art. 5 (1) (e) GDPR"
_OWN = "own choice"


@dataclass(frozen=True, slots=True)
class Rule:
    """What becomes of some rows of a table: ``period`` after ``since`` (None: not by time), and why.

    ``delete`` takes the rows, ``blank`` the texts out of them, ``prune`` takes sealed events and leaves the seals.
    """

    name: str
    table: str
    which: str
    action: Action
    period: timedelta | None
    since: str
    why: str
    source: str = _OWN


def _kept(table: str, why: str, source: str = _OWN) -> Rule:
    return Rule(table, table, "all", "keep", None, "", why, source)


RULES = (
    Rule(
        "sessions", "web_session", "logins that ran out", "delete", timedelta(), "expires_at", "they open nothing",
        _STORAGE,
    ),
    Rule(
        "connections", "connection", "of accounts that nobody went on connecting", "delete", timedelta(), "until",
        "they hold keys that nobody needs", _STORAGE,
    ),
    Rule(
        "half logins", "login_step", "logins that nobody finished", "delete", timedelta(), "until",
        "they open nothing", _STORAGE,
    ),
    Rule(
        "replayed answers", "api_answer", "answers to writes of programs", "delete", timedelta(days=1), "at",
        "a program repeats within the day, or not at all", _STORAGE,
    ),
    Rule(
        "told webhooks", "webhook_message", "what was told, or given up", "delete", timedelta(days=30), "at",
        "they help to find a fault while it is fresh", _STORAGE,
    ),
    Rule(
        "letters", "letter", "which letters were sent", "delete", timedelta(days=90), "at",
        "longer than any cause of a letter lasts, so that none is sent twice", _OWN,
    ),
    Rule(
        "network words", "attempt", "the network's own words on finished calls of posts that are public or over",
        "blank", timedelta(days=90), "finished_at", "they help to find a fault while it is fresh", _STORAGE,
    ),
    Rule(
        "calls", "attempt", "calls of posts that are over", "delete", _CLAIMS, "finished_at",
        "who was shown may ask what was sent until claims are time-barred", _LIMITATION,
    ),
    Rule(
        "stages", "stage", "what was prepared for posts that are over and is gone", "delete", _CLAIMS, "created_at",
        "as the calls", _LIMITATION,
    ),
    Rule(
        "approved texts", "approval", "the document in approvals of posts that are over", "blank", _CLAIMS,
        "the post's last move", "the approval stands with its digest; nothing of it is public any more", _LIMITATION,
    ),
    Rule(
        "texts of posts", "post", "text, link and pictures' descriptions of posts that are over", "blank", _CLAIMS,
        "changed_at", "the post stands with its digests; nothing of it is public any more", _LIMITATION,
    ),
    Rule(
        "earlier revisions", "item_revision", "of items all of whose posts are over", "delete", _CLAIMS,
        "the item's last change", "no post needs them", _LIMITATION,
    ),
    Rule(
        "media", "medium", "of items all of whose posts are over, with files that nothing else uses", "delete", _CLAIMS,
        "the item's last change", "pictures of people are kept no longer than the proof needs them", _LIMITATION,
    ),
    Rule(
        "renditions", "rendition", "of files that no item has any more", "delete", timedelta(), "at once",
        "nothing uses them", _STORAGE,
    ),
    Rule(
        "films", "film", "of files that no item has any more", "delete", timedelta(), "at once",
        "nobody waits for them", _STORAGE,
    ),
    Rule(
        "answers", "clearance_answer", "of items all of whose posts are over", "delete", _CLAIMS,
        "the item's last change", "they hold credits and descriptions", _LIMITATION,
    ),
    Rule(
        "channel texts of editors", "override", "of items all of whose posts are over", "delete", _CLAIMS,
        "the item's last change", "no post needs them", _LIMITATION,
    ),
    Rule(
        "contents of items", "item", "title and content of items all of whose posts are over", "blank", _CLAIMS,
        "changed_at", "guid and link stay, so that the item does not come in again", _LIMITATION,
    ),
    Rule(
        "reasons of Stops", "stop", "what people wrote, of Stops that were lifted", "blank", _CLAIMS, "lifted_at",
        "people write names where they should not", _LIMITATION,
    ),
    Rule(
        "votes", "stop_vote", "of Stops that were lifted", "delete", timedelta(days=30), "at",
        "the record has them as events", _STORAGE,
    ),
    Rule(
        "reasons of leaving", "account", "what people wrote, of retired accounts", "blank", _CLAIMS, "retired_at",
        "people write names where they should not", _LIMITATION,
    ),
    Rule(
        "reasons of decisions", "item_settlement", "what people wrote, of items all of whose posts are over", "blank",
        _CLAIMS, "the item's last change", "people write names where they should not", _LIMITATION,
    ),
    Rule(
        "reasons of recalls", "recall", "what people wrote, of recalls that are done", "blank", _CLAIMS, "done_at",
        "people write names where they should not", _LIMITATION,
    ),
    Rule(
        "record", "event", "sealed events", "prune", 10 * YEAR, "the seal's time",
        "who released what must be provable as long as any claim can live; the seals stay", _LIMITATION_AT_MOST,
    ),
    _kept("seal", "digests only: they prove the record, also where its events were deleted after their time"),
    _kept("receipt", "the proof of publication and of deletion: number, address and times"),
    _kept("takedown", "numbers and times only: what a proof of deletion is made of"),
    _kept("tombstone", "numbers, addresses and digests that keep what was withdrawn from coming in again"),
    _kept("organisation", "the roster; names the contact person that a Jobcenter itself publishes, as long as it does"),
    _kept("calendar", "configuration"),
    _kept("calendar_link", "configuration"),
    _kept("channel_text", "configuration"),
    _kept("lexicon", "configuration"),
    _kept("occasion", "days of the editorial plan, until they are removed"),
    _kept("campaign", "the editorial plan, until it is removed"),
    _kept("campaign_item", "the editorial plan, until it is removed"),
    _kept("item_repeat", "numbers and times only"),
    _kept("feed", "configuration, and how the last poll went"),
    _kept("subscription", "ends with the feed"),
    _kept("user_account", "as long as the person is listed; `users erase` takes them out"),
    _kept("person", "a key; the proof of a consent outlives the post, until `persons erase`"),
    _kept("consent", "the proof of a consent outlives the post; `persons erase` takes the document"),
    _kept("item_person", "says in what a person was shown, for a withdrawal"),
    _kept("code_app", "the second factor, until its person removes it; `users erase` takes it"),
    _kept("recovery_code", "hashes; as the app they stand in for"),
    _kept("passkey", "public keys, until their person removes them; `users erase` takes them"),
    _kept("api_token", "hashes, with the times of use, so that what a program did can be explained"),
    _kept("identity", "whom the house's login knows a person as; `users erase` takes it"),
    _kept("webhook", "configuration"),
    _kept("membership", "as long as the person is listed; `users erase` takes them out"),
    _kept("mailbox", "where a person wants to be written to, until they say otherwise; `users erase` takes it"),
    _kept("pseudonym", "names behind the record's keys, until `users erase` blanks them"),
    _kept("duty", "when each duty is due next"),
    _kept("worker", "ends with the daemon"),
    _kept("trial", "what was begun and may have killed its daemon; ends when it is done"),
    _kept("pace", "numbers and times only: how much a network still takes"),
    _kept("instance", "tells this database from a copy of it"),
    _kept("topic", "what the conference plans; it names a Jobcenter and nobody"),
    _kept("restore", "times only: what the database cannot know, because it came from a backup"),
)  # fmt: skip
"""Every table of the database; a test keeps it so."""


def fate(rule: Rule) -> str:
    """Return what becomes of the rows, in words."""
    if rule.period is None:
        return "kept"
    verb = {"delete": "deleted", "blank": "emptied", "prune": "deleted, seals stay"}.get(rule.action, "kept")
    if not rule.period:
        return f"{verb} from `{rule.since}` on" if "_" in rule.since else f"{verb} {rule.since}"
    return f"{verb} {_span(rule.period)} after {_since(rule.since)}"


def _since(word: str) -> str:
    return word if " " in word else f"`{word}`"


def _span(period: timedelta) -> str:
    years, days = divmod(period.days, 365)
    if years and days <= 1:
        return f"{years} years"
    return f"{period.days} days"

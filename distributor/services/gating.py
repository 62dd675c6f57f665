"""What keeps one post from appearing at one moment: the Item's clearance read and asked, for every way a post takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from distributor.clearance import Clearance, Subject, gates, questions, seconded
from distributor.consent import Shown
from distributor.domain import FeedItem, Reason
from distributor.intake.report import item_of
from distributor.services.calendars import calendar_for
from distributor.services.deps import Deps
from distributor.services.media import picture_addresses
from distributor.store import approvals, items, persons
from distributor.store.held import HeldPost
from distributor.store.tables import ItemRow, MediumRow, OrganisationRow, PostRow
from schedules.occasions import occasions

_AT_ONCE = 500
"""How many Items one query names: databases bound how many values a statement may carry."""


def subjects(content: FeedItem, media: Sequence[MediumRow]) -> list[Subject]:
    """Return what is asked about: each picture by its content, each video by its address."""
    pictures = [
        Subject(row.sha256, "image", f"Bild {number}")
        for number, row in enumerate((row for row in media if row.state == "ready"), start=1)
    ]
    videos = [
        Subject(medium.url, "video", f"Video {number}")
        for number, medium in enumerate((m for m in content.media if m.kind == "video"), start=1)
    ]
    return pictures + videos


def clearance_of(
    content: FeedItem,
    media: Sequence[MediumRow],
    answers: Mapping[tuple[str, str], str],
    shown: tuple[Shown, ...],
) -> Clearance:
    """Put an Item's clearance together from what is stored of it."""
    asked_about = subjects(content, media)
    asked = questions(asked_about, sourced=bool(content.link or content.author))
    pictures = tuple(subject for subject in asked_about if subject.kind == "image")
    return Clearance(tuple(asked), answers, pictures, shown)


def clearances(session: Session, rows: Iterable[ItemRow]) -> dict[int, Clearance]:
    """Return the clearances of these Items as the database has them now."""
    by_id = {row.id: row for row in rows}
    numbers = sorted(by_id)
    found: dict[int, Clearance] = {}
    for start in range(0, len(numbers), _AT_ONCE):
        some = numbers[start : start + _AT_ONCE]
        media, answers = items.media_of(session, some), items.answers_of(session, some)
        shown = persons.shown_in(session, some)
        for number in some:
            content = item_of(by_id[number].document)
            wanted = {url for medium in content.media for url in picture_addresses(medium)}
            own = [medium for medium in media.get(number, []) if medium.url in wanted]
            found[number] = clearance_of(content, own, answers.get(number, {}), shown.get(number, ()))
    return found


def closed_gates(
    deps: Deps, clearance: Clearance, channel: str, organisation: str, moment: datetime
) -> tuple[Reason, ...]:
    """Return why an Organisation's post may not appear on a channel at ``moment``. Raises: Refused."""
    media = deps.connector(channel).limits.pictures.at_most
    return gates(clearance, channel, organisation, moment, media=media)


def unseconded(
    session: Session,
    clearance: Clearance,
    post: HeldPost | PostRow,
    organisation_id: int,
    moment: datetime,
    *,
    with_actor: str = "",
) -> Reason | None:
    """Return why a post with elected people still needs a second person before an election, or None.

    ``with_actor`` is the key of somebody who approves right now and counts too.
    """
    if clearance.answer("elected") != "shown":
        return None
    approvers = approvals.approvers(session, post.id, post.digest) | ({with_actor} - {""})
    owner = session.get_one(OrganisationRow, organisation_id)
    return seconded(clearance, election_at(session, owner, moment), len(approvers))


def election_at(session: Session, owner: OrganisationRow, moment: datetime) -> str:
    """Return the title of the time before an election that a moment lies in, for an Organisation; empty outside."""
    calendar = calendar_for(session, owner)
    day = moment.astimezone(ZoneInfo(calendar.zone)).date()
    return next((each.title for each in occasions(calendar, day, day) if each.kind == "pre_election"), "")

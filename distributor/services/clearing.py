"""What an editor does with an Item: answer the clearance questions, write channel texts, hold it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from distributor.clearance import Question, check, optional
from distributor.domain import Actor, FeedItem, Refused
from distributor.intake.report import item_of
from distributor.services.calendars import organisation_named
from distributor.services.deps import Deps
from distributor.services.media import by_picture
from distributor.services.permission import require
from distributor.services.renditions import make_renditions
from distributor.services.tailoring import drafted, shape_posts
from distributor.services.workpiece import workpiece
from distributor.store import items, pseudonyms
from distributor.store.posts import record
from distributor.store.tables import AnswerRow, ItemRow, OverrideRow

MOST_OCCURRENCES = 21
"""How often an Item may appear on an account: once, and twenty repeats; our own choice."""

EVERY_OCCURRENCE = 0
"""Stored as the occurrence of a wording that is not one repeat's own."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An editor's answer to one question. An empty ``subject`` for a question about media means: all of them."""

    question: str
    answer: str
    subject: str = ""


def item_in(session: Session, item_id: int, *, lock: bool = False) -> ItemRow:
    """Return the Item; locked, it stays as it is until the transaction ends. Raises: Refused if there is none."""
    row = items.locked(session, item_id) if lock else session.get(ItemRow, item_id)
    if row is None:
        raise Refused(f"Den Beitrag {item_id} gibt es im Portal-Bestand nicht.", code="item.unknown")
    return row


def clear(deps: Deps, actor: Actor, item_id: int, answers: Sequence[Answer], now: datetime) -> list[Question]:
    """Store answers and adjust the Item's posts; return the questions that are still open.

    A changed answer takes back every Approval of the Item. Raises: Refused.
    """
    require(actor, "item.clear")
    foreseen = _foreseen(deps, item_id, answers)
    if any(question == "credit" and _written_in(deps, item_id, subject) for question, subject in foreseen):
        make_renditions(deps, item_id, foreseen)
    drafts = drafted(deps, item_id, now, foreseen)
    with deps.store.write() as session:
        row = item_in(session, item_id, lock=True)
        piece = workpiece(session, row)
        if not piece.complete:
            text = f"Die Bilder zu „{row.title}“ werden noch geladen; bitte in einem Augenblick erneut versuchen."
            raise Refused(text, code="item.incomplete")
        before = dict(piece.answers)
        for answer in answers:
            for question, subject in _targets(answer, piece.questions):
                text = check(question, answer.answer)
                _known_names(deps, session, question, text)
                if before.get((question, subject), "" if optional(question) else None) != text:
                    _keep(session, item_id, question, subject, text, actor, now)
        session.flush()
        after = items.answers(session, item_id)
        changed = any(after[key] != answer for key, answer in before.items())
        shape_posts(deps, session, row, now, actor=actor, void=changed, drafts=drafts)
        return workpiece(session, row).unanswered


def _written_in(deps: Deps, item_id: int, picture: str) -> bool:
    with deps.store.read() as session:
        return items.answers(session, item_id).get(("burnt", picture)) == "yes"


def _foreseen(deps: Deps, item_id: int, answers: Sequence[Answer]) -> dict[tuple[str, str], str]:
    """Return what the answers will be, by question and subject. Raises: Refused."""
    with deps.store.read() as session:
        piece = workpiece(session, item_in(session, item_id))
    if not piece.complete:
        return {}
    return {target: check(target[0], each.answer) for each in answers for target in _targets(each, piece.questions)}


def accept_feed(deps: Deps, item_id: int) -> list[Answer]:
    """Return what the feed itself says on credit and alternative text, as answers for an editor to confirm."""
    with deps.store.read() as session:
        row = item_in(session, item_id)
        content = item_of(row.document)
        media = [medium for medium in items.media(session, item_id) if medium.state == "ready"]
    said = by_picture(content.media)
    answers = []
    for medium in media:
        feed = said.get(medium.url)
        if feed is None:
            continue
        credit = feed.credit or content.credit
        answers += [Answer("alt", feed.alt, medium.sha256)] if feed.alt else []
        answers += [Answer("credit", credit, medium.sha256)] if credit else []
    videos = [medium for medium in content.media if medium.kind == "video" and medium.captioned]
    return answers + [Answer("captions", "present", medium.url) for medium in videos]


def _known_names(deps: Deps, session: Session, question: str, text: str) -> None:
    """Raises: Refused if rights were to be bound to a channel or a Jobcenter that does not exist."""
    for name in filter(None, text.split(",")):
        if question == "channels":
            deps.connector(name)
        elif question == "organisations":
            organisation_named(session, name)


def _targets(answer: Answer, asked: Sequence[Question]) -> list[tuple[str, str]]:
    found = [
        (question.key, question.subject)
        for question in asked
        if question.key == answer.question and (not answer.subject or question.subject == answer.subject)
    ]
    if not found:
        which = f" zu {answer.subject[:12]}" if answer.subject else ""
        raise Refused(
            f"Die Frage „{answer.question}“{which} stellt sich bei diesem Beitrag nicht.", code="clearance.question"
        )
    return found


def _keep(session: Session, item_id: int, question: str, subject: str, text: str, actor: Actor, now: datetime) -> None:
    session.execute(
        insert(AnswerRow).values(
            item_id=item_id,
            question=question,
            subject=subject,
            answer=text,
            actor=pseudonyms.key_of(session, actor),
            at=now,
        )
    )
    record(session, now=now, actor=actor, what="item.answered", subject="item", subject_id=item_id, reason=question)


def write_text(
    deps: Deps,
    actor: Actor,
    item_id: int,
    channel: str,
    du: str,
    sie: str,
    now: datetime,
    *,
    occurrence: int | None = None,
) -> None:
    """Give an Item its own wording on a channel, for Du and for Sie; both empty takes it back.

    ``occurrence`` (from 2 on) makes it the wording of one repeat only. Raises: Refused.
    """
    require(actor, "item.edit")
    _countable(occurrence)
    place = occurrence or EVERY_OCCURRENCE
    deps.connector(channel)
    if bool(du.strip()) != bool(sie.strip()):
        raise Refused("Bitte beide Fassungen schreiben, Du und Sie.", code="text.one_sided")
    drafts = drafted(deps, item_id, now)
    with deps.store.write() as session:
        row = item_in(session, item_id, lock=True)
        old = session.get(OverrideRow, (item_id, channel, place))
        if occurrence is not None:
            _said_anew(session, item_id, channel, occurrence, du, sie)
        if old is not None:
            session.delete(old)
            session.flush()
        if du.strip():
            who = pseudonyms.key_of(session, actor)
            row_of = {"item_id": item_id, "channel": channel, "occurrence": place}
            session.add(OverrideRow(**row_of, du=du, sie=sie, actor=who, at=now))
        record(session, now=now, actor=actor, what="item.text", subject="item", subject_id=item_id, reason=channel)
        session.flush()
        shape_posts(deps, session, row, now, actor=actor, drafts=drafts)


def _countable(occurrence: int | None) -> None:
    """Raises: Refused for a repeat that there cannot be."""
    if occurrence is not None and not 2 <= occurrence <= MOST_OCCURRENCES:
        text = f"Wiederholungen zählen von 2 bis {MOST_OCCURRENCES}; der erste Post ist die 1."
        raise Refused(text, code="text.occurrence")


def _said_anew(session: Session, item_id: int, channel: str, occurrence: int, du: str, sie: str) -> None:
    """Raises: Refused for a repeat in the words of another post of the Item."""
    for (other, number), held in items.overrides(session, item_id).items():
        same = (held.du.strip(), held.sie.strip()) == (du.strip(), sie.strip())
        if du.strip() and other == channel and number != occurrence and same:
            text = "Diesen Text hat schon ein anderer Post des Beitrags; eine Wiederholung braucht einen eigenen."
            raise Refused(text, code="text.same")


def hold(deps: Deps, actor: Actor, item_id: int, now: datetime, *, held: bool = True) -> None:
    """Hold an Item back (its Approvals become void), or let a held or history Item go on. Raises: Refused."""
    require(actor, "item.edit")
    drafts = drafted(deps, item_id, now)
    with deps.store.write() as session:
        row = item_in(session, item_id, lock=True)
        if row.stage == "withdrawn":
            raise Refused(
                "Der Beitrag ist zurückgezogen; das lässt sich nicht rückgängig machen.", code="item.withdrawn"
            )
        row.stage, row.stale, row.flood_at = "held" if held else "active", True, None
        what = "item.held" if held else "item.taken_up"
        record(session, now=now, actor=actor, what=what, subject="item", subject_id=item_id, to_state=row.stage)
        session.flush()
        shape_posts(deps, session, row, now, actor=actor, drafts=drafts)


def content_of(row: ItemRow) -> FeedItem:
    """Return the Item's newest revision."""
    return item_of(row.document)

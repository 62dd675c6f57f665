"""Whether a post needs another person's eyes: who changed it last, who could release it, and who approved already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from distributor import four_eyes
from distributor.domain import Actor, Reason, Refused
from distributor.four_eyes import Change
from distributor.services.deps import Deps
from distributor.services.gating import clearances, unseconded
from distributor.services.judging import Row
from distributor.services.people import who_may
from distributor.services.permission import allowed, require
from distributor.store import approvals, posts, pseudonyms
from distributor.store.tables import AnswerRow, EventRow, OverrideRow


@dataclass(frozen=True, slots=True)
class Outlook:
    """How a waiting post stands to a person: may they release it, only alone, or not because they changed it last?"""

    may: bool
    own_change: bool = False
    alone: bool = False


def outlook(deps: Deps, actor: Actor, post_id: int, now: datetime) -> Outlook:
    """Return how a post stands to the actor, for the page that offers its release."""
    with deps.store.read() as session:
        row = posts.whole(session, post_id)
        if row is None or not allowed(actor, "post.second", row[2].slug):
            return Outlook(may=False)
        key, last = pseudonyms.known(session, "login", actor.login), last_change(session, row)
        own = last is not None and last.person == key
        alone = own and not who_may(session, "post.second", now, row[2].slug) - {actor.login}
        officer = allowed(actor, "post.approve", row[2].slug)
        return Outlook(
            may=(officer and not own) or (not officer and _may_stand_in(session, key, row)), own_change=own, alone=alone
        )


def last_change(session: Session, row: Row) -> Change | None:
    """Return who last changed a cleared post's text or its Item's answers; the person by key."""
    post, account, _, item = row
    edits = select(EventRow.actor, EventRow.at).where(
        EventRow.subject == "post", EventRow.subject_id == str(post.id), EventRow.what == "post.edited"
    )
    answers = select(AnswerRow.actor, AnswerRow.at).where(AnswerRow.item_id == item.id)
    texts = select(OverrideRow.actor, OverrideRow.at).where(
        OverrideRow.item_id == item.id,
        OverrideRow.channel == account.channel,
        or_(OverrideRow.occurrence == 0, OverrideRow.occurrence == post.occurrence),
    )
    changes = [Change(who, at) for query in (edits, answers, texts) for who, at in session.execute(query)]
    return four_eyes.last_change(changes, item.cleared_at)


def require_release(session: Session, actor: Actor, row: Row) -> None:
    """Raises: Refused unless the actor may release this post; an editor may as the second person only."""
    owner = row[2]
    if allowed(actor, "post.approve", owner.slug) or not allowed(actor, "post.second", owner.slug):
        require(actor, "post.approve", owner.slug)
    elif not _may_stand_in(session, pseudonyms.known(session, "login", actor.login), row):
        text = "Diesen Post gibt die Kanalverantwortung frei; die Redaktion nur als zweite Person, wo es eine braucht."
        raise Refused(text, code="forbidden")


def _may_stand_in(session: Session, key: str | None, row: Row) -> bool:
    """Tell whether a second person is asked for, and this one is another than the first."""
    post, _, owner, item = row
    last = last_change(session, row)
    if last is not None:
        return last.person != key
    if post.due_at is None or not approvals.approvers(session, post.id, post.digest) - {key}:
        return False
    return unseconded(session, clearances(session, [item])[item.id], post, owner.id, post.due_at) is not None


def require_second_person(
    session: Session, actor: Actor, row: Row, now: datetime, *, alone: bool = False, reason: str = ""
) -> None:
    """Raises: Refused if the actor changed the post last. ``alone`` with a reason is for where nobody else could."""
    post, _, owner, _ = row
    key = pseudonyms.key_of(session, actor)
    last = last_change(session, row)
    able = who_may(session, "post.second", now, owner.slug)
    if alone:
        four_eyes.alone(four_eyes.RELEASE, actor.login, reason, able)
        posts.record(
            session,
            now=now,
            actor=actor,
            what="post.approved_alone",
            subject="post",
            subject_id=post.id,
            digest=post.digest,
            said=reason.strip(),
        )
    elif last is not None and last.person == key:
        four_eyes.released_by(actor.login, Change(actor.login, last.at), able)


def still_to_second(session: Session, actor: Actor, row: Row, due: datetime) -> Reason | None:
    """Return why a second approval is needed at ``due`` even with this actor's, or None.

    Raises: Refused if the actor's own is there already: it counts once.
    """
    post, _, owner, item = row
    key = pseudonyms.key_of(session, actor)
    clearance = clearances(session, [item])[item.id]
    missing = unseconded(session, clearance, post, owner.id, due, with_actor=key)
    if missing is not None and key in approvals.approvers(session, post.id, post.digest):
        raise Refused(f"Ihre Freigabe ist schon vermerkt. {missing.text}", code=missing.code)
    return missing

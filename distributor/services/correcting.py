"""What becomes of public posts whose Item changes at the portal: a person leaves, corrects or recalls them.

A correction is a Post like any other: cleared, approved, staged, released through the same gates. It says that it
corrects, and goes to exactly the accounts where the original is public.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from distributor.correcting import Carried, Choice, behind, differences, to_correct
from distributor.domain import DAEMON, Actor, Refused, State
from distributor.intake.report import item_of
from distributor.services.clearing import item_in
from distributor.services.deps import Deps
from distributor.services.findings import Finding
from distributor.services.permission import require
from distributor.services.recalling import begin, empty_cache, withdraw_in
from distributor.services.tailoring import new_post, shape_posts
from distributor.store import corrections, items, posts, proofs, pseudonyms
from distributor.store.posts import record
from distributor.store.tables import AccountRow, ItemRow, PostRow, SettlementRow


def changed_list(deps: Deps) -> list[dict[str, Any]]:
    """Return the Items that changed after something of them was public, until somebody decides; newest change first."""
    with deps.store.read() as session:
        return [
            {"id": row.id, "title": row.title, "revision": row.revision, "posts": len(numbers)}
            for row, numbers in _open(session)
        ]


def changed_show(deps: Deps, item_id: int) -> dict[str, Any] | None:
    """Return both texts of an Item that waits for a decision, the differences marked; None where nothing waits.

    The old text is the oldest that is still public. Raises: Refused if there is no such Item.
    """
    with deps.store.read() as session:
        row = item_in(session, item_id)
        numbers = next((found for _, found in _open(session, item_id)), None)
        if not numbers:
            return None
        public = [posts.whole(session, number) for number in numbers]
        said = min(each[0].item_revision or row.revision - 1 for each in public if each is not None)
        before = corrections.revision(session, item_id, said)
        receipts = proofs.receipts(session, numbers)
        return {
            "id": row.id,
            "title": row.title,
            "revision": row.revision,
            "from_revision": said,
            "differences": [
                asdict(each) for each in differences(item_of((before or row).document), item_of(row.document))
            ],
            "posts": [
                {
                    "id": post.id,
                    "organisation": owner.slug,
                    "organisation_name": owner.name,
                    "channel": account.channel,
                    "text": post.document["text"],
                    "url": receipts[post.id].url if post.id in receipts else "",
                }
                for post, account, owner, _ in (each for each in public if each is not None)
            ],
        }


def last_change(deps: Deps, item_id: int) -> list[dict[str, Any]]:
    """Return what the newest revision of an Item changed, the differences marked. Raises: Refused if there is none."""
    with deps.store.read() as session:
        row = item_in(session, item_id)
        before = corrections.revision(session, item_id, row.revision - 1)
        if before is None:
            return []
        return [asdict(each) for each in differences(item_of(before.document), item_of(row.document))]


def settle(
    deps: Deps, actor: Actor, item_id: int, choice: Choice, reason: str, now: datetime, *, revision: int | None = None
) -> int:
    """Decide what becomes of the public posts of an Item that changed; return how many posts it touches.

    ``revision`` is what the person saw; another one means that the Item changed once more. To leave everything needs
    no reason. Raises: Refused.
    """
    require(actor, "item.edit")
    if choice != "leave" and not reason.strip():
        raise Refused("Bitte einen Grund nennen: Was war falsch?", code="reason.missing")
    with deps.store.write() as session:
        row = item_in(session, item_id, lock=True)
        numbers = _waiting(session, row, choice, revision)
        session.add(
            SettlementRow(
                item_id=item_id,
                revision=row.revision,
                choice=choice,
                reason=reason.strip(),
                actor=pseudonyms.key_of(session, actor),
                at=now,
            )
        )
        record(
            session, now=now, actor=actor, what="item.settled", subject="item", subject_id=item_id, reason=choice,
            digest=row.digest, said=reason.strip(),
        )  # fmt: skip
        if choice == "correct":
            _correct(deps, session, row, row.revision, now, actor)
        elif choice == "recall":
            withdraw_in(session, begin(deps, session, actor, "item", str(item_id), reason, now), [row], actor)
    if choice == "recall":
        empty_cache(deps)
    return len(numbers)


def make_due(deps: Deps, now: datetime) -> int:
    """Make the corrections of posts that turned out to be public after the decision; return how many.

    Where the outcome of a release was unclear when a person decided, the post may be found public later.
    """
    with deps.store.read() as session:
        late = [number for number, revision in corrections.decided(session) if _owed(session, number, revision)]
    made = 0
    for item_id in late:
        with deps.store.write() as session:
            row = item_in(session, item_id, lock=True)
            revision = dict(corrections.decided(session)).get(item_id)
            if revision is not None and row.stage == "active":
                made += _correct(deps, session, row, revision, now, DAEMON)
    return made


def examine_changes(session: Session) -> list[Finding]:
    """Tell for ``doctor`` how many published Items changed and wait for a decision."""
    waiting = len(_open(session))
    if not waiting:
        return []
    text = f"{waiting} haben sich im Portal geändert; Öffentliches bleibt, bis jemand entscheidet."
    return [Finding("Veröffentlichte Beiträge", False, f"{text} `distributor items changed` zeigt sie.")]


def _waiting(session: Session, row: ItemRow, choice: Choice, revision: int | None) -> Collection[int]:
    if revision is not None and revision != row.revision:
        text = f"Beitrag {row.id} hat sich inzwischen noch einmal geändert; bitte die neue Fassung ansehen."
        raise Refused(text, code="item.stale")
    asked = next((numbers for _, numbers in _open(session, row.id)), None)
    if asked is None:
        text = f"Nach Beitrag {row.id} ist nicht gefragt: Was von ihm öffentlich ist, entspricht dem Portal."
        raise Refused(text, code="item.not_changed")
    if choice == "correct" and row.stage != "active":
        text = f"Beitrag {row.id} ist zurückgestellt; zum Korrigieren bitte erst wieder aufnehmen."
        raise Refused(text, code="item.held")
    return asked


def _open(session: Session, item_id: int | None = None) -> list[tuple[ItemRow, list[int]]]:
    """Return the Items that wait for a decision, each with its posts that say what the portal says no more."""
    found = [(row, behind(_carried(session, row.id), row.revision)) for row in corrections.undecided(session, item_id)]
    return [(row, numbers) for row, numbers in found if numbers]


def _carried(session: Session, item_id: int, *, lock: bool = False) -> list[Carried]:
    leaving = corrections.leaving(session)
    return [
        Carried(
            post.id,
            State(post.state),
            post.item_revision,
            gone=post.recall_at is not None or post.account_id in leaving,
            corrects=post.corrects_id,
        )
        for post in items.posts_of(session, item_id, lock=lock)
    ]


def _owed(session: Session, item_id: int, revision: int) -> list[int]:
    return to_correct(_carried(session, item_id), revision)


def _correct(deps: Deps, session: Session, row: ItemRow, revision: int, now: datetime, actor: Actor) -> int:
    """Make a correction for each post that is owed one; they are locked, so that a recall comes before or after."""
    owed = to_correct(_carried(session, row.id, lock=True), revision)
    made = []
    for number in owed:
        original = session.get_one(PostRow, number)
        account = session.get_one(AccountRow, original.account_id)
        made.append(new_post(row, account, now, original.form, occurrence=original.occurrence, corrects=number))
    if made:
        shape_posts(deps, session, row, now, actor=actor, fresh=made)
    for post in made:
        record(
            session, now=now, actor=actor, what="post.corrects", subject="post", subject_id=post.id,
            reason=str(post.corrects_id),
        )  # fmt: skip
    return len(made)

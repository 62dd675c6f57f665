"""How an Item's pictures are shown: the point that a crop keeps in sight, and whether the credit is written in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import insert

from distributor.domain import Actor, Refused
from distributor.media.shapes import Point
from distributor.services.clearing import item_in
from distributor.services.deps import Deps
from distributor.services.permission import require
from distributor.services.renditions import make_renditions
from distributor.services.tailoring import drafted, shape_posts
from distributor.services.workpiece import workpiece
from distributor.store import items, pseudonyms
from distributor.store.posts import record
from distributor.store.tables import AnswerRow


def frame(
    deps: Deps, actor: Actor, item_id: int, sha256: str, now: datetime, *, focus: Point | None, credit: bool
) -> None:
    """Store how one picture is shown and adjust the Item's posts; what looks different needs a new approval.

    ``focus`` are fractions of the picture's sides, None for the point that is found by measure. Raises: Refused.
    """
    require(actor, "item.edit")
    wanted = _checked(deps, item_id, sha256, focus, credit=credit)
    make_renditions(deps, item_id, wanted)
    drafts = drafted(deps, item_id, now, wanted)
    with deps.store.write() as session:
        row = item_in(session, item_id, lock=True)
        before = items.answers(session, item_id)
        changed = {key: answer for key, answer in wanted.items() if before.get(key, "") != answer}
        for (question, subject), answer in changed.items():
            session.execute(
                insert(AnswerRow).values(
                    item_id=item_id,
                    question=question,
                    subject=subject,
                    answer=answer,
                    actor=pseudonyms.key_of(session, actor),
                    at=now,
                )
            )
        if changed:
            record(session, now=now, actor=actor, what="item.framed", subject="item", subject_id=item_id)
            session.flush()
            shape_posts(deps, session, row, now, actor=actor, drafts=drafts)


def _checked(
    deps: Deps, item_id: int, sha256: str, focus: Point | None, *, credit: bool
) -> Mapping[tuple[str, str], str]:
    if focus is not None and not all(0 <= part <= 1 for part in focus):
        raise Refused("Der Punkt liegt außerhalb des Bildes; bitte 0 bis 100 Prozent angeben.", code="framing.point")
    with deps.store.read() as session:
        piece = workpiece(session, item_in(session, item_id))
    if not any(row.sha256 == sha256 and row.state == "ready" for row in piece.media):
        raise Refused(f"Ein Bild {sha256[:12]}… hat dieser Beitrag nicht.", code="framing.picture")
    point = "" if focus is None else f"{focus[0]:.3f},{focus[1]:.3f}"
    return {("focus", sha256): point, ("burnt", sha256): "yes" if credit else ""}

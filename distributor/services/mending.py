"""Carry out what the rules can mend by themselves, because a person asked for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from distributor.domain import Actor, Fix, Refused
from distributor.services import approving, clearing
from distributor.services.deps import Deps
from distributor.services.permission import allowed, require
from distributor.services.tailoring import mended_text
from distributor.services.workpiece import workpiece
from distributor.store import posts
from distributor.store.tables import ItemRow, PostRow
from distributor.tailoring import MENDS, Kept, apply_fix


def fix(
    deps: Deps, actor: Actor, post_id: int, now: datetime, *, rule: str | None = None, digest: str | None = None
) -> tuple[str, ...]:
    """Carry out all Fixes of a post's problems, or one rule's; return in a part of a sentence each which was left out.

    A Fix that would bring a blocking problem is left out. Raises: Refused, also if there is nothing to carry out.

    The text is then the actor's own, as if they had typed it: an Approval becomes void. Alternative texts belong to
    the Item; they are mended for all its posts, by an editor only. ``digest`` is what the person saw.
    """
    with deps.store.read() as session:
        row = posts.whole(session, post_id)
        if row is None:
            raise Refused(f"Den Post {post_id} gibt es nicht.", code="post.unknown")
        post, _, owner, item = row
        require(actor, "post.edit", owner.slug)
        done = mended_text(deps, session, post, now, rule)
        answers = _alt_texts(session, post, item, rule)
    seen = digest if digest is not None else post.digest
    kept = tuple(map(_left_out, done.kept))
    if done.text != post.document["text"]:
        approving.edit(deps, actor, post_id, done.text, now, digest=seen)
    elif not answers and kept:
        raise Refused(f"An Post {post_id} ist nichts behoben: {'; '.join(kept)}.", code="post.nothing_to_mend")
    elif not answers:
        raise Refused(f"An Post {post_id} ist nichts, was sich von selbst beheben lässt.", code="post.nothing_to_mend")
    elif not allowed(actor, "item.clear"):
        raise Refused("Alternativtexte gehören zum Beitrag; die Redaktion ändert sie.", code="forbidden")
    if answers and allowed(actor, "item.clear"):
        clearing.clear(deps, actor, item.id, answers, now)
    return kept


def _left_out(kept: Kept) -> str:
    wrong = kept.problem.fix.wrong if kept.problem.fix else kept.problem.text
    return f"„{wrong}“ bleibt stehen, denn sonst hieße es: {kept.because.text.rstrip('.')}"


def mendable(actor: Actor, problems: Iterable[dict[str, Any]]) -> frozenset[str]:
    """Return the rules among a post's problems whose Fixes the actor may carry out, if they may edit the post."""
    kinds = ("text", "alt") if allowed(actor, "item.clear") else ("text",)
    return frozenset(each["rule"] for each in problems if each["fix"] and MENDS.get(each["rule"]) in kinds)


def _alt_texts(session: Session, post: PostRow, item: ItemRow, rule: str | None) -> list[clearing.Answer]:
    """Return the mended alternative texts as an editor's answers, each to the picture that was made smaller."""
    piece = workpiece(session, item)
    sources = {made.sha256: source for (source, _), made in piece.renditions.items()}
    fixes = [
        Fix(**problem["fix"])
        for problem in post.problems
        if MENDS.get(problem["rule"]) == "alt" and rule in (None, problem["rule"]) and problem.get("fix")
    ]
    return [
        clearing.Answer("alt", apply_fix(medium["alt"], one), sources[medium["sha256"]])
        for medium in post.document["media"]
        for one in fixes
        if medium["alt"].strip() == one.wrong and medium["sha256"] in sources
    ]

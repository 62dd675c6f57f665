"""A channel's text before it is stored: what it would become for every Jobcenter, and what is wrong. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from distributor.domain import Actor, Override, Problem, State
from distributor.services.clearing import item_in
from distributor.services.deps import Deps
from distributor.services.overview import OVER
from distributor.services.permission import require
from distributor.services.rendering import variation
from distributor.services.workpiece import Workpiece, workpiece
from distributor.store import post_lists
from distributor.tailoring import Tailored
from distributor.tailoring.grouping import Reviewed, grouped


@dataclass(frozen=True, slots=True)
class Proof:
    """What a text becomes for one account: the post as ``views.post_show`` tells of it, as a preview needs it."""

    organisation: str
    short: str
    address: str
    post: Mapping[str, Any]
    length: int
    problems: Sequence[Problem]
    own: bool

    @property
    def fits(self) -> bool:
        """Tell whether it could be released."""
        return not any(problem.severity == "block" for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Proofs:
    """What the Item's ``texts``, for Du and for Sie, become for all of them; both are empty where the template is used.

    ``troubles`` are what is wrong, told once each, the gravest first. Each trouble is its severity, its sentence, and
    the slugs of those it is about.
    """

    title: str
    texts: tuple[str, str]
    each: Sequence[Proof]
    troubles: Sequence[tuple[str, str, Sequence[str]]]

    @property
    def fitting(self) -> int:
        """Return for how many it fits."""
        return sum(proof.fits for proof in self.each)


def proofread(
    deps: Deps, actor: Actor, item_id: int, channel: str, texts: tuple[str, str] | None, now: datetime
) -> Proofs:
    """Return what ``texts``, for Du and for Sie, become on a channel; both empty: the template; None: what is stored.

    Posts with a text of an officer's own keep it, and say so. Raises: Refused.
    """
    require(actor, "item.edit")
    deps.connector(channel)
    with deps.store.read() as session:
        row = item_in(session, item_id)
        piece = _with(workpiece(session, row), channel, texts)
        listed = post_lists.listing(session, channel=channel, item_id=item_id)
        found = []
        for post, account, owner, item in sorted(listed, key=lambda each: (each[2].position, each[0].id)):
            if State(post.state) in OVER or post.occurrence != 1 or post.corrects_id is not None:
                continue
            made = variation(deps, session, piece, post, account, owner, now, post.officer_text)
            voice = owner.document["voice"]
            shown = {**_shown(made, item.title), "organisation_name": owner.name, "account": account.name}
            found.append(
                Proof(
                    organisation=owner.slug,
                    short=voice["names"]["short"],
                    address=voice["address"],
                    post={**shown, "id": post.id},
                    length=made.length,
                    problems=made.problems,
                    own=post.officer_text is not None,
                )
            )
    names = {proof.organisation: proof.short for proof in found}
    troubles = grouped(Reviewed(proof.organisation, channel, proof.problems) for proof in found)
    stored = piece.overrides.get((channel, 0), Override(du="", sie=""))
    return Proofs(
        row.title,
        texts if texts is not None else (stored.du, stored.sie),
        found,
        [
            (each.severity, each.sentence(names), [slug for _, slugs in each.told for slug in slugs])
            for each in troubles
        ],
    )


def _with(piece: Workpiece, channel: str, texts: tuple[str, str] | None) -> Workpiece:
    """Return the Workpiece as it would be with these texts for every occurrence."""
    if texts is None:
        return piece
    kept = {key: own for key, own in piece.overrides.items() if key != (channel, 0)}
    du, sie = texts
    if du.strip() or sie.strip():
        kept[channel, 0] = Override(du=du or sie, sie=sie or du)
    return replace(piece, overrides=kept)


def _shown(made: Tailored, title: str) -> dict[str, Any]:
    document = made.remote.document()
    return {
        "title": title,
        "heading": document["extra"].get("title", ""),
        "text": document["text"],
        "link": document["link"],
        "media": document["media"],
    }

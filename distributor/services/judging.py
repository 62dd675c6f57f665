"""What is wrong with posts because of when they go out: asked whenever they are shown or approved, never stored.

Gates that will be closed by then are among it. So a problem comes and goes with a post's time, whoever moves it, and
with what other accounts bring.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from connectors.base import RemotePost
from distributor.clearance import Clearance
from distributor.domain import FeedItem, Organisation, Problem, Refused, State
from distributor.intake.report import item_of
from distributor.lifecycle import APPROVED, OPEN_TO_EDITING
from distributor.roster import organisation_of
from distributor.services.deps import Deps
from distributor.services.gating import clearances, closed_gates
from distributor.store import posts
from distributor.store.carried import Carried, carried
from distributor.store.tables import AccountRow, ItemRow, OrganisationRow, PostRow
from distributor.tailoring import Sibling, Subject, essence, review_slot

Row = tuple[PostRow, AccountRow, OrganisationRow, ItemRow]

_PUBLIC = frozenset({State.PUBLISHED, State.RETRACTING})


def judge(deps: Deps, session: Session, rows: Iterable[Row]) -> dict[int, list[dict[str, Any]]]:
    """Return all problems of each post as the faces show them: those of its content, and those of its time."""
    listed = list(rows)
    timed = [(row, due) for row in listed if (due := row[0].due_at) and State(row[0].state) in OPEN_TO_EDITING]
    near = _around(deps, session, [(row[1].channel, due) for row, due in timed])
    items = {item.id: item for (_, _, _, item), _ in timed}
    contents = {number: item_of(item.document) for number, item in items.items()}
    owners = {
        number: organisation_of(document)
        for number, document in {owner.id: owner.document for (_, _, owner, _), _ in timed}.items()
    }
    cleared = clearances(session, items.values())
    found = {
        row[0].id: [
            *_by_gates(deps, row, due, cleared[row[3].id]),
            *_by_slot(deps, row, due, owners[row[2].id], contents[row[3].id], near),
        ]
        for row, due in timed
    }
    return {
        post.id: [{"fix": None, **problem} for problem in post.problems] + list(map(_told, found.get(post.id, ())))
        for post, _, _, _ in listed
    }


def _told(problem: Problem) -> dict[str, Any]:
    """Return what ``asdict`` would, without its copy of every text."""
    fix = problem.fix
    told = {"rule": problem.rule, "severity": problem.severity, "text": problem.text}
    return told | {"fix": None if fix is None else asdict(fix)}


def _by_gates(deps: Deps, row: Row, due: datetime, clearance: Clearance) -> list[Problem]:
    """Return a problem for each gate that will be closed when the post is due, unless it is closed already."""
    post, account, owner, item = row
    if item.cleared_at is None:
        return []
    known = {problem["rule"] for problem in post.problems}
    closed = closed_gates(deps, clearance, account.channel, owner.slug, due)
    return [Problem(gate.code, "block", gate.text) for gate in closed if gate.code not in known]


def refuse_bad_slot(deps: Deps, session: Session, row: Row, due: datetime) -> None:
    """Ask inside an approval's transaction whether the post may go out at ``due``. Raises: Refused.

    Of two who approve the same words at the same moment, the second waits here for the first and sees them.
    """
    post, account, _, _ = row
    if deps.connector(account.channel).limits.duplicates is not None:
        posts.one_at_a_time(session, f"{account.channel} {essence(post.document['text'])}")
    for code, text in against_slot(deps, session, row, due):
        raise Refused(f"Post {post.id} kann so nicht hinaus: {text}", code=code)


def against_slot(deps: Deps, session: Session, row: Row, due: datetime) -> list[tuple[str, str]]:
    """Return by code, in German, what bars an approval for ``due``; nothing is locked."""
    _, account, owner, item = row
    gates = closed_gates(deps, clearances(session, [item])[item.id], account.channel, owner.slug, due)
    near = _around(deps, session, [(account.channel, due)])
    problems = _by_slot(deps, row, due, organisation_of(owner.document), item_of(item.document), near)
    return [(gate.code, gate.text) for gate in gates] + [
        ("post.blocked", problem.text) for problem in problems if problem.severity == "block"
    ]


Around = Mapping[str, Mapping[str, Sequence[Carried]]]
"""What accounts bring around some moments: by channel that forbids identical texts, by the words that make them so."""


def _around(deps: Deps, session: Session, moments: Iterable[tuple[str, datetime]]) -> Around:
    """Read, for each channel that forbids identical texts, what its accounts bring around these moments."""
    times: dict[str, list[datetime]] = {}
    for channel, moment in moments:
        times.setdefault(channel, []).append(moment)
    near: dict[str, dict[str, list[Carried]]] = {}
    for channel, all_times in times.items():
        within = deps.connector(channel).limits.duplicates
        if within is not None:
            same = near.setdefault(channel, {})
            for each in carried(session, channel, min(all_times) - within, max(all_times) + within):
                same.setdefault(essence(each.text), []).append(each)
    return near


def _by_slot(
    deps: Deps, row: Row, due: datetime, owner: Organisation, content: FeedItem, near: Around
) -> tuple[Problem, ...]:
    post, account, _, _ = row
    same = near.get(account.channel)
    siblings = tuple(
        Sibling(other.organisation, other.text, other.at)
        for other in (same.get(essence(post.document["text"]), ()) if same else ())
        if other.account_id != post.account_id and _comes_first(other, post)
    )
    return review_slot(
        Subject(
            RemotePost.of(post.document),
            content,
            owner,
            deps.connector(account.channel).limits,
            today=post.created_at.date(),
            due=due,
            siblings=siblings,
        )
    )


def _comes_first(other: Carried, post: PostRow) -> bool:
    """Tell which of two identical posts gives way: the one nobody approved yet; of two such the later one."""
    return other.state in APPROVED | _PUBLIC or other.id < post.id

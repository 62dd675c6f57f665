"""All that is wrong with one Item's posts, over every Jobcenter and channel at once, for the editor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from distributor.domain import Actor, Problem, State
from distributor.services.deps import Deps
from distributor.services.views import item_show, organisation_list, post_list
from distributor.tailoring.grouping import Reviewed, grouped

OVER = frozenset({State.PUBLISHED, State.RETRACTING, State.RETRACTED, State.CLOSED})
"""Posts in which no text of an editor changes anything any more."""


def item_problems(deps: Deps, item_id: int, *, actor: Actor | None = None) -> dict[str, Any]:
    """Return the Item's number and title, how many posts are still to come, and their problems by channel and rule.

    Posts that the actor may not see do not count (None: all do). Raises: Refused if there is no such Item.
    """
    item = item_show(deps, item_id)
    posts = coming(post_list(deps, actor=actor, item_id=item_id))
    return {
        "id": item["id"],
        "title": item["title"],
        "posts": len(posts),
        "skipped": item["skipped"],
        "problems": problems_of(posts, organisation_list(deps)),
    }


def coming(posts: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the posts, as ``post_list`` tells of them, in which a text of an editor still changes something."""
    return [post for post in posts if State(post["state"]) not in OVER]


def problems_of(posts: Iterable[Mapping[str, Any]], owners: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the problems of posts by channel and rule; ``owners`` as ``organisation_list`` tells of them."""
    names = {owner["slug"]: owner["voice"]["names"]["short"] for owner in owners}
    troubles = grouped(
        Reviewed(
            post["organisation"],
            post["channel"],
            [Problem(each["rule"], each["severity"], each["text"]) for each in post["problems"]],
        )
        for post in posts
    )
    return [
        {
            "channel": trouble.channel,
            "rule": trouble.rule,
            "severity": trouble.severity,
            "of": trouble.of,
            "fits": trouble.fits,
            "sentence": trouble.sentence(names),
            "told": [{"text": text, "organisations": list(slugs)} for text, slugs in trouble.told],
        }
        for trouble in troubles
    ]

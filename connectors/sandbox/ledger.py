"""The ledger: every post that is or once was public, as plain values. What tests and auditors compare against."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from connectors.sandbox.clock import iso
from connectors.sandbox.state import Post, State

_LINK = re.compile(r"https?://[^\s<>\"„“”]+")
_TRAILING = ".,;:!?)]}'…»"


def ledger(state: State, now: datetime, *, drafts: bool = False) -> list[dict[str, Any]]:
    """Return the ledger at ``now``, oldest first; ``drafts`` adds what never was public."""
    chosen = [post for post in _threaded(state.posts.values(), now) if drafts or post.was_public(now)]
    return [_entry(post, now) for post in sorted(chosen, key=lambda post: (post.public_at or post.made, post.made))]


def _threaded(posts: Iterable[Post], now: datetime) -> Iterator[Post]:
    """Yield the posts, a thread as one: with all ids, and the text of what of it stands."""
    threads: list[list[Post]] = []
    of: dict[str, list[Post]] = {}
    for post in posts:  # one id may stand for several: what was deleted, and what was put there again
        thread = of.get(post.answers) if post.answers else None
        if thread is None:
            thread = []
            threads.append(thread)
        thread.append(post)
        of[post.id] = thread
    for pieces in threads:
        standing = [piece for piece in pieces if piece.deleted_at is None] or pieces
        text = "\n\n".join(piece.text for piece in standing)
        yield (
            pieces[0]
            if len(pieces) == 1
            else replace(standing[0], id=" ".join(piece.id for piece in standing), text=text)
        )


def link_of(post: Post) -> str:
    """Return where a post leads: its own link, else the first address in its text, else nothing."""
    if post.link:
        return post.link
    match = _LINK.search(post.text)
    return match[0].rstrip(_TRAILING) if match else ""


def _entry(post: Post, now: datetime) -> dict[str, Any]:
    return {
        "channel": post.channel,
        "account": post.account,
        "id": post.id,
        "text": post.text,
        "link": link_of(post),
        "media": [
            {"sha256": picture.sha256, "mime": picture.mime, "size": picture.size, "alt": picture.alt}
            for picture in post.pictures
        ],
        **({"replies": post.replies} if post.replies else {}),
        "created": iso(post.public_at) if post.public_at and post.was_public(now) else None,
        "deleted": iso(post.deleted_at) if post.deleted_at else None,
    }

"""Take an Approval back: the post waits again, as long as the daemon has not claimed its release."""

from __future__ import annotations

from datetime import datetime

from distributor.domain import Actor, Reason, Refused, State
from distributor.lifecycle import Move
from distributor.services.deps import Deps
from distributor.services.moving import apply
from distributor.services.permission import require
from distributor.services.verbs import VERBS
from distributor.store import posts
from distributor.store.approvals import UNDONE
from distributor.store.posts import Stale
from distributor.wording import STATE_WORDS

S = State

_TOO_LATE = {
    S.PUBLISHING: "Zu spät: Post {number} wird gerade gesendet und ist nicht mehr aufzuhalten. Sobald er erschienen "
    "ist, löscht ihn „Zurücknehmen“; was danach käme, hält die Notbremse auf.",
    S.UNCERTAIN: "Zu spät: Post {number} ist vielleicht schon öffentlich; das wird gerade nachgesehen. „Zurücknehmen“ "
    "löscht ihn, falls er erschienen ist; was danach käme, hält die Notbremse auf.",
    S.PUBLISHED: "Zu spät: Post {number} ist schon öffentlich. „Zurücknehmen“ löscht ihn beim Netzwerk.",
}


def undo(deps: Deps, actor: Actor, post_id: int, now: datetime) -> None:
    """Take back the release of a post that has not been claimed yet; it keeps its time as a proposal.

    All approvals of it count no longer. Raises: Refused, ``post.claimed`` with what is left to do where it is too late.
    """
    with deps.store.write() as session:
        row = None if posts.fresh(session, post_id) is None else posts.whole(session, post_id)
        if row is None:
            raise Refused(f"Den Post {post_id} gibt es nicht.", code="post.unknown")
        post, _, owner, _ = row
        require(actor, VERBS["undo"].right, owner.slug)
        state = State(post.state)
        if state in _TOO_LATE:
            raise Refused(_TOO_LATE[state].format(number=post_id), code="post.claimed")
        if state not in VERBS["undo"].states:
            text = f"Post {post_id} ist nicht freigegeben (Stand: {STATE_WORDS[state]}); es gibt nichts zurückzunehmen."
            raise Refused(text, code="post.state")
        why = Reason(UNDONE, "Die Freigabe wurde zurückgenommen; der Post wartet wieder.", "officer")
        move = Move(S.AWAITING, why, drop_stage=state is S.STAGED)
        try:
            apply(session, post, move, now=now, actor=actor, what=UNDONE, values={"due_at": post.due_at})
        except Stale as error:
            text = f"Post {post_id} wurde gerade von anderer Seite geändert; bitte neu laden."
            raise Refused(text, code="post.stale") from error

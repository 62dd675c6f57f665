"""What a Facebook Page shows of its posts: looked at, found again, deleted. Nothing is made public here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from connectors._graph import GraphClient, affirm
from connectors._graph_errors import GraphError
from connectors._graph_posts import SLACK, carries, moment, squeezed
from connectors.base import Field, Json, Order, Receipt, Rejected, RemotePost

COMMENTS = Field(
    "comments",
    "Kommentare",
    required=False,
    help="Abschalten geht bei Facebook nur von Hand; darum wird nach jedem Post daran erinnert.",
    choices={"": "an", "off": "aus"},
    shapes=True,
)
_BY_HAND = "Die Kommentare sollen aus sein, das geht nur von Hand. Bitte am Post auf Facebook einschränken."


def look_at(graph: GraphClient, node: str) -> dict[str, Any] | None:
    """Return what Facebook knows of a post; None if it is gone. Raises: GraphError, also if it is not told apart."""
    try:
        seen: dict[str, Any] = graph.get_object(node, fields="is_published,permalink_url,created_time")
    except GraphError as error:
        if error.gone:
            return None
        raise
    if not isinstance(seen.get("is_published"), bool):
        raise GraphError(200, {"message": "the answer does not say is_published"})
    return seen


def published(graph: GraphClient, page: str, since: datetime) -> list[dict[str, Any]]:
    """Return what the Page published since then. Raises: GraphError."""
    fields = "id,message,created_time,permalink_url,attachments{url,unshimmed_url}"
    return list(graph.pages(page, "published_posts", fields=fields, since=int(since.timestamp()), limit=100))


def is_ours(remote: Json, post: RemotePost, order: Order, since: datetime) -> bool:
    """Tell whether a published post is this one: by the short link of its own where it has one, else by its text."""
    created = moment(remote.get("created_time"))
    if created is None or created < since - SLACK:
        return False
    message = str(remote.get("message") or "")
    if order.code and order.code in post.link:
        cards = list((remote.get("attachments") or {}).get("data") or [])
        shown = {str(card.get(key) or "").rstrip("/") for card in cards for key in ("url", "unshimmed_url")}
        if carries(message, post.link) or post.link.rstrip("/") in shown:
            return True
        if not post.media and any(card.get("unshimmed_url") for card in cards):
            return False
    return bool(post.text.strip()) and squeezed(message) == squeezed(post.text)


def left_of(post: RemotePost) -> str:
    """Return what of the document a person has to do, empty for nothing."""
    return _BY_HAND if post.extra.get(COMMENTS.name) == "off" else ""


def receipt_of(remote_id: str, seen: Json, since: datetime, post: RemotePost) -> Receipt:
    """Build the proof. ``created_time`` may be the draft's, so no time from before the release counts."""
    created = moment(seen.get("created_time"))
    url = str(seen.get("permalink_url") or address(remote_id))
    return Receipt(remote_id, url, max(created or since, since), left_of(post))


def text_of(graph: GraphClient, remote_id: str) -> dict[str, Any]:
    """Return what a public post says and shows. Raises: GraphError; Rejected if it is gone or not public."""
    fields = "message,is_published,permalink_url"
    try:
        seen: dict[str, Any] = graph.get_object(remote_id, fields=fields)
    except GraphError as error:
        if error.gone:
            raise _not_ours(error.number) from None
        raise
    if not isinstance(seen.get("is_published"), bool):
        raise GraphError(200, {"message": "the answer does not say is_published"})
    if not seen["is_published"]:
        raise _not_ours("draft")
    return seen


def change_text(graph: GraphClient, remote_id: str, text: str) -> None:
    """Give a public post another text. Raises: GraphError; Rejected where Facebook lets us not.

    Only the app that made a post may change it: https://developers.facebook.com/docs/pages-api/posts, read on
    2026-11-21.
    """
    try:
        affirm(graph.update_object(remote_id, message=text))
    except GraphError as error:
        if error.gone or error.code == 10 or 200 <= (error.code or 0) <= 299:
            raise _not_ours(error.number) from None
        raise


def _not_ours(code: str) -> Rejected:
    text = (
        "Facebook lässt uns den veröffentlichten Post nicht ändern: Er ist gelöscht oder stammt nicht von dieser App. "
        "Bitte von Hand ändern oder das Konto auf Korrekturen „als neuer Post“ stellen."
    )
    return Rejected(text, code=f"edit/{code}")


def delete(graph: GraphClient, node: str) -> bool:
    """Delete a node; False if Facebook does not (or not any more) know it. Raises: GraphError."""
    try:
        affirm(graph.delete_object(node))
    except GraphError as error:
        if error.gone:
            return False
        raise
    return True


def address(remote_id: str) -> str:
    """Return where a post is looked at."""
    return f"https://www.facebook.com/{remote_id}"

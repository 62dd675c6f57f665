"""Recalls: the list, one recall with its posts, tasks to confirm, the proof of deletion to take away."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from distributor.domain import Refused
from distributor.proof import as_pdf
from distributor.services import approving, recall_views
from distributor.services.permission import allowed
from distributor.web.guarding import At, Desk, Key, Reader, Sender, Visitor
from distributor.web.language import gettext as _
from distributor.web.layout import done, layout
from distributor.web.pages import see_other
from distributor.web.posts import status_of
from distributor.web.said import said

router = APIRouter()


@router.get("/rueckrufe")
def show_all(request: Request, desk: At, visitor: Reader) -> Response:
    """Show the recalls, the newest first."""
    rows = recall_views.recall_list(desk.deps, actor=visitor.actor)
    return desk.pages.show(request, "recalls.html", {**layout(desk, visitor), "recalls": rows})


@router.get("/rueckrufe/{number}")
def show(request: Request, desk: At, visitor: Reader, number: Key, getan: str = "") -> Response:
    """Show one recall: what is down, and what is left to a person."""
    message = _("Vermerkt: von Hand gelöscht.") if getan == "bestaetigt" else ""
    return _page(request, desk, visitor, number, {"message": message})


@router.post("/rueckrufe/{number}/bestaetigen/{post_id}")
def confirm(request: Request, desk: At, visitor: Sender, number: Key, post_id: Key) -> Response:
    """Note that a person deleted a post by hand."""
    try:
        approving.confirm(desk.deps, visitor.actor, post_id, desk.clock.now())
    except Refused as error:
        if error.code == "forbidden" or error.code.endswith(".unknown"):
            raise
        return _page(request, desk, visitor, number, {"error": {"text": error.text, "field": ""}}, status_of(error))
    return see_other(done(f"/rueckrufe/{number}", "bestaetigt"))


@router.get("/rueckrufe/{number}/bestaetigen/{post_id}")
def back_to_recall(visitor: Reader, number: Key, post_id: Key) -> Response:
    """Lead back to the recall whoever reloads the answer to a form."""
    return see_other(f"/rueckrufe/{number}")


@router.get("/rueckrufe/{number}/nachweis.pdf")
def as_paper(desk: At, visitor: Reader, number: Key) -> Response:
    """Give the proof of deletion as a PDF."""
    proof = recall_views.proof(desk.deps, number, actor=visitor.actor)
    return _file(as_pdf(proof), "application/pdf", f"loeschnachweis-{number}.pdf")


@router.get("/rueckrufe/{number}/nachweis.json")
def as_data(desk: At, visitor: Reader, number: Key) -> Response:
    """Give the proof of deletion as JSON."""
    proof = recall_views.proof(desk.deps, number, actor=visitor.actor)
    return _file(proof, "application/json", f"loeschnachweis-{number}.json")


def _file(content: bytes, mime: str, name: str) -> Response:
    return Response(content, media_type=mime, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _page(
    request: Request, desk: Desk, visitor: Visitor, number: int, more: dict[str, object], status: int = 200
) -> Response:
    shown = recall_views.recall_show(desk.deps, number, actor=visitor.actor)
    posts = [
        {
            **post,
            "label": said(desk.deps.connectors[post["channel"]].label)
            if post["channel"] in desk.deps.connectors
            else post["channel"],
            "may_confirm": post["outcome"] == "task"
            and post["state"] == "retracting"
            and allowed(visitor.actor, "post.approve", post["organisation"]),
        }
        for post in shown["posts"]
    ]
    context = {**layout(desk, visitor), "recall": {**shown, "posts": posts}, **more}
    return desk.pages.show(request, "recall.html", context, status)

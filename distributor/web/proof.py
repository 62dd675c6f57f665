"""Who it is, asked once more before what is delicate: consents, tokens, one's own access.

``Recent`` stands at a form in place of ``Sender``, ``RecentReader`` at a page in place of ``Reader``. Where the last
proof is too old, the person is asked for it and then goes on where they were: a page comes up again, a form is sent
with what was typed. What a form must not lie in a page for is not kept; its fields begin as ``SECRET`` says, and the
person comes back to the form. Put ``RecentReader`` at such a form's page, and it hardly ever happens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from distributor.domain import Refused
from distributor.services import sessions
from distributor.web.guarding import COOKIE, HIDDEN_FIELD, At, Desk, Reader, Secret, Sender, Text, Visitor, desk_of
from distributor.web.layout import layout
from distributor.web.login import own_path
from distributor.web.pages import see_other

PROOF = "nachweis"
"""The field with the password that a form carries when it is sent again."""

SECRET = ("geheim", "kennwort", "feld:", "mitgebracht")
"""How the names of fields begin whose content never stands in a page."""

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it came: its texts, the names of its files, and the password for the proof."""

    texts: tuple[tuple[str, str], ...]
    files: tuple[str, ...]
    proof: str

    @property
    def keepable(self) -> bool:
        """Tell whether the form may lie in a page until the proof is given."""
        return not any(name.startswith(SECRET) for name, _ in self.texts)


class NotRecent(Exception):
    """The last proof is too old; the person is asked for it."""

    def __init__(self, visitor: Visitor, sent: Sent | None = None, error: Refused | None = None) -> None:
        super().__init__()
        self.visitor, self.sent, self.error = visitor, sent, error


async def _sent(request: Request) -> Sent:
    given = (await request.form()).multi_items()
    texts = tuple((name, value) for name, value in given if isinstance(value, str))
    kept = tuple(each for each in texts if each[0] not in (HIDDEN_FIELD, PROOF))
    files = tuple(name for name, value in given if isinstance(value, UploadFile))
    return Sent(kept, files, dict(texts).get(PROOF, ""))


def recent_sender(request: Request, visitor: Sender, sent: Annotated[Sent, Depends(_sent)]) -> Visitor:
    """Return who sent a form of this session, proved not long ago. Raises: NotLoggedIn, ForgedForm, NotRecent."""
    desk = desk_of(request)
    now = desk.clock.now()
    if sessions.fresh(visitor.proved_at, now):
        return visitor
    if not sent.proof:
        raise NotRecent(visitor, sent)
    try:
        sessions.prove(desk.deps, request.cookies.get(COOKIE, ""), sent.proof, now)
    except Refused as error:
        raise NotRecent(visitor, sent, error) from error
    return visitor


def recent_reader(request: Request, visitor: Reader) -> Visitor:
    """Return who is asking, proved not long ago. Raises: NotLoggedIn, NotRecent."""
    if not sessions.fresh(visitor.proved_at, desk_of(request).clock.now()):
        raise NotRecent(visitor)
    return visitor


Recent = Annotated[Visitor, Depends(recent_sender)]
RecentReader = Annotated[Visitor, Depends(recent_reader)]


def ask_again(request: Request, error: Exception) -> Response:
    """Answer NotRecent: ask for the proof, with the form that was sent."""
    if not isinstance(error, NotRecent):
        raise error
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if error.sent is None:
        return see_other(f"/nachweis?weiter={quote(path, safe='')}")
    if not error.sent.keepable:
        came_from = urlsplit(request.headers.get("Referer", ""))
        return _page(request, desk_of(request), error.visitor, own_path(came_from.path or "/"), lost=True)
    return _page(request, desk_of(request), error.visitor, path, sent=error.sent, error=error.error)


@router.get("/nachweis")
def ask(request: Request, desk: At, visitor: Reader, weiter: str = "/") -> Response:
    """Ask for the password once more."""
    return _page(request, desk, visitor, own_path(weiter))


@router.post("/nachweis")
def take(request: Request, desk: At, visitor: Sender, nachweis: Secret = "", weiter: Text = "/") -> Response:
    """Take the password and lead back to where the person was."""
    try:
        sessions.prove(desk.deps, request.cookies.get(COOKIE, ""), nachweis, desk.clock.now())
    except Refused as error:
        return _page(request, desk, visitor, own_path(weiter), error=error)
    return see_other(own_path(weiter))


def _page(
    request: Request,
    desk: Desk,
    visitor: Visitor,
    path: str,
    *,
    sent: Sent | None = None,
    error: Refused | None = None,
    lost: bool = False,
) -> Response:
    context = {
        **layout(desk, visitor),
        "action": path if sent else "/nachweis",
        "next": path,
        "sent": sent,
        "lost": lost,
        "house": bool(desk.deps.settings.oidc_issuer),
        "error": None if error is None else {"text": error.text, "field": PROOF},
    }
    return desk.pages.show(request, "proof.html", context, 200 if error is None and sent is None and not lost else 403)

"""People who work with the distributor: their roles, Jobcenters and deputies; and the door for who is invited.

A password is never shown, asked for or sent here: whoever is new gets a link and chooses their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi import Path as InPath
from starlette.responses import Response

from distributor.domain import Refused, Role
from distributor.services import inviting, letters, people, views
from distributor.services.people import Membership
from distributor.services.permission import allowed
from distributor.web.dates import day_span
from distributor.web.guarding import Asked, At, Desk, Fields, Reader, Secret, Sender, Text, Visitor, own_page
from distributor.web.language import gettext as _
from distributor.web.layout import done, layout
from distributor.web.pages import see_other
from distributor.web.posts import status_of
from distributor.web.proof import Recent
from distributor.web.words import roles

INVITATION = "/einladung"

Login = Annotated[str, InPath(pattern=r"^[\w.-]{1,64}$")]

_FIELD_OF = {
    "user.login": "anmeldename",
    "user.known": "anmeldename",
    "user.days": "von",
    "user.email": "email",
    "user.role": "rolle-editor",
}

router = APIRouter()


@router.get("/personen")
def show_all(request: Request, desk: At, visitor: Reader, getan: str = "") -> Response:
    """List the people."""
    return _page(request, desk, visitor, {"message": _message(getan)})


@router.post("/personen")
def add(request: Request, desk: At, visitor: Recent, fields: Fields) -> Response:
    """Add a person and lead to the invitation."""
    login = fields.get("anmeldename", "").strip()

    def act() -> str:
        if any(each["login"] == login for each in people.users(desk.deps)):
            raise Refused(_("„{login}“ gibt es schon.").format(login=login), code="user.known")
        _set(desk, visitor, login, fields)
        return f"/personen#person-{login}"

    return _do(request, desk, visitor, act, fields, "neu")


@router.post("/personen/{login}/aendern")
def change(request: Request, desk: At, visitor: Recent, login: Login, fields: Fields) -> Response:
    """Give a person another name or other roles."""

    def act() -> str:
        _known(desk, login)
        _set(desk, visitor, login, fields)
        return done("/personen", "geaendert")

    return _do(request, desk, visitor, act, fields, login)


@router.post("/personen/{login}/sperren")
def lock(request: Request, desk: At, visitor: Recent, login: Login, aktiv: Text = "") -> Response:
    """Lock a person out, whose sessions end at once, or with ``aktiv`` let them in again."""

    def act() -> str:
        people.set_active(desk.deps, visitor.actor, login, bool(aktiv), desk.clock.now())
        return done("/personen", "entsperrt" if aktiv else "gesperrt")

    return _do(request, desk, visitor, act, {}, login)


@router.post("/personen/{login}/vertreten")
def deputise(request: Request, desk: At, visitor: Sender, login: Login, fields: Fields) -> Response:
    """Let a person act for a Jobcenter on some days; without days no longer."""

    def act() -> str:
        first, last = (_day(fields.get(name, "")) for name in ("von", "bis"))
        people.deputise(desk.deps, visitor.actor, login, fields.get("jobcenter", ""), first, last, desk.clock.now())
        return done("/personen", "vertretung" if first else "keine-vertretung")

    return _do(request, desk, visitor, act, fields, login)


@router.post("/personen/{login}/einladen")
def invite(request: Request, desk: At, visitor: Recent, login: Login) -> Response:
    """Show the link with which a person chooses their password; it is shown this once."""
    ticket = inviting.invite(desk.deps, visitor.actor, login, desk.clock.now())
    link = f"{desk.deps.settings.desk_url}{INVITATION}?schein={quote(ticket)}"
    context = {**layout(desk, visitor), "login": login, "link": link, "days": inviting.GOOD_FOR.days}
    return desk.pages.show(request, "invitation.html", context)


@router.get("/personen/{login}/{verb}")
def back_to_people(visitor: Reader, login: Login, verb: str) -> Response:
    """Lead back to the list whoever reloads the answer to a form."""
    return see_other("/personen")


@router.get(INVITATION)
def welcome(request: Request, desk: At, schein: Asked = "") -> Response:
    """Ask who was invited for the password of their choice."""
    login = inviting.invited(desk.deps, schein, desk.clock.now())
    return desk.pages.show(request, "welcome.html", {"visitor": None, "login": login, "ticket": schein})


@router.post(INVITATION, dependencies=[Depends(own_page)])
def accept(request: Request, desk: At, schein: Text = "", kennwort: Secret = "", kennwort2: Secret = "") -> Response:
    """Store the password that who was invited chose, and lead to the login."""
    login = inviting.invited(desk.deps, schein, desk.clock.now())
    try:
        if kennwort != kennwort2:
            raise Refused(_("Die beiden Kennwörter sind verschieden."), code="user.password")
        inviting.accept(desk.deps, schein, kennwort, desk.clock.now())
    except Refused as error:
        if error.code != "user.password":
            raise
        problem = {"text": error.text, "field": "kennwort"}
        context = {"visitor": None, "login": login, "ticket": schein, "error": problem}
        return desk.pages.show(request, "welcome.html", context, 422)
    return see_other("/anmelden")


def _known(desk: Desk, login: str) -> None:
    if all(each["login"] != login for each in people.users(desk.deps)):
        raise Refused(_("„{login}“ ist keine bekannte Person.").format(login=login), code="user.unknown")


def _set(desk: Desk, visitor: Visitor, login: str, fields: Mapping[str, str]) -> None:
    """Store a person as the form says."""
    chosen = [Role(role) for role in roles() if f"rolle:{role}" in fields]
    if not chosen:
        raise Refused(_("Bitte mindestens eine Rolle wählen."), code="user.role")
    slugs = [name.removeprefix("kjc:") for name in fields if name.startswith("kjc:")]
    if Role.OFFICER in chosen and not slugs:
        raise Refused(_("Zur Kanalverantwortung gehört mindestens ein Jobcenter."), code="user.role")
    memberships = [Membership(role) for role in chosen if role is not Role.OFFICER]
    if Role.OFFICER in chosen:
        memberships += [Membership(Role.OFFICER, slug) for slug in slugs]
    name = fields.get("name", "").strip()
    people.add_user(desk.deps, visitor.actor, login, memberships, desk.clock.now(), name=name)
    letters.set_address(desk.deps, visitor.actor, login, fields.get("email", ""), desk.clock.now())


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip()) if typed.strip() else None
    except ValueError:
        text = _("„{typed}“ ist kein Tag; bitte wie 2026-11-24 angeben.").format(typed=typed)
        raise Refused(text, code="user.days") from None


def _do(
    request: Request,
    desk: Desk,
    visitor: Visitor,
    act: Callable[[], str],
    typed: Mapping[str, str],
    about: str,
) -> Response:
    try:
        return see_other(act())
    except Refused as error:
        if error.code in ("forbidden", "user.unknown"):
            raise
        context = {
            "error": {"text": error.text, "field": _FIELD_OF.get(error.code, "") if about == "neu" else ""},
            "typed": typed if about == "neu" else {},
        }
        return _page(request, desk, visitor, context, status_of(error))


def _page(request: Request, desk: Desk, visitor: Visitor, extra: dict[str, Any], status: int = 200) -> Response:
    actor = visitor.actor
    found = views.organisation_list(desk.deps)
    names = {each["slug"]: each["voice"]["names"]["short"] for each in found}
    listed: list[dict[str, Any]] = [dict(each) for each in people.users(desk.deps)]
    for each in listed:
        each["days"] = [
            (names.get(one["organisation"], one["organisation"]), _span(one["first"], one["last"]))
            for one in each["deputies"]
        ]
    if not allowed(actor, "user"):
        listed = [each for each in listed if each["active"]]
    context = {
        "typed": {},
        "error": None,
        **layout(desk, visitor),
        "people": listed,
        "names": names,
        "roles": roles(),
        "addresses": letters.addresses(desk.deps) if allowed(actor, "user") else {},
        "may_change": allowed(actor, "user"),
        "deputies_for": [(slug, name) for slug, name in names.items() if allowed(actor, "deputy", slug)],
        **extra,
    }
    return desk.pages.show(request, "staff.html", context, status)


def _span(first: str, last: str) -> str:
    return day_span(date.fromisoformat(first), date.fromisoformat(last))


def _message(what: str) -> str:
    sentences = {
        "geaendert": _("Gespeichert."),
        "gesperrt": _("Gesperrt. Alle Sitzungen dieser Person sind beendet."),
        "entsperrt": _("Wieder zugelassen."),
        "vertretung": _("Die Vertretung ist eingetragen."),
        "keine-vertretung": _("Die Vertretung ist gestrichen."),
    }
    return sentences.get(what, "")

"""Items, for editors: the list, one item with its questions in one short form, its channel texts, hold and withdraw."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from distributor.clearance import ASKED, DECORATIVE, EXEMPTIONS, optional
from distributor.domain import Refused, State
from distributor.paging import FIRST
from distributor.services import clearing, correcting, feed_views, flood, item_pages, missing, recalling, views
from distributor.services.clearing import Answer
from distributor.services.permission import allowed, require
from distributor.web import item_parts, paging
from distributor.web.guarding import LARGEST, Asked, At, Desk, Fields, Key, Reader, Sender, Text, Visitor
from distributor.web.language import gettext as _
from distributor.web.layout import done, layout
from distributor.web.pages import see_other
from distributor.web.persons import in_item
from distributor.web.posts import status_of
from distributor.web.said import said
from distributor.web.words import item_stages
from distributor.wording import stamp

PAGE_SIZE = 25
_EMPTIED = "clearance.emptied."
_GONE = "verschwunden"
_CHANGED = "geaendert"
_DONE = {"schwall": lambda: _("Entschieden. Aufgenommenes wird zugeschnitten, Beiseitegelegtes bleibt im Archiv.")}

router = APIRouter()


@router.get("/beitraege")
def show_all(
    request: Request,
    desk: At,
    visitor: Reader,
    spot: paging.Asked = FIRST,
    nur: Asked = "",
    getan: str = "",
) -> Response:
    """List the items, newest first; ``nur`` names a stage, or those that the portal no longer lists."""
    require(visitor.actor, "read")
    only = nur if nur in (_GONE, _CHANGED, *item_stages()) else ""
    changed = {each["id"] for each in correcting.changed_list(desk.deps)}
    found = item_pages.desk_page(
        desk.deps,
        stages=[only] if only in item_stages() else None,
        gone=only == _GONE,
        among=changed if only == _CHANGED else None,
        spot=spot,
        limit=PAGE_SIZE,
    )
    shown = [each["id"] for each in found.items]
    context = {
        **layout(desk, visitor),
        "items": found.items,
        "ways": paging.ways("/beitraege", {"nur": only}, shown, found.earlier, found.later),
        "only": only,
        "now": stamp(desk.clock.now()),
        "choices": [
            ("", _("alle")),
            (_GONE, _("im Portal verschwunden")),
            (_CHANGED, _("im Portal geändert")),
            *item_stages().items(),
        ],
        "changed": changed,
        "gone": item_pages.gone_count(desk.deps),
        "floods": feed_views.floods(desk.deps),
        "troubled": [feed for feed in feed_views.feed_list(desk.deps) if feed["trouble"]],
        "may_edit": allowed(visitor.actor, "item.edit"),
        "message": _DONE.get(getan, lambda: "")(),
    }
    return desk.pages.show(request, "items.html", context)


@router.post("/schwall/{feed_id}")
def settle(request: Request, desk: At, visitor: Sender, feed_id: Key, zeit: Text = "", tun: Text = "") -> Response:
    """Take up, or lay aside, all that one poll brought at once."""
    try:
        at = datetime.fromisoformat(zeit)
    except ValueError:
        raise Refused(_("Das Formular ist unvollständig; bitte die Seite neu laden."), code="flood.settled") from None
    flood.settle(desk.deps, visitor.actor, feed_id, desk.clock.now(), take=tun == "aufnehmen", at=at)
    return see_other(done("/beitraege", "schwall"))


@router.post("/beitraege/{item_id}/behalten")
def keep(request: Request, desk: At, visitor: Sender, item_id: Key) -> Response:
    """Let the item stay although the portal no longer lists it."""

    def act() -> str:
        missing.keep(desk.deps, visitor.actor, item_id, desk.clock.now())
        return "behalten"

    return act_on(request, desk, visitor, item_id, act, {})


@router.get("/beitraege/{item_id}")
def show(request: Request, desk: At, visitor: Reader, item_id: Key, getan: str = "") -> Response:
    """Show one item."""
    require(visitor.actor, "read")
    return _page(request, desk, visitor, item_id, {"done": getan})


@router.post("/beitraege/{item_id}/klaerung")
def clear(request: Request, desk: At, visitor: Sender, item_id: Key, fields: Fields) -> Response:
    """Store the answers that were given; what was left empty stays open."""

    def act() -> str:
        _nothing_lost(views.item_show(desk.deps, item_id)["questions"], fields)
        clearing.clear(desk.deps, visitor.actor, item_id, answers_in(fields), desk.clock.now())
        return "geklaert"

    return act_on(request, desk, visitor, item_id, act, {"typed": fields})


@router.post("/beitraege/{item_id}/text")
def write(
    request: Request,
    desk: At,
    visitor: Sender,
    item_id: Key,
    kanal: Text = "",
    mal: Annotated[int, Form(ge=0, le=LARGEST)] = 0,
    du: Text = "",
    sie: Text = "",
) -> Response:
    """Give the item its own wording on a channel; ``mal`` (from 2 on) makes it the wording of one repeat."""
    key = _text_key(kanal, mal)
    wordings = {"du": du.replace("\r\n", "\n"), "sie": sie.replace("\r\n", "\n")}

    def act() -> str:
        du, sie, now = wordings["du"], wordings["sie"], desk.clock.now()
        clearing.write_text(desk.deps, visitor.actor, item_id, kanal, du, sie, now, occurrence=mal or None)
        return "text"

    return act_on(request, desk, visitor, item_id, act, {"typed_texts": {key: wordings}, "wrong_text": key})


@router.post("/beitraege/{item_id}/zurueckstellen")
def hold(request: Request, desk: At, visitor: Sender, item_id: Key) -> Response:
    """Hold the item back."""

    def act() -> str:
        clearing.hold(desk.deps, visitor.actor, item_id, desk.clock.now())
        return "zurueckgestellt"

    return act_on(request, desk, visitor, item_id, act, {})


@router.post("/beitraege/{item_id}/aufnehmen")
def take_up(request: Request, desk: At, visitor: Sender, item_id: Key) -> Response:
    """Let a held or older item go on."""

    def act() -> str:
        clearing.hold(desk.deps, visitor.actor, item_id, desk.clock.now(), held=False)
        return "aufgenommen"

    return act_on(request, desk, visitor, item_id, act, {})


@router.post("/beitraege/{item_id}/zurueckziehen")
def withdraw(request: Request, desk: At, visitor: Sender, item_id: Key, grund: Text = "") -> Response:
    """Take the item back everywhere."""

    def act() -> str:
        recalling.withdraw(desk.deps, visitor.actor, item_id, grund, desk.clock.now())
        return "zurueckgezogen"

    return act_on(request, desk, visitor, item_id, act, {"reason": grund})


@router.post("/beitraege/{item_id}/medium-zurueckziehen")
def withdraw_medium(
    request: Request, desk: At, visitor: Sender, item_id: Key, medium: Text = "", mediengrund: Text = ""
) -> Response:
    """Take a medium out of every item that has it, and down wherever it is public."""

    def act() -> str:
        recalling.withdraw_medium(desk.deps, visitor.actor, medium, mediengrund, desk.clock.now())
        return "medium"

    typed = {"medium_reason": mediengrund, "chosen_medium": medium, "wrong_field": "mediengrund"}
    return act_on(request, desk, visitor, item_id, act, typed)


@router.get("/beitraege/{item_id}/{verb}")
def back_to_item(visitor: Reader, item_id: Key, verb: str) -> Response:
    """Lead back to the item whoever reloads the answer to a form."""
    return see_other(f"/beitraege/{item_id}")


def answers_in(typed: Mapping[str, str]) -> list[Answer]:
    """Return the answers in a clearance form: fields ``QUESTION:SUBJECT``; empty ones only where that is an answer."""
    answers = []
    for name, value in typed.items():
        question, _colon, subject = name.partition(":")
        if question == "decorative":
            answers.append(Answer("alt", DECORATIVE, subject))
        elif question == "alt" and f"decorative:{subject}" in typed:
            continue
        elif question in ASKED and (value.strip() or optional(question)):
            answers.append(Answer(question, value.replace("\r\n", "\n").strip(), subject))
    return answers


def _nothing_lost(questions: Sequence[Mapping[str, Any]], typed: Mapping[str, str]) -> None:
    """Raises: Refused for an emptied answer, which would stay, and for an alternative text that would be dropped."""
    for number, question in enumerate(questions):
        name = f"{question['question']}:{question['subject']}"
        given, decorative = typed.get(name), f"decorative:{question['subject']}" in typed
        if given is None or question["answer"] is None or not question["needed"]:
            continue
        if not given.strip() and not (question["question"] == "alt" and decorative):
            text = _("Eine Angabe lässt sich ändern, aber nicht leeren: {question}").format(question=question["text"])
            raise Refused(text, code=f"{_EMPTIED}{number}")
        if given.strip() and decorative and question["question"] == "alt" and question["answer"] == DECORATIVE:
            text = _("Ein Schmuckbild hat keinen Alternativtext: bitte das Häkchen oder den Text wegnehmen.")
            raise Refused(text, code=f"{_EMPTIED}{number}")


def act_on(
    request: Request, desk: Desk, visitor: Visitor, item_id: int, act: Callable[[], str], extra: dict[str, Any]
) -> Response:
    """Do what a form of the item's page asks and show the page again, with what went wrong or was done."""
    try:
        return see_other(done(f"/beitraege/{item_id}", act()))
    except Refused as error:
        if error.code == "forbidden" or error.code.endswith(".unknown"):
            raise
        field = extra.get("wrong_field") or _field(error.code, extra.get("wrong_text", ""))
        context = {**extra, "error": {"text": error.text, "field": field}}
        return _page(request, desk, visitor, item_id, context, status_of(error))


def _field(code: str, text: str) -> str:
    """Return the id of the field that a refusal is about."""
    if code.startswith(_EMPTIED):
        return f"frage-{code.removeprefix(_EMPTIED)}"
    return {"reason.missing": "grund", "text.one_sided": f"du-{text}", "text.same": f"du-{text}"}.get(code, "")


def _page(
    request: Request, desk: Desk, visitor: Visitor, item_id: int, extra: dict[str, Any], status: int = 200
) -> Response:
    item = views.item_show(desk.deps, item_id)
    posts = views.post_list(desk.deps, actor=visitor.actor, item_id=item_id, brief=True)
    owners = views.organisation_list(desk.deps)
    said = {f"{each.question}:{each.subject}": each.answer for each in clearing.accept_feed(desk.deps, item_id)}
    what, typed = extra.pop("done", ""), extra.pop("typed", {})
    typed_texts = extra.pop("typed_texts", {})
    may_edit = allowed(visitor.actor, "item.edit")
    context = {
        "reason": "",
        "medium_reason": "",
        "typed_captions": None,
        "chosen_medium": "",
        "change": correcting.changed_show(desk.deps, item_id),
        "change_reason": "",
        "chosen_change": "leave",
        "wrong_text": "",
        **layout(desk, visitor),
        "item": item,
        "now": stamp(desk.clock.now()),
        "groups": _groups(item, said, typed),
        "exemptions": EXEMPTIONS.items(),
        "known_channels": ", ".join(sorted(desk.deps.connectors)),
        "texts": [
            text for channel in sorted(desk.deps.connectors) for text in _texts(desk, item, channel, typed_texts)
        ],
        "matrix": item_parts.matrix(desk, posts, owners),
        "last_change": correcting.last_change(desk.deps, item_id),
        "troubles": item_parts.troubles(desk, posts, owners),
        "may_clear": allowed(visitor.actor, "item.clear"),
        "may_edit": may_edit,
        "people": in_item(desk, visitor, item_id),
        **extra,
    }
    blocked = sum(
        post["blocked"] and post["state"] == State.DRAFTED
        for _name, cells in context["matrix"]["rows"]
        for post in chain.from_iterable(cells)
    )
    context["message"] = item_parts.message(what, item, blocked)
    return desk.pages.show(request, "item.html", context, status)


def _text_key(channel: str, occurrence: int) -> str:
    """Return what tells the form of one text from the others of its page."""
    return f"{channel}-{occurrence}" if occurrence else channel


def _texts(
    desk: Desk, item: dict[str, Any], channel: str, typed: dict[str, dict[str, str]]
) -> Iterator[dict[str, Any]]:
    """Yield the texts to be written for a channel's repeats; the one for all has a page of its own.

    It is here only when it was sent from here and refused, so that nothing typed is lost.
    """
    repeat = item["repeat"] or {"times": 0, "texts": []}
    held = {(each["channel"], each["occurrence"]): each for each in repeat["texts"]}
    held[channel, 0] = item["texts"].get(channel, {})
    label = said(desk.deps.connector(channel).label)
    for occurrence in (0, *range(2, repeat["times"] + 2)):
        key, own = _text_key(channel, occurrence), held.get((channel, occurrence), {})
        if not occurrence and key not in typed:
            continue
        again = _("{channel}, {number}. Wiederholung").format(channel=label, number=occurrence - 1)
        yield {
            "channel": channel,
            "occurrence": occurrence,
            "key": key,
            "label": again if occurrence else label,
            "du": own.get("du", ""),
            "sie": own.get("sie", ""),
            **typed.get(key, {}),
        }


def _groups(item: dict[str, Any], said: Mapping[str, str], typed: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the questions grouped by what they are about, each with the value its field starts with.

    Typed beats stored, stored beats what the feed says.
    """
    pictures = {medium["sha256"]: medium for medium in item["media"] if medium["sha256"]}
    groups: dict[str, dict[str, Any]] = {}
    for number, question in enumerate(item["questions"]):
        subject = question["subject"]
        group = groups.setdefault(
            subject, {"picture": pictures.get(subject), "questions": [], "number": len(groups), "subject": subject}
        )
        name = f"{question['question']}:{subject}"
        answer = typed.get(name, question["answer"] if question["answer"] is not None else said.get(name, ""))
        group["questions"].append(
            {
                **question,
                "name": name,
                "id": f"frage-{number}",
                "value": "" if answer == DECORATIVE else answer,
                "decorative": answer == DECORATIVE or f"decorative:{subject}" in typed,
                "open": question["open"],
                "from_feed": question["answer"] is None and name in said and name not in typed,
            }
        )
    for group in groups.values():
        group["bounded"] = any(question["value"] for question in group["questions"] if not question["needed"])
    return list(groups.values())

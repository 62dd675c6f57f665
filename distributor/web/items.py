"""Items, for editors: the list, one item with its questions in one short form, its channel texts, hold and withdraw."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from distributor.clearance import DECORATIVE
from distributor.domain import Refused, State
from distributor.locale import gettext as _
from distributor.locale import ngettext
from distributor.services import clearing, views
from distributor.services.clearing import Answer
from distributor.services.permission import allowed, require
from distributor.web.guarding import At, Desk, Fields, Key, Reader, Sender, Text, Visitor
from distributor.web.layout import done, layout
from distributor.web.pages import see_other
from distributor.web.posts import status_of

PAGE_SIZE = 25
_EMPTIED = "clearance.emptied."
_ANSWERED = ("people", "rights", "credit", "alt", "captions")

router = APIRouter()


@router.get("/beitraege")
def show_all(
    request: Request, desk: At, visitor: Reader, seite: Annotated[int, Query(ge=1, le=10_000)] = 1
) -> Response:
    """List the items, newest first."""
    require(visitor.actor, "read")
    items = views.item_list(desk.deps)
    first = (seite - 1) * PAGE_SIZE
    pages = max(1, -(-len(items) // PAGE_SIZE))
    context = {
        **layout(desk, visitor),
        "items": items[first : first + PAGE_SIZE],
        "total": len(items),
        "page": seite,
        "pages": pages,
        "before": f"/beitraege?seite={seite - 1}" if seite > 1 else "",
        "after": f"/beitraege?seite={seite + 1}" if seite < pages else "",
    }
    return desk.pages.show(request, "items.html", context)


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

    return _do(request, desk, visitor, item_id, act, {"typed": fields})


@router.post("/beitraege/{item_id}/text")
def write(
    request: Request, desk: At, visitor: Sender, item_id: Key, kanal: Text = "", du: Text = "", sie: Text = ""
) -> Response:
    """Give the item its own wording on a channel."""
    wordings = {"du": du.replace("\r\n", "\n"), "sie": sie.replace("\r\n", "\n")}

    def act() -> str:
        clearing.write_text(desk.deps, visitor.actor, item_id, kanal, wordings["du"], wordings["sie"], desk.clock.now())
        return "text"

    return _do(request, desk, visitor, item_id, act, {"typed_texts": {kanal: wordings}, "wrong_channel": kanal})


@router.post("/beitraege/{item_id}/zurueckstellen")
def hold(request: Request, desk: At, visitor: Sender, item_id: Key) -> Response:
    """Hold the item back."""

    def act() -> str:
        clearing.hold(desk.deps, visitor.actor, item_id, desk.clock.now())
        return "zurueckgestellt"

    return _do(request, desk, visitor, item_id, act, {})


@router.post("/beitraege/{item_id}/aufnehmen")
def take_up(request: Request, desk: At, visitor: Sender, item_id: Key) -> Response:
    """Let a held or older item go on."""

    def act() -> str:
        clearing.hold(desk.deps, visitor.actor, item_id, desk.clock.now(), held=False)
        return "aufgenommen"

    return _do(request, desk, visitor, item_id, act, {})


@router.post("/beitraege/{item_id}/zurueckziehen")
def withdraw(request: Request, desk: At, visitor: Sender, item_id: Key, grund: Text = "") -> Response:
    """Take the item back everywhere."""

    def act() -> str:
        clearing.withdraw(desk.deps, visitor.actor, item_id, grund, desk.clock.now())
        return "zurueckgezogen"

    return _do(request, desk, visitor, item_id, act, {"reason": grund})


@router.get("/beitraege/{item_id}/{verb}")
def back_to_item(visitor: Reader, item_id: Key, verb: str) -> Response:
    """Lead back to the item whoever reloads the answer to a form."""
    return see_other(f"/beitraege/{item_id}")


def answers_in(typed: Mapping[str, str]) -> list[Answer]:
    """Return the answers in a clearance form: fields ``QUESTION:SUBJECT``, empty ones left out."""
    answers = []
    for name, value in typed.items():
        question, _colon, subject = name.partition(":")
        if question == "decorative":
            answers.append(Answer("alt", DECORATIVE, subject))
        elif question == "alt" and f"decorative:{subject}" in typed:
            continue
        elif question in _ANSWERED and value.strip():
            answers.append(Answer(question, value.replace("\r\n", "\n").strip(), subject))
    return answers


def _nothing_lost(questions: Sequence[Mapping[str, Any]], typed: Mapping[str, str]) -> None:
    """Raises: Refused for an emptied answer, which would stay, and for an alternative text that would be dropped."""
    for number, question in enumerate(questions):
        name = f"{question['question']}:{question['subject']}"
        given, decorative = typed.get(name), f"decorative:{question['subject']}" in typed
        if given is None or question["answer"] is None:
            continue
        if not given.strip() and not (question["question"] == "alt" and decorative):
            text = _("Eine Angabe lässt sich ändern, aber nicht leeren: {question}").format(question=question["text"])
            raise Refused(text, code=f"{_EMPTIED}{number}")
        if given.strip() and decorative and question["question"] == "alt" and question["answer"] == DECORATIVE:
            text = _("Ein Schmuckbild hat keinen Alternativtext: bitte das Häkchen oder den Text wegnehmen.")
            raise Refused(text, code=f"{_EMPTIED}{number}")


def _do(
    request: Request, desk: Desk, visitor: Visitor, item_id: int, act: Callable[[], str], extra: dict[str, Any]
) -> Response:
    try:
        return see_other(done(f"/beitraege/{item_id}", act()))
    except Refused as error:
        if error.code == "forbidden" or error.code.endswith(".unknown"):
            raise
        context = {**extra, "error": {"text": error.text, "field": _field(error.code, extra.get("wrong_channel", ""))}}
        return _page(request, desk, visitor, item_id, context, status_of(error))


def _field(code: str, channel: str) -> str:
    """Return the id of the field that a refusal is about."""
    if code.startswith(_EMPTIED):
        return f"frage-{code.removeprefix(_EMPTIED)}"
    return {"reason.missing": "grund", "text.one_sided": f"du-{channel}"}.get(code, "")


def _page(
    request: Request, desk: Desk, visitor: Visitor, item_id: int, extra: dict[str, Any], status: int = 200
) -> Response:
    item = views.item_show(desk.deps, item_id)
    said = {f"{each.question}:{each.subject}": each.answer for each in clearing.accept_feed(desk.deps, item_id)}
    what, typed = extra.pop("done", ""), extra.pop("typed", {})
    typed_texts = extra.pop("typed_texts", {})
    may_edit = allowed(visitor.actor, "item.edit")
    context = {
        "reason": "",
        "wrong_channel": "",
        **layout(desk, visitor),
        "item": item,
        "groups": _groups(item, said, typed),
        "texts": [
            {"channel": channel, "label": connector.label, **_wording(item, channel, typed_texts)}
            for channel, connector in sorted(desk.deps.connectors.items())
        ],
        "posts": [
            {
                **post,
                "label": desk.deps.connector(post["channel"]).label,
                "blocked": next((each["text"] for each in post["problems"] if each["severity"] == "block"), ""),
            }
            for post in views.post_list(desk.deps, actor=visitor.actor, item_id=item_id)
        ],
        "may_clear": allowed(visitor.actor, "item.clear"),
        "may_edit": may_edit,
        **extra,
    }
    blocked = sum(1 for post in context["posts"] if post["blocked"] and post["state"] == State.DRAFTED)
    context["message"] = _message(what, item, blocked)
    return desk.pages.show(request, "item.html", context, status)


def _wording(item: dict[str, Any], channel: str, typed: dict[str, dict[str, str]]) -> dict[str, str]:
    held = item["texts"].get(channel, {"du": "", "sie": ""})
    return {"du": held["du"], "sie": held["sie"], **typed.get(channel, {})}


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
                "from_feed": question["answer"] is None and name in said and name not in typed,
            }
        )
    return list(groups.values())


def _message(what: str, item: dict[str, Any], blocked: int) -> str:
    """Return the sentence on what was done, as long as it holds."""
    sentences = {
        ("geklaert", item["stage"]): _cleared(len(item["open"])),
        ("text", item["stage"]): _written(blocked),
        ("zurueckgestellt", "held"): _("Zurückgestellt. Nichts davon wird freigegeben oder veröffentlicht."),
        ("aufgenommen", "active"): _("Aufgenommen. Die Posts werden zugeschnitten."),
        ("zurueckgezogen", "withdrawn"): _("Zurückgezogen. Was schon öffentlich war, wird gelöscht."),
    }
    return sentences.get((what, item["stage"]), "")


def _written(blocked: int) -> str:
    if not blocked:
        return _("Kanaltext gespeichert. Die Posts sind neu zugeschnitten.")
    return ngettext(
        "Kanaltext gespeichert. Bei einem Post ist noch etwas zu beheben; es steht unten bei ihm.",
        "Kanaltext gespeichert. Bei {number} Posts ist noch etwas zu beheben; es steht unten bei ihnen.",
        blocked,
    ).format(number=blocked)


def _cleared(left: int) -> str:
    if not left:
        return _("Gespeichert. Alles ist geklärt; die Posts können freigegeben werden.")
    return ngettext(
        "Gespeichert. Eine Angabe ist noch offen.", "Gespeichert. {number} Angaben sind noch offen.", left
    ).format(number=left)

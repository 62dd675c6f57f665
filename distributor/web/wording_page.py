"""An editor's own text of one item for one channel: written once, seen for any Jobcenter, judged for all of them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from distributor.domain import Refused
from distributor.services import clearing, proofreading
from distributor.services.permission import require
from distributor.services.proofreading import Proof, Proofs
from distributor.web.guarding import Asked, At, Desk, Key, Reader, Sender, Text, Visitor
from distributor.web.language import gettext as _
from distributor.web.layout import done, layout
from distributor.web.pages import is_partial, see_other
from distributor.web.posts import status_of
from distributor.web.preview import preview
from distributor.web.said import said

router = APIRouter()

_PATH = "/beitraege/{item_id}/kanaltext/{kanal}"


@router.get(_PATH)
def show(
    request: Request, desk: At, visitor: Reader, item_id: Key, kanal: str, kjc: Asked = "", getan: str = ""
) -> Response:
    """Show the text as it is stored, or the template's, and what it becomes."""
    extra = {"message": _("Kanaltext gespeichert. Die Posts sind neu zugeschnitten.") if getan == "text" else ""}
    return _page(request, desk, visitor, item_id, kanal, kjc, None, extra)


@router.post(_PATH)
def check(
    request: Request,
    desk: At,
    visitor: Sender,
    item_id: Key,
    kanal: str,
    kjc: Text = "",
    du: Text = "",
    sie: Text = "",
    tun: Text = "",
) -> Response:
    """Show what a text would become and store nothing; with ``tun=speichern`` store it."""
    require(visitor.actor, "item.edit")
    texts = du.replace("\r\n", "\n"), sie.replace("\r\n", "\n")
    extra: dict[str, Any] = {}
    if tun == "speichern":
        try:
            clearing.write_text(desk.deps, visitor.actor, item_id, kanal, *texts, desk.clock.now())
            where = _PATH.format(item_id=item_id, kanal=kanal)
            return see_other(done(f"{where}?kjc={kjc}" if kjc else where, "text"))
        except Refused as error:
            if error.code == "forbidden" or error.code.endswith(".unknown"):
                raise
            extra = {"error": {"text": error.text, "field": "du"}, "status": status_of(error)}
    return _page(request, desk, visitor, item_id, kanal, kjc, texts, extra)


def _page(
    request: Request,
    desk: Desk,
    visitor: Visitor,
    item_id: int,
    channel: str,
    chosen: str,
    texts: tuple[str, str] | None,
    extra: dict[str, Any],
) -> Response:
    connector = desk.deps.connector(channel)
    proofs = proofreading.proofread(desk.deps, visitor.actor, item_id, channel, texts, desk.clock.now())
    probed = {
        **layout(desk, visitor),
        "item": {"id": item_id, "title": proofs.title},
        "channel": channel,
        "label": said(connector.label),
        "proofs": proofs,
        "verdict": _verdict(proofs),
        "options": [(proof.organisation, proof.short) for proof in proofs.each],
        "limit": connector.limits.text,
        "unit": connector.limits.unit,
        "seen": [_seen(proof, preview(proof.post, connector)) for proof in _to_see(proofs, chosen)],
        "chosen": chosen,
        "du": proofs.texts[0],
        "sie": proofs.texts[1],
        **extra,
    }
    # What is typed must not be taken out of its field by the answer: a probe answers with its verdict alone.
    probe = is_partial(request) and request.headers.get("HX-Target") == "probe"
    template = "probe.html" if probe else "wording.html"
    return desk.pages.show(request, template, {**probed, "probe": probe}, extra.get("status", 200))


def _to_see(proofs: Proofs, chosen: str) -> list[Proof]:
    """Return whose previews to show: the chosen one's; else one with Du and one with Sie, the worst of each."""
    if chosen:
        return [proof for proof in proofs.each if proof.organisation == chosen][:1]
    by_worst = sorted(proofs.each, key=lambda proof: (proof.fits, -len(proof.problems), -proof.length))
    firsts = (next((proof for proof in by_worst if proof.address == address), None) for address in ("du", "sie"))
    return [proof for proof in firsts if proof is not None]


def _seen(proof: Proof, shown: Any) -> dict[str, Any]:
    problems = [{**asdict(problem), "fix": None} for problem in proof.problems]
    return {"proof": proof, "post": proof.post, "preview": shown, "problems": problems}


def _verdict(proofs: Proofs) -> str:
    """Return for how many the text fits."""
    total = len(proofs.each)
    if not total:
        return _("Auf diesem Kanal gibt es keinen Post mehr, den ein Text ändern würde.")
    if proofs.fitting == total:
        return _("Passt bei allen {total}.").format(total=total)
    return _("Passt bei {number} von {total}.").format(number=proofs.fitting, total=total)

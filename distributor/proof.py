"""The proof of deletion on paper: the same facts as its JSON, whose SHA-256 stands on it. Pure.

The standard fonts of every reader speak Latin-1 and a little more; a letter outside of it is printed as a question
mark, and the JSON has it.
"""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import Any

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

from distributor.domain import State
from distributor.takedown import CAUSE_WORDS, KIND_WORDS, OUTCOME_WORDS
from distributor.wording import STATE_WORDS, local_time

_TITLE = ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=16, leading=20)
_TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=9, leading=12, splitLongWords=True)
_CELL = ParagraphStyle("cell", parent=_TEXT, fontSize=7.5, leading=9.5)
_HEAD = ParagraphStyle("head", parent=_CELL, fontName="Helvetica-Bold")
_COLUMNS = ("Post", "Jobcenter", "Kanal", "Kennung und Adresse", "Veröffentlicht", "Gelöscht", "Ergebnis", "Beleg")
_WIDTHS = tuple(width * mm for width in (13, 38, 22, 72, 28, 28, 28, 48))


def as_pdf(proof: bytes) -> bytes:
    """Return the proof, given as its JSON, as a PDF; the same bytes for the same proof."""
    document = json.loads(proof)
    made = BytesIO()
    title = f"Löschnachweis {document['recall']}"
    template = SimpleDocTemplate(
        made, pagesize=landscape(A4), title=title, author="KJC-Verteiler", lang="de", invariant=1,
        leftMargin=10 * mm, rightMargin=10 * mm, topMargin=12 * mm, bottomMargin=12 * mm,
    )  # fmt: skip
    template.build([*_head(document, title), _posts(document["posts"]), *_foot(proof)])
    return made.getvalue()


def _head(document: dict[str, Any], title: str) -> Iterator[Flowable]:
    yield Paragraph(title, _TITLE)
    yield Spacer(1, 3 * mm)
    state = "Alles ist gelöscht." if document["complete"] else f"Noch offen: {document['open']}."
    for line in (
        f"Gegenstand: {KIND_WORDS[document['kind']]} {document['subject']}",
        f"Veranlasst: {_when(document['at'])}, {CAUSE_WORDS[document['cause']]} ({document['actor']})",
        f"Frist: {_when(document['deadline'])}",
        f"Stand: {state}",
        f"Portal: {_portal(document)}",
    ):
        yield Paragraph(_plain(line), _TEXT)
    yield Spacer(1, 4 * mm)


def _portal(document: dict[str, Any]) -> str:
    if document["portal_untold"]:
        return "weiß es noch nicht"
    return f"benachrichtigt {_when(document['portal_told_at'])}" if document["portal_told_at"] else "entfällt"


def _posts(posts: list[dict[str, Any]]) -> Table:
    rows = [[Paragraph(name, _HEAD) for name in _COLUMNS]]
    rows += [[Paragraph(_plain(cell), _CELL) for cell in _cells(post)] for post in posts]
    ruled = [
        ("GRID", (0, 0), (-1, -1), 0.4, colors.grey),
        ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
    return Table(rows, colWidths=_WIDTHS, repeatRows=1, splitInRow=1, style=ruled)


def _cells(post: dict[str, Any]) -> tuple[str, ...]:
    return (
        str(post["post"]),
        post["organisation_name"],
        f"{post['channel']}/{post['account']}",
        f"{post['remote_id']} {post['url']}".strip(),
        _when(post["published_at"]),
        _when(post["deleted_at"]),
        f"{OUTCOME_WORDS[post['outcome']]} (beim Rückruf: {STATE_WORDS[State(post['found'])]})",
        post["answer"] or post["task"],
    )


def _foot(proof: bytes) -> Iterator[Flowable]:
    yield Spacer(1, 4 * mm)
    yield Paragraph(f"SHA-256 des Nachweises als JSON: {hashlib.sha256(proof).hexdigest()}", _TEXT)
    yield Paragraph("Kennungen wie u-… stehen im Protokoll für Personen. Zeiten sind deutsche Ortszeit.", _TEXT)


def _when(written: str | None) -> str:
    return local_time(datetime.fromisoformat(written)) if written else ""


def _plain(text: str) -> str:
    """Return the text as the standard fonts can print it, with nothing in it that reads as markup."""
    return html.escape(text.encode("cp1252", "replace").decode("cp1252"), quote=False)

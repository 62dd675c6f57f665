"""The ability of a channel to change the text of a public post in place, and how a document asks for it.

A correction is a document of its own. Where it is to change what stands at the platform instead of standing beside it,
it names the remote post in ``extra``, so that a person approves that too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from connectors.base import Absent, Access, Field, Found, Receipt, RemotePost

EDITS = "edits"
"""Where a document names the remote post whose text it changes."""

CORRECTIONS = Field(
    "corrections",
    "Korrekturen",
    required=False,
    choices={"": "als neuer Post", "edit": "im veröffentlichten Post"},
    help="Als neuer Post erreicht die Korrektur auch, wer den falschen schon gelesen hat. Im veröffentlichten Post "
    "wird dessen Text geändert und sagt, dass er korrigiert ist; Bilder bleiben.",
)


@dataclass(frozen=True, slots=True)
class Edit:
    """Which remote post a document changes, and the how manyth text it then has: the first is 1."""

    remote_id: str
    revision: int


@runtime_checkable
class Corrects(Protocol):
    """The ability to change the text of one's own public post; media, link and everything else stay."""

    def correctable(self, post: RemotePost) -> bool:
        """Tell whether a post of this kind can be changed once it is public. Pure."""

    def correct(self, access: Access, post: RemotePost, remote_id: str) -> Receipt:
        """Give the public post this document's text; twice is once.

        Raises: ConnectorError; Rejected if it is gone or not ours, OutcomeUnknown when in doubt.
        """

    def stands(self, access: Access, post: RemotePost, remote_id: str, since: datetime) -> Found | Absent:
        """Tell whether the public post says what this document says; ``since`` is when that was first asked of it.

        Raises: ConnectorError (never OutcomeUnknown); Rejected if it is gone or not ours.
        """


def edit_of(post: RemotePost) -> Edit | None:
    """Return what the document changes, or None if it stands for itself."""
    named = post.extra.get(EDITS)
    return Edit(str(named["remote_id"]), int(named["revision"])) if named else None


def editing(post: RemotePost, edit: Edit) -> RemotePost:
    """Return the document that changes a public post instead of standing for itself."""
    return replace(post, extra={**post.extra, EDITS: {"remote_id": edit.remote_id, "revision": edit.revision}})


def only_text_differs(post: RemotePost, public: RemotePost) -> bool:
    """Tell whether nothing but the text of the public post would have to change."""
    kept = {name: value for name, value in public.extra.items() if name != EDITS}
    return replace(post, text="", extra=dict(post.extra)) == replace(public, text="", extra=kept)


def wants_edits(fields: Mapping[str, Any]) -> bool:
    """Tell whether an account's corrections change the public post."""
    return str(fields.get(CORRECTIONS.name) or "").strip() == "edit"

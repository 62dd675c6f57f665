"""Render one post of an Item: gather all that its text depends on, and hand it to the rules of tailoring."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from connectors._choices import limits_of, options_of
from connectors._corrections import Corrects, Edit, editing, only_text_differs, wants_edits
from connectors.base import Connector, Medium, PictureRules, RemotePost
from distributor.clearance import DECORATIVE
from distributor.domain import ChannelText, FeedItem, Organisation, State
from distributor.media.cards import card_of, card_shape, card_size
from distributor.media.shapes import shape_key
from distributor.services import amending, films
from distributor.services.deps import Deps
from distributor.services.media import by_picture
from distributor.services.renditions import credit_of, no_media, treatment, without_picture
from distributor.services.workpiece import Workpiece
from distributor.store import proofs
from distributor.store.tables import AccountRow, OrganisationRow, PostRow
from distributor.tailoring import Tailored
from distributor.wording import BERLIN


def variation(
    deps: Deps,
    session: Session,
    piece: Workpiece,
    post: PostRow,
    account: AccountRow,
    owner: OrganisationRow,
    now: datetime,
    officer_text: str | None,
) -> Tailored:
    """Return what the Item becomes for this post; taken from the Workpiece's drafts where one was made of the same."""
    connector = deps.connector(account.channel)
    organisation = piece.drafts.organisation(owner)
    template = piece.texts.get(account.channel)
    options = options_of(connector, account.fields)
    limits = limits_of(connector, post.form, options)
    media, decorative = _media(piece, connector, organisation, limits.pictures)
    corrected = corrected_by(session, post)
    given: dict[str, Any] = {
        "content": piece.content,
        "organisation": organisation,
        "template": template if template is not None else ChannelText(account.channel, ()),
        "connector": connector,
        "link": link_of(deps, piece.content, organisation, post.code),
        "media": media,
        "credit": _credit(piece),
        "override": piece.override(account.channel, post.occurrence),
        "officer_text": officer_text,
        "label": piece.clearance.label,
        "form": post.form,
        "options": options,
        "decorative": decorative,
        "captioned": _captioned(piece),
        "lexicon": piece.lexicon,
        "today": now.date(),
        "corrects": corrected.published_at.astimezone(BERLIN).date() if corrected and corrected.published_at else None,
    }
    which = (account.id, post.form, post.occurrence, officer_text)
    edit = _edit(session, connector, account, corrected)
    if edit is not None and corrected is not None:
        public = RemotePost.of(corrected.document)
        changed = piece.drafts.made((*which, "edit"), given | {"link": public.link, "in_place": True})
        if only_text_differs(changed.remote, public) and bool(public.link) == bool(given["link"]):
            return replace(changed, remote=editing(changed.remote, edit))
    return piece.drafts.made(which, given)


def _edit(session: Session, connector: Connector, account: AccountRow, corrected: PostRow | None) -> Edit | None:
    """Return which remote post a correction may change, where its account wants that and the network does it."""
    if corrected is None or not isinstance(connector, Corrects) or not wants_edits(account.fields):
        return None
    receipt = proofs.receipts(session, [corrected.id]).get(corrected.id)
    if receipt is None or corrected.state != State.PUBLISHED:
        return None
    if not amending.named_by_platform(session, corrected.id, corrected.document):
        return None
    possible = connector.correctable(RemotePost.of(corrected.document))
    return Edit(receipt.remote_id, receipt.revision + 1) if possible else None


def corrected_by(session: Session, post: PostRow) -> PostRow | None:
    """Return the public post that this one corrects, if it does."""
    return session.get_one(PostRow, post.corrects_id) if post.corrects_id is not None else None


def link_of(deps: Deps, content: FeedItem, organisation: Organisation, code: str) -> str:
    """Return the address a post leads to: its own short link, so that the post can be found again by it."""
    target = content.link or organisation.pages.landing or organisation.pages.home
    return f"{deps.settings.public_url}/s/{code}" if target and deps.settings.short_links else target


def _media(
    piece: Workpiece, connector: Connector, organisation: Organisation, rules: PictureRules
) -> tuple[tuple[Medium, ...], frozenset[str]]:
    said = by_picture(piece.content.media)
    film = films.medium_of(piece, connector)
    if film is not None:
        return (film,), frozenset()
    if without_picture(piece, connector):
        return _card(piece, connector, organisation), frozenset()
    media: list[Medium] = []
    decorative: set[str] = set()
    for row in [row for row in piece.media if row.state == "ready"][: rules.at_most]:
        made = piece.renditions.get((row.sha256, shape_key(rules, treatment(piece, row, connector.channel))))
        if made is None:
            continue
        alt = piece.answers.get(("alt", row.sha256), said[row.url].alt or "")
        if alt == DECORATIVE:
            alt = ""
            decorative.add(made.sha256)
        media.append(Medium(made.sha256, made.mime, made.width, made.height, made.size, alt))
    return tuple(media), frozenset(decorative)


def _card(piece: Workpiece, connector: Connector, organisation: Organisation) -> tuple[Medium, ...]:
    """Return the title card, where the channel wants one and it is made."""
    if no_media(piece, connector.channel) != "card":
        return ()
    card = card_of(piece.content, organisation)
    made = piece.cards.get((card.source, card_shape(card_size(connector.limits.pictures))))
    return (Medium(made.sha256, made.mime, made.width, made.height, made.size, card.alt),) if made else ()


def _captioned(piece: Workpiece) -> frozenset[str]:
    """Return the addresses of the videos whose captions an editor settled."""
    return frozenset(
        question.subject
        for question in piece.questions
        if question.key == "captions" and question not in piece.unanswered
    )


def _credit(piece: Workpiece) -> str:
    """Return the credits of the pictures, each once; before clearance what the feed says."""
    said = [credit_of(piece, row) for row in piece.media if row.state == "ready"]
    return ", ".join(dict.fromkeys(credit for credit in said if credit))

"""Make posts of an Item: one variant per account, rendered, checked, and its life adjusted to what changed."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from connectors.base import Connector, Medium
from distributor.clearance import DECORATIVE
from distributor.domain import DAEMON, Actor, ChannelText, FeedItem, Organisation, Problem, State
from distributor.lifecycle import APPROVED, OPEN_TO_EDITING, Tailored, decide
from distributor.log import about
from distributor.media.shapes import shape_key
from distributor.services import films
from distributor.services.deps import Deps
from distributor.services.gating import closed_gates
from distributor.services.media import by_picture, make_renditions, sync_media
from distributor.services.moving import apply, facts_of
from distributor.services.trying import trial
from distributor.services.workpiece import Workpiece, workpiece
from distributor.store import items
from distributor.store.posts import BEHIND
from distributor.store.tables import AccountRow, ItemRow, OrganisationRow, PostRow
from distributor.tailoring import MENDS, Mended, mended, tailor
from distributor.tailoring import Tailored as Variation
from distributor.wording import BERLIN

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"

_log = structlog.get_logger()


def tailor_stale(deps: Deps, now: datetime) -> int:
    """Make anew the posts of every Item that changed and whose media have arrived; return how many Items that were.

    One that kills the daemon is left as it is, until it changes again: its approved posts wait, and then are missed.
    """
    with deps.store.read() as session:
        waiting = list(items.stale(session))
    done = 0
    for item_id, revision in waiting:
        with about(item_id):
            try:
                with trial(deps, f"item/{item_id}/{revision}", now) as allowed:
                    done += allowed and tailor_item(deps, item_id, now)
            except Exception:
                _log.exception("item_not_tailored", item=item_id)
    return done


def tailor_item(deps: Deps, item_id: int, now: datetime) -> bool:
    """Make one Item's posts; False while its media have not all been fetched or refused."""
    with deps.store.write() as session:
        item = _locked(session, item_id)
        revision = item.revision
        known = {row.url: row for row in items.media(session, item_id)}
        unseen = sync_media(item, known)
        session.add_all(unseen)
        session.flush()
        if any(row.kind != "captions" for row in unseen):
            for question in ("people", "elected"):
                items.ask_again(session, item_id, question, DAEMON.login, now)
        if not workpiece(session, item).complete:
            return False
    make_renditions(deps, item_id)
    with deps.store.write() as session:
        item = _locked(session, item_id)
        if item.revision != revision:  # its media have not been looked at yet
            return False
        films.order_films(deps, session, workpiece(session, item), now)
        shape_posts(deps, session, item, now)
        item.stale = False
    _log.info("item_tailored", item=item_id, revision=revision)
    return True


def _locked(session: Session, item_id: int) -> ItemRow:
    item = items.locked(session, item_id)
    if item is None:
        raise LookupError(f"there is no item {item_id}")
    return item


def shape_posts(
    deps: Deps,
    session: Session,
    item: ItemRow,
    now: datetime,
    *,
    actor: Actor = DAEMON,
    void: bool = False,
    fresh: Sequence[PostRow] = (),
) -> None:
    """Render an Item for every account and adjust each post's life. ``void`` takes back Approvals in any case.

    ``fresh`` are further posts of it that have nothing to say yet.
    """
    piece = workpiece(session, item)
    item.cleared_at = (item.cleared_at or now) if piece.complete and not piece.unanswered else None
    held = items.posts_of(session, item.id, lock=True)
    existing: dict[int, list[PostRow]] = {}
    for post in (*held, *fresh):
        existing.setdefault(post.account_id, []).append(post)
    shaped: list[tuple[PostRow, Tailored]] = []
    for account, owner in items.accounts(session):
        missing = [new_post(item, account, now)] if item.stage == "active" and account.retiring_at is None else []
        for post in existing.get(account.id, missing):
            if State(post.state) in OPEN_TO_EDITING:
                shaped.append((post, _shape(deps, session, piece, post, account, owner, now=now, void=void)))
            else:
                _mark_behind(deps, session, piece, post, account, owner, now=now, void=void)
    session.add_all(post for post, _ in shaped)
    session.flush()  # once: a country has thousands of accounts
    for post, happening in shaped:
        _adjust(deps, session, item, post, happening, now, actor)


def reshape(deps: Deps, session: Session, post: PostRow, now: datetime, *, actor: Actor, void: bool = False) -> None:
    """Render one post anew after a person changed it."""
    item = session.get_one(ItemRow, post.item_id)
    piece = workpiece(session, item)
    account = session.get_one(AccountRow, post.account_id)
    owner = session.get_one(OrganisationRow, account.organisation_id)
    happening = _shape(deps, session, piece, post, account, owner, now=now, void=void)
    session.add(post)
    session.flush()
    _adjust(deps, session, item, post, happening, now, actor)


def mended_text(deps: Deps, session: Session, post: PostRow, now: datetime, rule: str | None) -> Mended:
    """Carry out every Fix in the post's text that the rules on texts name, or the one rule's."""
    piece = workpiece(session, session.get_one(ItemRow, post.item_id))
    account = session.get_one(AccountRow, post.account_id)
    owner = session.get_one(OrganisationRow, account.organisation_id)

    def problems(text: str) -> Iterator[Problem]:
        made = _variation(deps, session, piece, post, account, owner, now, text)
        for problem in made.problems:
            yield problem if MENDS.get(problem.rule) == "text" else replace(problem, fix=None)

    text: str = post.document["text"]
    return mended(text, problems, rule)


def new_post(
    item: ItemRow,
    account: AccountRow,
    now: datetime,
    form: str = "feed",
    *,
    occurrence: int = 1,
    earliest_at: datetime | None = None,
    corrects: int | None = None,
) -> PostRow:
    """Return a Post that has nothing to say yet; a repeat may not appear before ``earliest_at``.

    ``corrects`` is the public post that it corrects, whose form and occurrence it shares.
    """
    return PostRow(
        item_id=item.id,
        account_id=account.id,
        form=form,
        occurrence=occurrence,
        corrects_id=corrects,
        earliest_at=earliest_at,
        code="".join(secrets.choice(_ALPHABET) for _ in range(8)),
        state=State.DRAFTED,
        digest="",
        created_at=now,
        changed_at=now,
    )


def _shape(
    deps: Deps,
    session: Session,
    piece: Workpiece,
    post: PostRow,
    account: AccountRow,
    owner: OrganisationRow,
    *,
    now: datetime,
    void: bool,
) -> Tailored:
    """Give the Post its document and problems, and return what that means for its life."""
    made = _variation(deps, session, piece, post, account, owner, now, post.officer_text)
    problems = [
        *_media_problems(piece),
        *films.problems(piece, deps.connector(account.channel)),
        *_gate_problems(deps, piece, account, owner, now),
        *_repeat_problems(piece, post, account),
        *_correction_problems(deps, session, piece, post, account, owner, now),
        *made.problems,
    ]
    digest = made.remote.digest
    changed = digest != post.digest
    if changed and post.approved_digest is not None:
        changed = digest != post.approved_digest
    changed = changed or post.item_revision == BEHIND
    post.document, post.digest = made.remote.document(), digest
    post.problems = [asdict(problem) for problem in problems]
    post.item_revision = piece.item.revision
    blocked = any(problem.severity == "block" for problem in problems)
    return Tailored(blocked=blocked, cleared=piece.cleared, changed=changed or void)


def _adjust(
    deps: Deps, session: Session, item: ItemRow, post: PostRow, happening: Tailored, now: datetime, actor: Actor
) -> None:
    """Move the Post as its new document wants it."""
    move = decide(happening, facts_of(post), now, deps.policy)
    if move.to != post.state:
        apply(session, post, move, now=now, actor=actor, what="tailored")
        if move.to is State.AWAITING and (happening.blocked or not happening.cleared):
            back = decide(happening, facts_of(post), now, deps.policy)
            apply(session, post, back, now=now, actor=actor, what="tailored")
    elif post.state in (State.SCHEDULED, State.STAGED):
        return
    _forget_impossible_time(post, item)


def _mark_behind(
    deps: Deps,
    session: Session,
    piece: Workpiece,
    post: PostRow,
    account: AccountRow,
    owner: OrganisationRow,
    *,
    now: datetime,
    void: bool,
) -> None:
    """Note on a Post whose release is under way that its Approval is void, should it come back unreleased."""
    if State(post.state) not in APPROVED:
        return
    made = _variation(deps, session, piece, post, account, owner, now, post.officer_text)
    if void or not piece.cleared or made.remote.digest != post.approved_digest:
        post.item_revision = BEHIND


def _forget_impossible_time(post: PostRow, item: ItemRow) -> None:
    """Drop a proposed time that an embargo or the end of validity has overtaken; planning proposes another."""
    if post.state != State.AWAITING or post.due_at is None:
        return
    too_early = item.embargo_until is not None and post.due_at < item.embargo_until
    too_late = item.valid_until is not None and post.due_at >= item.valid_until
    if too_early or too_late:
        post.due_at, post.plan_why = None, ""


def _variation(
    deps: Deps,
    session: Session,
    piece: Workpiece,
    post: PostRow,
    account: AccountRow,
    owner: OrganisationRow,
    now: datetime,
    officer_text: str | None,
) -> Variation:
    connector = deps.connector(account.channel)
    organisation = piece.organisation(owner)
    template = piece.texts.get(account.channel)
    media, decorative = _media(piece, connector)
    corrected = _corrected(session, post)
    return tailor(
        piece.content,
        organisation,
        template if template is not None else ChannelText(account.channel, ()),
        connector,
        link=link_of(deps, piece.content, organisation, post.code),
        media=media,
        credit=_credit(piece),
        override=piece.override(account.channel, post.occurrence),
        officer_text=officer_text,
        label=piece.clearance.label,
        form=post.form,
        decorative=decorative,
        captioned=_captioned(piece),
        lexicon=piece.lexicon,
        today=now.date(),
        corrects=corrected.published_at.astimezone(BERLIN).date() if corrected and corrected.published_at else None,
    )


def _corrected(session: Session, post: PostRow) -> PostRow | None:
    return session.get_one(PostRow, post.corrects_id) if post.corrects_id is not None else None


def link_of(deps: Deps, content: FeedItem, organisation: Organisation, code: str) -> str:
    """Return the address a post leads to: its own short link, so that the post can be found again by it."""
    target = content.link or organisation.pages.landing or organisation.pages.home
    return f"{deps.settings.public_url}/s/{code}" if target and deps.settings.short_links else target


def _media(piece: Workpiece, connector: Connector) -> tuple[tuple[Medium, ...], frozenset[str]]:
    rules = connector.limits.pictures
    said = by_picture(piece.content.media)
    film = films.medium_of(piece, connector)
    if film is not None:
        return (film,), frozenset()
    media: list[Medium] = []
    decorative: set[str] = set()
    for row in [row for row in piece.media if row.state == "ready"][: rules.at_most]:
        made = piece.renditions.get((row.sha256, shape_key(rules)))
        if made is None:
            continue
        alt = piece.answers.get(("alt", row.sha256), said[row.url].alt or "")
        if alt == DECORATIVE:
            alt = ""
            decorative.add(made.sha256)
        media.append(Medium(made.sha256, made.mime, made.width, made.height, made.size, alt))
    return tuple(media), frozenset(decorative)


def _captioned(piece: Workpiece) -> frozenset[str]:
    """Return the addresses of the videos whose captions an editor settled."""
    return frozenset(
        question.subject
        for question in piece.questions
        if question.key == "captions" and question not in piece.unanswered
    )


def _credit(piece: Workpiece) -> str:
    """Return the credits of the pictures, each once; before clearance what the feed says."""
    fed = by_picture(piece.content.media)
    said = [
        piece.answers.get(("credit", row.sha256)) or fed[row.url].credit or piece.content.credit
        for row in piece.media
        if row.state == "ready"
    ]
    return ", ".join(dict.fromkeys(credit for credit in said if credit))


def _media_problems(piece: Workpiece) -> list[Problem]:
    """Return a blocking problem for each medium that could not be used: nothing goes out silently poorer."""
    return [
        Problem("media.refused", "block", f"Bild {row.position + 1} kann nicht verwendet werden: {row.trouble}")
        for row in piece.media
        if row.state == "refused"
    ]


def _gate_problems(
    deps: Deps, piece: Workpiece, account: AccountRow, owner: OrganisationRow, now: datetime
) -> list[Problem]:
    """Return a blocking problem for each gate that is closed to this account; open questions concern the whole Item."""
    if piece.unanswered:
        return []
    closed = closed_gates(deps, piece.clearance, account.channel, owner.slug, now)
    return [Problem(gate.code, "block", gate.text) for gate in closed]


def _repeat_problems(piece: Workpiece, post: PostRow, account: AccountRow) -> list[Problem]:
    """Return a blocking problem for a repeat that would say again what was said before."""
    own = (account.channel, post.occurrence) in piece.overrides or post.officer_text is not None
    if post.occurrence == 1 or post.corrects_id is not None or own:
        return []
    text = (
        f"Die {post.occurrence - 1}. Wiederholung hat noch keinen eigenen Text; bitte einen für "
        f"{account.channel} schreiben, denn derselbe Text soll nicht zweimal erscheinen."
    )
    return [Problem("repeat.same_text", "block", text)]


def _correction_problems(
    deps: Deps,
    session: Session,
    piece: Workpiece,
    post: PostRow,
    account: AccountRow,
    owner: OrganisationRow,
    now: datetime,
) -> list[Problem]:
    """Return a blocking problem for a correction that says again what the public post says."""
    original = _corrected(session, post)
    if original is None or post.officer_text is not None:
        return []
    if _variation(deps, session, piece, original, account, owner, now, None).remote.digest != original.digest:
        return []
    text = (
        "Die Korrektur sagt dasselbe wie der veröffentlichte Post: Was sich im Portal geändert hat, steht nicht in "
        "ihm. Bitte einen eigenen Text schreiben, der sagt, was richtig ist, oder sie ablehnen."
    )
    return [Problem("correction.same_text", "block", text)]

"""Write to people: each morning what waits for them, at once what went wrong, before the conference the week.

Each letter has a cause and is noted before it is handed over, so it is sent once at most. One that the mail server
surely did not take is due again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from distributor.domain import Actor, Refused, Role
from distributor.locale import gettext as _
from distributor.locale import ngettext
from distributor.mailing import Letter, Line, NotHandedOver, hand_over, message
from distributor.services import conference, people
from distributor.services import today as start
from distributor.services.account_views import Matter, Standing
from distributor.services.deps import Deps
from distributor.services.permission import require
from distributor.services.today import Today
from distributor.store.posts import record
from distributor.store.tables import LetterRow, MailboxRow, UserRow
from distributor.wording import BERLIN, STATE_WORDS, local_time

MORNING = 7
"""The hour of a working day, in German time, from which on the morning's letter is sent; own choice."""

_AT_ONCE = frozenset({Matter.HELD, Matter.LACKS, Matter.ENDED, Matter.ENDING})
_SATURDAY = 5

_log = structlog.get_logger()


def set_address(deps: Deps, actor: Actor, login: str, address: str, now: datetime) -> None:
    """Say where a person wants to be written to; empty: nowhere. Raises: Refused."""
    if login != actor.login:
        require(actor, "user")
    name, at, host = address.strip().partition("@")
    if address.strip() and not (name and at and "." in host and not set(address.strip()) & set(" <>,;:\r\n\"'")):
        raise Refused(f"„{address.strip()}“ ist keine E-Mail-Adresse.", code="user.email")
    with deps.store.write() as session:
        row = session.scalars(select(UserRow).where(UserRow.login == login)).one_or_none()
        if row is None:
            raise Refused(f"„{login}“ ist keine bekannte Person.", code="user.unknown")
        box = session.get(MailboxRow, row.id)
        if box is not None:
            session.delete(box)
            session.flush()
        if address.strip():
            session.add(MailboxRow(user_id=row.id, address=address.strip()))
        record(session, now=now, actor=actor, what="user.mailbox", subject="user", subject_id=row.id)


def addresses(deps: Deps) -> dict[str, str]:
    """Return the address of each login that has one."""
    with deps.store.read() as session:
        query = select(UserRow.login, MailboxRow.address).join(MailboxRow, MailboxRow.user_id == UserRow.id)
        return {login: address for login, address in session.execute(query)}  # noqa: C416 - rows are no pairs to mypy


def send_due(deps: Deps, clock: Callable[[], datetime]) -> int:
    """Send every letter whose cause has come; return how many were handed over."""
    if not deps.settings.smtp_url:
        return 0
    now = clock()
    with deps.store.read() as session:
        query = select(UserRow, MailboxRow.address).join(MailboxRow, MailboxRow.user_id == UserRow.id)
        readers = [
            (row.id, address, people.actor_of(session, row, now))
            for row, address in session.execute(query.where(UserRow.active))
        ]
    sent = 0
    for user_id, address, actor in readers:
        for about, letter in due(deps, actor, now):
            sent += _send(deps, user_id, address, about, letter, clock)
    return sent


def due(deps: Deps, actor: Actor, now: datetime) -> Iterator[tuple[str, Letter]]:
    """Yield each letter whose cause stands now, with the name of that cause; sent ones among them."""
    found = start.today(deps, actor, now, machine=False)
    desk = deps.settings.desk_url
    local = now.astimezone(BERLIN)
    working = local.weekday() < _SATURDAY and local.hour >= MORNING
    if working and found.awaiting.total and actor.has(Role.OFFICER):
        yield f"morning.{local:%Y-%m-%d}", _morning(found, desk)
    if actor.has(Role.OFFICER):
        for line in found.wrong.lines:
            yield f"post.{line.id}.{line.state}.{line.at and line.at.isoformat()}", _trouble(line, desk)
    for each in found.accounts.lines:
        if each.matter in _AT_ONCE:
            ends, paused = each.account["ends_at"], each.account["paused_at"]
            yield f"account.{each.account['id']}.{each.matter}.{paused or ends or ''}", _account(each, desk)
    if working and local.weekday() == deps.settings.conference_eve and actor.has(Role.EDITOR):
        yield f"week.{local:%G-%V}", _week(deps, actor, now, desk)


def _morning(found: Today, desk: str) -> Letter:
    number = found.awaiting.total
    lead = ngettext("Ein Post wartet auf Ihre Freigabe.", "{number} Posts warten auf Ihre Freigabe.", number).format(
        number=number
    )
    return Letter(lead, lead, [_line(line, desk) for line in found.awaiting.lines], f"{desk}/")


def _line(line: start.Line, desk: str) -> Line:
    when = local_time(line.at) if line.at else _("noch ohne Zeit")
    return Line(line.title, f"{line.channel}, {line.organisation_name}, {when}", f"{desk}/post/{line.id}")


def _trouble(line: start.Line, desk: str) -> Letter:
    word = STATE_WORDS[line.state]
    why = line.reason or _("Bitte ansehen.")
    told = Line(line.title, why, f"{desk}/post/{line.id}")
    lead = _("Ein Post braucht Sie ({state}).").format(state=word)
    return Letter(f"{word.capitalize()}: {line.title}", lead, [told], f"{desk}/")


def _account(each: Standing, desk: str) -> Letter:
    account = each.account
    name = f"{account['channel']}, {account['organisation_name']}"
    ends = datetime.fromisoformat(account["ends_at"]) if account["ends_at"] else None
    reasons = {
        Matter.HELD: str(account["paused_reason"]),
        Matter.LACKS: _("Dem Zugang fehlt: {what}.").format(what="; ".join(account["lacks"])),
    }
    dying = _("Der Zugang endet am {time}.").format(time=local_time(ends)) if ends else ""
    why = reasons.get(each.matter, dying)
    told = Line(name, f"{why} {_('Bitte das Konto ansehen.')}".strip(), f"{desk}/konten/{account['id']}")
    subject = _("Konto braucht jemanden: {name}").format(name=name)
    return Letter(subject, _("Ein Konto braucht jemanden."), [told], f"{desk}/konten?nur=offen")


def _week(deps: Deps, actor: Actor, now: datetime, desk: str) -> Letter:
    found = conference.conference(deps, actor, now)
    page, nothing = f"{desk}/sitzung", _("nichts")
    public, waiting = found.published_total, sum(each.number for each in found.open)
    unclear, topics = len(found.unclear), sum(each.item is None for each in found.topics)
    appeared = ngettext("Ein Post ist erschienen.", "{number} Posts sind erschienen.", public).format(number=public)
    posts = ngettext("ein Post", "%(count)s Posts", waiting) % {"count": waiting} if waiting else nothing
    entries = ngettext("ein Beitrag", "{number} Beiträge", unclear).format(number=unclear) if unclear else nothing
    met = "; ".join(text for _day, text in found.collisions)
    lines = [
        Line(_("Letzte Woche"), appeared if public else _("Nichts ist erschienen."), f"{page}#war"),
        Line(_("Offene Freigaben"), posts, f"{page}#offen"),
        Line(_("Rechte fehlen"), entries, f"{page}#rechte"),
        Line(_("Was sich trifft"), met or nothing, f"{page}#kommt"),
        Line(_("Themen ohne Beitrag"), str(topics) if topics else nothing, f"{page}#themen"),
    ]
    return Letter(_("Die Woche vor der Redaktionssitzung"), _("Das steht zur Redaktionssitzung an."), lines, page)


def _send(deps: Deps, user_id: int, address: str, about: str, letter: Letter, clock: Callable[[], datetime]) -> bool:
    """Note the letter, then hand it over; take the note back where it surely was not taken."""
    with deps.store.write() as session:
        if not _noted(session, user_id, about, clock()):
            return False
    settings = deps.settings
    try:
        hand_over(message(letter, settings.mail_from, address), settings.smtp_url, settings.smtp_password)
    except NotHandedOver as error:
        _log.warning("letter_not_taken", about=about, error=str(error))
        with deps.store.write() as session:
            row = session.get(LetterRow, (user_id, about))
            if row is not None:
                session.delete(row)
        return False
    return True


def _noted(session: Session, user_id: int, about: str, now: datetime) -> bool:
    """Note that a letter is sent; False if it was, or another daemon does it in the same moment."""
    if session.get(LetterRow, (user_id, about)) is not None:
        return False
    try:
        with session.begin_nested():
            session.add(LetterRow(user_id=user_id, about=about, at=now))
    except IntegrityError:
        return False
    return True

"""Whether the distributor can publish: the daemon, what is due, feeds, accounts, Stops; ok, or what to do."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from distributor.domain import Refused, State
from distributor.lifecycle import HANDED
from distributor.services import findings, own_pages, restoring, stop_files, trying, webhooks
from distributor.services.accounts import WARNED_BEFORE, missing_fields
from distributor.services.consent_views import ending_soon
from distributor.services.correcting import examine_changes
from distributor.services.costing import bill_of
from distributor.services.deps import Deps
from distributor.services.feed_findings import examine_feeds
from distributor.services.figures import LATE
from distributor.services.findings import Finding
from distributor.services.recall_views import examine_recalls
from distributor.services.stopping import active
from distributor.store import items, migrations
from distributor.store.tables import AccountRow, DutyRow, ItemRow, PostRow, StageRow, WorkerRow
from distributor.wording import local_time

_QUIET_DAEMON = timedelta(minutes=2)
_UNTAILORED = timedelta(minutes=15)
_FOR_A_PERSON = (HANDED, "outcome.person", "retract.person", "receipt.taken")


def examine(deps: Deps, now: datetime) -> list[Finding]:
    """Look at everything that publishing needs."""
    schema = _schema(deps)
    if not schema.ok:
        return [*findings.settings(deps), findings.key(deps, None), findings.disk(deps), schema, *held_by_files(deps)]
    with deps.store.read() as session:
        found = [*findings.settings(deps), findings.key(deps, session), findings.disk(deps), schema]
        found += [findings.clock(deps, session, now), _daemon(session, now), _lateness(session, now), *_duties(session)]
        found += [
            *_waiting(session),
            *examine_feeds(deps, session, now),
            *examine_changes(session),
            *examine_recalls(deps, session, now),
            *_items(session, now),
            *_deadly(session),
            *_restored(deps),
            *_leftovers(session),
            *_accounts(deps, session, now),
            *own_pages.examine(deps, session),
            *webhooks.examine(session, now),
            *_stops(session),
            *held_by_files(deps),
            *_consents(session, now),
        ]
    return found


def _consents(session: Session, now: datetime) -> list[Finding]:
    """Consents of people in items that end soon, for instance because somebody comes of age."""
    return [
        Finding(f"Einwilligung {key}", False, f"gilt bis zum {end:%d.%m.%Y}; bitte rechtzeitig erneuern lassen.")
        for key, end in ending_soon(session, now)
    ]


def _schema(deps: Deps) -> Finding:
    try:
        state = migrations.state(deps.store)
    except SQLAlchemyError as error:
        text = f"Die Datenbank ist nicht erreichbar ({type(error).__name__}); bitte DISTRIBUTOR_DATABASE_URL prüfen."
        return Finding("Datenbank", False, text, grave=True)
    if state.current != state.head:
        text = "Die Datenbank ist nicht auf dem Stand des Programms; `distributor db upgrade` bringt sie dorthin."
        return Finding("Datenbank", False, text, grave=True)
    return Finding("Datenbank", True, f"Stand {state.head}")


def _daemon(session: Session, now: datetime) -> Finding:
    seen = session.scalar(select(func.max(WorkerRow.seen_at)))
    if seen is None or now - seen > _QUIET_DAEMON:
        when = f"seit {local_time(seen)}" if seen else "noch nie"
        text = f"Kein Dienst läuft ({when} gesehen); `distributor run` oder `distributor up` startet ihn."
        return Finding("Dienst", False, text, grave=True)
    return Finding("Dienst", True, f"zuletzt {local_time(seen)}")


def _lateness(session: Session, now: datetime) -> Finding:
    oldest = session.scalar(
        select(func.min(PostRow.due_at)).where(
            PostRow.state.in_((State.SCHEDULED, State.STAGED, State.PUBLISHING)), PostRow.due_at <= now
        )
    )
    if oldest is not None and now - oldest > LATE:
        text = f"Der älteste fällige Post wartet seit {local_time(oldest)}; `distributor posts list` zeigt warum."
        return Finding("Pünktlichkeit", False, text, grave=True)
    return Finding("Pünktlichkeit", True, "nichts ist verspätet")


def _waiting(session: Session) -> list[Finding]:
    """Posts that nothing but a person can move on."""
    open_ = PostRow.state.in_((State.UNCERTAIN, State.RETRACTING))
    person = or_(PostRow.state.in_((State.FAILED, State.MISSED)), open_ & PostRow.reason_code.in_(_FOR_A_PERSON))
    number = session.scalar(select(func.count()).select_from(PostRow).where(person)) or 0
    if not number:
        return [Finding("Wartet auf Menschen", True, "nichts")]
    text = f"{number} fehlgeschlagen, verpasst oder ungeklärt; `distributor posts list` und die Oberfläche zeigen sie."
    return [Finding("Wartet auf Menschen", False, text)]


def _duties(session: Session) -> list[Finding]:
    rows = session.scalars(select(DutyRow).where(DutyRow.trouble != "").order_by(DutyRow.name))
    return [Finding(f"Aufgabe {row.name}", False, row.trouble) for row in rows]


def _items(session: Session, now: datetime) -> list[Finding]:
    query = select(ItemRow).where(ItemRow.stale, ItemRow.stage != "history", ItemRow.changed_at < now - _UNTAILORED)
    return [
        Finding(f"Beitrag {row.id}", False, f"„{row.title}“ ist seit {local_time(row.changed_at)} nicht verarbeitet.")
        for row in session.scalars(query)
    ]


def _deadly(session: Session) -> list[Finding]:
    """What daemon after daemon died in; it is tried once a day from then on."""
    text = "Dabei ist der Dienst mehrmals abgestürzt; es wird nur noch täglich versucht. Bitte das Protokoll ansehen."
    return [Finding(f"Absturz {subject}", False, text) for subject in trying.deadly(session)]


def _restored(deps: Deps) -> list[Finding]:
    """A database that is a copy, or behind what this host has released."""
    standing = restoring.outlook(deps).standing
    if standing in ("current", "new"):
        return []
    text = "Die Datenbank ist eine Kopie oder zurückgesichert; `distributor db state` sagt, was zu tun ist."
    return [Finding("Rücksicherung", False, text, grave=True)]


def _leftovers(session: Session) -> list[Finding]:
    """What lies at a network unseen and could not be removed by a program."""
    query = select(func.count()).select_from(StageRow).join(AccountRow, StageRow.account_id == AccountRow.id)
    query = query.where(StageRow.state == "leftover", StageRow.next_try_at.is_(None), AccountRow.retired_at.is_(None))
    number = session.scalar(query) or 0
    if not number:
        return []
    text = (
        f"{number} vorbereitete Posts ließen sich beim Netzwerk nicht entfernen; `distributor stages` nennt sie. "
        "Bitte dort von Hand löschen und mit `distributor stages --removed NR` vermerken."
    )
    return [Finding("Reste bei den Netzwerken", False, text)]


def _accounts(deps: Deps, session: Session, now: datetime) -> list[Finding]:
    found = []
    for account, owner in items.accounts(session):
        subject = f"Konto {owner.slug}/{account.channel}/{account.name}"
        if account.retired_at is not None:
            continue
        try:
            missing = missing_fields(deps, session, account)
        except Refused as error:
            found.append(Finding(subject, False, error.text))
            continue
        if account.retiring_at is not None:
            found.append(Finding(subject, True, "wird stillgelegt; es wird noch aufgeräumt"))
        elif account.paused_at is not None:
            text = f"angehalten: {account.paused_reason} `distributor accounts check {account.id}` prüft es."
            found.append(Finding(subject, False, text))
        elif missing:
            text = f"Es fehlt: {', '.join(missing)} (`distributor accounts set {account.id}`)."
            found.append(Finding(subject, False, text))
        else:
            found += [_standing(subject, account, now), *_bill(deps, session, subject, account, now)]
    return found


def _bill(deps: Deps, session: Session, subject: str, account: AccountRow, now: datetime) -> list[Finding]:
    """Whether the money that an account may spend is nearly spent or spoken for."""
    try:
        bill = bill_of(deps, session, account, now)
    except Refused as refusal:
        return [Finding(subject, False, refusal.text)]
    return [Finding(subject, False, f"Das Geld wird knapp: {bill.sentence}.")] if bill and bill.is_tight else []


def _standing(subject: str, account: AccountRow, now: datetime) -> Finding:
    """Whether the access allows what is needed, and for how long yet."""
    again = f"bitte neu verbinden (`distributor accounts set {account.id}`)"
    if account.lacks:
        return Finding(subject, False, f"Dem Zugang fehlt: {'; '.join(account.lacks)}; {again}.")
    if account.ends_at is None or account.ends_at - now > timedelta(days=max(WARNED_BEFORE)):
        return Finding(subject, True, account.identity or "eingerichtet")
    grave = account.ends_at - now <= timedelta(days=min(WARNED_BEFORE))
    return Finding(subject, False, f"Der Zugang endet am {local_time(account.ends_at)}; {again}.", grave=grave)


def held_by_files(deps: Deps) -> list[Finding]:
    """Stop files on this host: whoever laid one could not reach the desk, so it is grave until it is gone."""
    return [
        Finding("Stop-Datei", False, f"{file.path} hält an: {file.reason}", grave=True)
        for file in stop_files.found(deps.settings.data_dir)
    ]


def _stops(session: Session) -> list[Finding]:
    return [Finding("Notbremse", False, f"gezogen für {scope}: {row.reason}") for row, scope in active(session)]


__all__ = ["Finding", "examine", "held_by_files"]

"""The house's own login (OpenID Connect): who comes from there is let in, in the roles that their groups stand for.

The setting says which group is which role at which Jobcenter; at each login a person's lasting roles become what their
groups say. Whoever is in none of them is refused. A person made here is never taken over by somebody who is called the
same there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from distributor.domain import Actor, Refused, Role
from distributor.services import provider_wire, sessions, steps
from distributor.services.deps import Deps
from distributor.services.people import Membership, keeping_an_operator, organisation_id
from distributor.services.provider_wire import Asked, Told
from distributor.store.posts import record
from distributor.store.tables import IdentityRow, MembershipRow, UserRow

Groups = Mapping[str, Membership]


def groups_of(setting: str) -> Groups:
    """Return which group is which role: ``GROUP=ROLE`` or ``GROUP=officer:SLUG``, separated by commas.

    Raises: Refused naming the part that is none.
    """
    found: dict[str, Membership] = {}
    for part in filter(None, (each.strip() for each in setting.split(","))):
        group, _, meant = part.rpartition("=")
        role, _, slug = meant.partition(":")
        if not group or role not in set(Role) or (role == Role.OFFICER) != bool(slug):
            text = f"DISTRIBUTOR_OIDC_GROUPS: „{part}“ ist weder GRUPPE=ROLLE noch GRUPPE=officer:JOBCENTER."
            raise Refused(text, code="settings")
        found[group] = Membership(Role(role), slug)
    return found


def begin(deps: Deps, now: datetime, wanted: str, *, again: str = "") -> tuple[str, str]:
    """Return where the person logs in, and the key of the step that waits for them.

    ``again`` is the login of a person who proves once more who they are. Raises: Refused.
    """
    asked = provider_wire.question()
    url = provider_wire.address(deps, asked, again=bool(again))
    kept = {"state": asked.state, "nonce": asked.nonce, "verifier": asked.verifier, "next": wanted, "again": again}
    with deps.store.write() as session:
        return url, steps.begin(session, steps.PROVIDER, now, kept)


def finish(
    deps: Deps, key: str, state: str, code: str, cookie: str, now: datetime, *, device: str = ""
) -> tuple[sessions.Login | None, str]:
    """Let the person in who came back, or note their proof; return the session, if new, and where they wanted to go.

    Raises: Refused.
    """
    with deps.store.write() as session:
        step = steps.waiting(session, steps.PROVIDER, key, now)
        kept = dict(step.document)
        session.delete(step)  # good once, whatever comes of it
        right = state == kept["state"]
    if not right or not code:
        text = "Die Anmeldung des Hauses wurde abgebrochen oder gehört nicht zu diesem Browser; bitte neu beginnen."
        raise Refused(text, code="login.over")
    told = provider_wire.exchanged(deps, Asked(kept["state"], kept["nonce"], kept["verifier"]), code, now)
    held = _memberships(groups_of(deps.settings.oidc_groups), told)
    with deps.store.write() as session:
        row = _person(session, told, held, now)
        if not kept["again"]:
            return sessions.opened(session, row, now, by=sessions.PROVIDER, device=device), kept["next"]
        # Asked for by max_age, which whoever sits at the browser can take out of the address.
        if told.logged_in_at is None or now.timestamp() - told.logged_in_at > steps.PATIENCE.total_seconds():
            text = "Dort wurde nicht noch einmal nach dem Kennwort gefragt; bitte von vorn beginnen."
            raise Refused(text, code="login.over")
        if row.login != kept["again"]:
            raise Refused("Angemeldet hat sich dort eine andere Person.", code="login.over")
        sessions.note_proof(session, cookie, sessions.PROVIDER, now)
    return None, kept["next"]


def _memberships(groups: Groups, told: Told) -> Collection[Membership]:
    held = {groups[group] for group in told.groups if group in groups}
    if not held:
        text = (
            f"„{told.login}“ ist in keiner Gruppe, die hier eine Rolle hat; wer dazugehören soll, sagt der Betrieb, "
            "und eingetragen wird es bei der Anmeldung des Hauses."
        )
        raise Refused(text, code="provider.groups")
    return held


def _person(session: Session, told: Told, held: Collection[Membership], now: datetime) -> UserRow:
    """Return the person, made or brought up to date. Raises: Refused."""
    known = session.get(IdentityRow, (told.issuer, told.subject), with_for_update=True)
    if known is None:
        row = _new_person(session, told)
        session.add(IdentityRow(issuer=told.issuer, subject=told.subject, user_id=row.id, seen_at=now))
    else:
        known.seen_at, row = now, session.get_one(UserRow, known.user_id)
    if not row.active:
        raise Refused(f"„{row.login}“ ist hier gesperrt; der Betrieb kann das ändern.", code="user.locked")
    row.name = told.name or row.name
    wanted = {(each.role.value, organisation_id(session, each)) for each in held}
    lasting = [
        each
        for each in session.scalars(select(MembershipRow).where(MembershipRow.user_id == row.id))
        if each.first is None
    ]
    if {(each.role, each.organisation_id) for each in lasting} != wanted:
        with keeping_an_operator(session):
            session.execute(delete(MembershipRow).where(MembershipRow.id.in_([each.id for each in lasting])))
            session.add_all([MembershipRow(user_id=row.id, role=role, organisation_id=where) for role, where in wanted])
        actor = Actor(row.login, frozenset())
        record(session, now=now, actor=actor, what="user.set", subject="user", subject_id=row.id)
    return row


def _new_person(session: Session, told: Told) -> UserRow:
    usable = told.login.replace("-", "").replace("_", "").replace(".", "").isalnum()
    if not usable or session.scalars(select(UserRow.id).where(UserRow.login == told.login)).first() is not None:
        text = (
            f"Den Anmeldenamen „{told.login}“ gibt es hier schon, oder er ist nicht brauchbar; der Betrieb kann die "
            "Person hier umbenennen oder löschen."
        )
        raise Refused(text, code="provider.login")
    row = UserRow(login=told.login, name=told.name or told.login)
    session.add(row)
    session.flush()
    return row

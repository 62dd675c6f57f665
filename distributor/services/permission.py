"""Who may do what: the one place that says so, asked by every deciding use case."""

from __future__ import annotations

from collections.abc import Set

from distributor.domain import Actor, Refused, Role

RIGHTS: dict[str, frozenset[Role]] = {
    "post.approve": frozenset({Role.OFFICER}),
    "post.second": frozenset({Role.OFFICER, Role.EDITOR}),
    "post.edit": frozenset({Role.OFFICER, Role.EDITOR}),
    "post.move": frozenset({Role.OFFICER}),
    "post.reject": frozenset({Role.OFFICER}),
    "post.recall": frozenset({Role.OFFICER, Role.EDITOR}),
    "item.clear": frozenset({Role.EDITOR}),
    "item.edit": frozenset({Role.EDITOR}),
    "person": frozenset({Role.EDITOR}),
    "person.document": frozenset({Role.EDITOR, Role.AUDITOR}),
    "account.auto": frozenset({Role.OFFICER}),
    "stop": frozenset({Role.OFFICER, Role.EDITOR, Role.OPERATOR}),
    "resume": frozenset({Role.OFFICER, Role.EDITOR, Role.OPERATOR}),
    "account": frozenset({Role.OPERATOR}),
    "account.retire": frozenset({Role.OPERATOR, Role.OFFICER}),
    "account.pause": frozenset({Role.OPERATOR, Role.OFFICER}),
    "calendar": frozenset({Role.OFFICER, Role.EDITOR, Role.OPERATOR}),
    "topic": frozenset({Role.EDITOR, Role.OFFICER}),
    "user": frozenset({Role.OPERATOR}),
    "deputy": frozenset({Role.OPERATOR, Role.OFFICER}),
    "config": frozenset({Role.OPERATOR}),
    "restore": frozenset({Role.OPERATOR}),
    "feed": frozenset({Role.OPERATOR, Role.EDITOR}),
    "read": frozenset(Role),
}
"""Which roles have which right. An officer has it only for the Organisations they act for."""


def allowed(actor: Actor, right: str, organisation: str | None = None) -> bool:
    """Tell whether the actor has the right, for one Organisation or (None) for all of them."""
    roles = actor.roles & RIGHTS[right]
    if roles - {Role.OFFICER}:
        return True
    return Role.OFFICER in roles and organisation is not None and organisation in actor.organisations


def require(actor: Actor, right: str, organisation: str | None = None) -> None:
    """Raises: Refused if the actor lacks the right."""
    if not allowed(actor, right, organisation):
        # An officer's right ends at their Jobcenter: for all of them that role does not help.
        needed = RIGHTS[right] if organisation is not None else RIGHTS[right] - {Role.OFFICER}
        everywhere = " für alle Jobcenter" if needed != RIGHTS[right] else ""
        where = f" für {organisation}" if organisation else everywhere
        text = f"„{actor.login}“ darf das{where} nicht; nötig ist die Rolle {_named(needed)}."
        raise Refused(text, code="forbidden")


def _named(roles: Set[Role]) -> str:
    names = {
        Role.EDITOR: "Redaktion",
        Role.OFFICER: "Kanalverantwortung",
        Role.OPERATOR: "Betrieb",
        Role.AUDITOR: "Prüfung",
    }
    return " oder ".join(names[role] for role in Role if role in roles)


def visible(actor: Actor) -> list[str] | None:
    """Return the Organisations whose posts the actor may see; None means all."""
    if actor.roles - {Role.OFFICER}:
        return None
    return sorted(actor.organisations)

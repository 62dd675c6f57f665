"""What an account chooses for each of its posts: part of the document, so that it is shown and approved with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from connectors.base import Connector, Field, Limits


def options_of(connector: Connector, fields: Mapping[str, Any]) -> dict[str, str]:
    """Return what the account chose otherwise than usual, by the field's name; what is no choice is left out."""
    chosen = {field.name: str(fields.get(field.name) or "").strip() for field in _shaping(connector.fields)}
    usual = {field.name: field.default for field in connector.fields}
    known = {field.name: field.choices for field in connector.fields}
    return {name: value for name, value in chosen.items() if value and value != usual[name] and value in known[name]}


def told(connector: Connector, document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return each choice that a document carries as a person reads it: what is chosen, and how."""
    extra = document.get("extra") or {}
    form = document.get("form", "feed")
    forms = connector.forms if isinstance(connector, Shows) else {}
    shown = [("Form", forms.get(form, form))] if form != "feed" else []
    return shown + [
        (field.label, field.choices.get(str(extra[field.name]), str(extra[field.name])))
        for field in _shaping(connector.fields)
        if extra.get(field.name)
    ]


@runtime_checkable
class Adapts(Protocol):
    """A channel whose bounds depend on what an account chose, or on the form of the post."""

    def limits_for(self, form: str, options: Mapping[str, str]) -> Limits:
        """Return the bounds of such a post. Pure."""


@runtime_checkable
class Shows(Protocol):
    """A channel that shows posts in several forms, of which each account chooses its own."""

    forms: Mapping[str, str]
    """What each form is to a reader, in German; ``feed`` is the usual one."""

    def forms_for(self, fields: Mapping[str, Any]) -> Sequence[str]:
        """Return the forms in which the account posts. Pure."""


def forms_of(connector: Connector, fields: Mapping[str, Any]) -> Sequence[str]:
    """Return the forms in which an account posts."""
    return connector.forms_for(fields) if isinstance(connector, Shows) else ("feed",)


def limits_of(connector: Connector, form: str, options: Mapping[str, str]) -> Limits:
    """Return the bounds of a post of this form on an account that chose so."""
    return connector.limits_for(form, options) if isinstance(connector, Adapts) else connector.limits


def refusal(field: Field, value: str) -> str:
    """Return in German why an account cannot have this value; empty if it can."""
    if not field.choices or not value.strip() or value.strip() in field.choices:
        return ""
    known = "; ".join(f"{name or 'leer'}: {words}" for name, words in field.choices.items())
    return f"„{field.label}“ kennt „{value.strip()}“ nicht. Zur Wahl stehen {known}."


def _shaping(fields: Sequence[Field]) -> list[Field]:
    return [field for field in fields if field.shapes]

"""Work on many things in one transaction, without one bad thing taking the others with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

_Thing = TypeVar("_Thing")
_Done = TypeVar("_Done")


def together_or_apart(
    session: Session,
    things: Sequence[_Thing],
    do: Callable[[Sequence[_Thing]], _Done],
    give_up: Callable[[_Thing, Exception], None],
) -> list[_Done]:
    """Do all things at once; if that fails, each by itself, and give up on those that fail alone.

    Each try has a savepoint, so that what fails leaves no trace. Raises: OperationalError, because a database in
    trouble is everybody's trouble.
    """
    try:
        with session.begin_nested():
            return [do(things)] if things else []
    except OperationalError:
        raise
    except Exception as error:
        if len(things) == 1:
            give_up(things[0], error)
            return []
    return [done for thing in things for done in together_or_apart(session, [thing], do, give_up)]

"""What to tell a person when the database said no: it is busy, it is away. None of it is the person's doing."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

DatabaseTrouble = SQLAlchemyError
"""What every trouble with the database is, for faces that must know none of its library."""

_BUSY = {"LockNotAvailable", "DeadlockDetected", "SerializationFailure", "QueryCanceled"}
"""What PostgreSQL says when two wanted the same, or when one took too long (lock_timeout, statement_timeout)."""


def sentence_for(error: Exception) -> str | None:
    """Return the German sentence for a database that is busy or away; None for a fault of the program."""
    if isinstance(error, NoConnectionFree) or is_busy(error):
        return "Die Datenbank ist gerade stark belegt; gespeichert wurde nichts. Bitte gleich noch einmal versuchen."
    if isinstance(error, OperationalError | InterfaceError) or _is_cut(error):
        return (
            "Die Datenbank antwortet gerade nicht; ob gespeichert wurde, ist ungewiss. Bitte in einer Minute die Seite "
            "neu laden und nachsehen. Hält das an, bitte den Betrieb verständigen."
        )
    return None


def is_busy(error: Exception) -> bool:
    """Tell whether the database only wants to be asked again."""
    if not isinstance(error, DBAPIError):
        return False
    return type(error.orig).__name__ in _BUSY or "database is locked" in str(error.orig)


def _is_cut(error: Exception) -> bool:
    return isinstance(error, DBAPIError) and error.connection_invalidated

"""How a command ends: done, partly or refused; each refusal is one sentence, and no person sees a traceback for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import click

from distributor.cli.grammar import usage_sentence
from distributor.cli.printing import complain

DONE, PARTLY, REFUSED = 0, 1, 2
INTERRUPTED = 130

_NO_SUCH = re.compile(r"no such (table|column)")
_UNDEFINED = {"UndefinedTable", "UndefinedColumn"}
BEHIND = "Die Datenbank ist nicht auf dem Stand des Programms; bitte `distributor db upgrade` ausführen."
NO_DATABASE = "DISTRIBUTOR_DATABASE_URL ist keine brauchbare Adresse einer Datenbank (sqlite:///… oder postgresql://…)."


def each(noun: str, numbers: Sequence[int], act: Callable[[int], object]) -> int:
    """Do it for each; what one of them refuses is told in a line that names it, and keeps no other from it."""
    refused = 0
    for number in numbers:
        try:
            act(number)
        except Exception as error:
            sentence = sentence_of(error)
            if sentence is None:
                raise
            name = f"{noun} {number}"
            complain(sentence if name in sentence else f"{name}: {sentence}")
            refused += 1
    return summed(refused, len(numbers))


def summed(refused: int, total: int) -> int:
    """Return the status when ``refused`` of ``total`` were refused."""
    if not refused:
        return DONE
    return PARTLY if refused < total else REFUSED


def guarded(call: Callable[[], Any]) -> int:
    """Call a command and return its status; what nobody is to blame for but us is raised as it is."""
    try:
        returned = call()
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return REFUSED
    except click.UsageError as error:
        complain(usage_sentence(error))
        return REFUSED
    except (click.Abort, KeyboardInterrupt):
        complain("Abgebrochen.")
        return INTERRUPTED
    except Exception as error:
        sentence = sentence_of(error)
        if sentence is None:
            raise
        complain(sentence)
        return REFUSED
    return returned if isinstance(returned, int) else DONE


def sentence_of(error: Exception) -> str | None:
    """Return the German sentence for what a person can mend; None for a fault of the program."""
    from distributor.domain import Refused

    if isinstance(error, Refused):
        return error.text
    if isinstance(error, OSError):
        return _from_system(error)
    return _from_services(error)


def _from_system(error: OSError) -> str:
    if type(error).__module__.startswith("requests"):
        return f"Eine Gegenstelle antwortet nicht, wie sie soll ({type(error).__name__}); bitte später noch einmal."
    where = f" ({error.filename})" if error.filename else ""
    return f"Das Betriebssystem lässt das nicht zu{where}: {error.strerror or error}."


def _from_services(error: Exception) -> str | None:
    """Ask the heavy modules only now that something went wrong."""
    from sqlalchemy.exc import SQLAlchemyError

    from distributor.fetching import FetchFailed
    from distributor.store.posts import Stale

    if isinstance(error, FetchFailed):
        return error.text
    if isinstance(error, Stale):
        return "Der Post wurde gerade von anderer Seite geändert; bitte noch einmal versuchen."
    return _from_database(error) if isinstance(error, SQLAlchemyError) else None


def _from_database(error: Exception) -> str | None:
    from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

    from distributor.services import outages

    if outages.is_busy(error):
        return outages.sentence_for(error)
    if isinstance(error, ArgumentError):
        return (
            "DISTRIBUTOR_DATABASE_URL ist keine brauchbare Adresse einer Datenbank (sqlite:///… oder postgresql://…)."
        )
    if not isinstance(error, DatabaseError):
        return None
    said = str(error.orig).strip().partition("\n")[0]
    if type(error.orig).__name__ in _UNDEFINED or _NO_SUCH.match(said):
        return BEHIND
    if isinstance(error, OperationalError) or type(error) is DatabaseError:
        return (
            f"Die Datenbank ist nicht erreichbar ({said}); bitte DISTRIBUTOR_DATABASE_URL prüfen, "
            "`distributor db upgrade` legt sie an."
        )
    return None

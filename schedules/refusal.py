"""The one way a calendar, an entry of it or a calendar file is refused."""

from __future__ import annotations


class CalendarRefused(ValueError):
    """A calendar that cannot be meant. Its text is a German sentence; ``key`` is the entry to correct.

    ``what`` is the same without the key, for people who wrote no document.
    """

    def __init__(self, key: str, what: str) -> None:
        super().__init__(f"Kalender, Eintrag „{key}“: {what}")
        self.key = key
        self.what = what

    def within(self, key: str) -> CalendarRefused:
        """Return the same refusal of an entry that is part of another one."""
        return CalendarRefused(f"{key}.{self.key}", self.what)


def require(holds: bool, key: str, what: str) -> None:
    """Refuse the entry ``key`` with a German sentence unless something holds. Raises: CalendarRefused."""
    if not holds:
        raise CalendarRefused(key, what)

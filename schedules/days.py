"""Which days are public holidays, and what they are called in German. Not here: what a calendar makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from holidays import country_holidays


@lru_cache(maxsize=256)
def public_holidays(code: str, year: int) -> Mapping[date, str]:
    """Return the public holidays of a year by date, with their German names.

    ``code`` is a country, or a country and a subdivision joined by a hyphen (``DE-HE``).
    Raises: ValueError for a code that is not known.
    """
    country, _, subdivision = code.partition("-")
    try:
        found = country_holidays(country, subdiv=subdivision or None, years=year, language="de")
    except NotImplementedError as error:
        raise ValueError(f"unknown holiday code {code!r}") from error
    return MappingProxyType({day: found[day] for day in sorted(found)})

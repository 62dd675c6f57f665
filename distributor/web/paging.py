"""The pages of a long list: which one an address asks for, and the ways from it to the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends

from distributor.paging import Spot
from distributor.web.guarding import Number


def _spot(nach: Number = 0, vor: Number = 0, ende: Number = 0) -> Spot:
    """Return the page behind the row ``nach``, before the row ``vor``, or the last one."""
    return Spot(after=nach, before=vor, last=bool(ende))


Asked = Annotated[Spot, Depends(_spot)]


@dataclass(frozen=True, slots=True)
class Ways:
    """Where the first, the previous, the next and the last page are; empty where one is there already."""

    first: str = ""
    before: str = ""
    after: str = ""
    last: str = ""


def ways(path: str, given: Mapping[str, str], shown: Sequence[int], earlier: bool, later: bool) -> Ways:
    """Return the ways from a page with the rows ``shown``; ``given`` is what the list's address says besides."""

    def to(**spot: str) -> str:
        return address(path, {**given, **spot})

    back = (to(), to(vor=str(shown[0]))) if earlier else ("", "")
    on = (to(nach=str(shown[-1])), to(ende="1")) if later else ("", "")
    return Ways(*back, *on)


def asked(spot: Spot) -> dict[str, str]:
    """Return the fields that ask for this page."""
    fields = {"nach": spot.after, "vor": spot.before, "ende": int(spot.last)}
    return {name: str(value) for name, value in fields.items() if value}


def address(path: str, given: Mapping[str, str]) -> str:
    """Return the address with those fields that say something."""
    said = {name: value for name, value in given.items() if value}
    return f"{path}?{urlencode(said)}" if said else path

"""Pages of a list, looked up by the row they lie beside. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import Session

from distributor.paging import FIRST, Leaf, Spot


@dataclass(frozen=True, slots=True)
class Order:
    """By what a list is ordered: a column of its rows, where it is not their numbers alone, then these.

    Rows without a value in the column come last; a descending list has none.
    """

    number: Any
    by: Any = None
    descending: bool = False

    def columns(self, *, backwards: bool = False) -> list[ColumnElement[Any]]:
        """Return what to sort by, from the beginning or from the end."""
        turned = self.descending != backwards
        columns = [self.number] if self.by is None else [self.by, self.number]
        sorted_by: list[ColumnElement[Any]] = [each.desc() if turned else each.asc() for each in columns]
        if self.by is not None and not self.descending:
            empty = self.by.is_(None)
            sorted_by.insert(0, empty.desc() if turned else empty.asc())
        return sorted_by

    def beyond(self, value: Any, number: int, *, backwards: bool) -> ColumnElement[bool]:
        """Return the SQL condition that a row comes after the one of this value and number, or before it."""
        up = self.descending == backwards
        further: ColumnElement[bool] = self.number > number if up else self.number < number
        if self.by is None:
            return further
        if value is None:
            return and_(self.by.is_(None), further) if up else or_(self.by.is_not(None), further)
        # The bound that stands alone is the one an index is asked with.
        if not up:
            return and_(self.by <= value, or_(self.by < value, further))
        near = and_(self.by >= value, or_(self.by > value, further))
        return near if self.descending else or_(near, self.by.is_(None))


def leaf(session: Session, wanted: ColumnElement[bool], order: Order, spot: Spot, limit: int) -> Leaf:
    """Return a page of the rows that are wanted; where none is left behind or before a row, the nearest there is."""
    beside = _beside(session, order, spot)
    back = spot.last or (spot.before > 0 and beside is not None)
    query: Select[int] = select(order.number).where(wanted, true() if beside is None else beside)
    found = session.scalars(query.order_by(*order.columns(backwards=back)).limit(limit + 1)).all()
    more, numbers = len(found) > limit, found[:limit]
    if beside is None:
        return Leaf(numbers[::-1], earlier=more) if back else Leaf(numbers, later=more)
    if back and not more:
        return leaf(session, wanted, order, FIRST, limit)
    if not numbers:
        return leaf(session, wanted, order, Spot(last=True), limit)
    return Leaf(numbers[::-1], more, True) if back else Leaf(numbers, True, more)


def _beside(session: Session, order: Order, spot: Spot) -> ColumnElement[bool] | None:
    """Return the condition that keeps what lies beyond the row that the page lies beside; None where there is none."""
    number, back = (spot.before, True) if spot.before else (spot.after, False)
    if not number or spot.last:
        return None
    if order.by is None:
        return order.beyond(None, number, backwards=back)
    row = session.execute(select(order.by).where(order.number == number)).first()
    return None if row is None else order.beyond(row[0], number, backwards=back)

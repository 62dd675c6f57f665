"""One thread, one seed: strands that run a step at a time, in the order that the seed chooses.

A strand is what a thread or a process would be. Where it calls :meth:`Strands.step` it may be stopped for as long as
the scheduler likes, or killed: then nothing after that point happens, as after ``kill -9``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from greenlet import GreenletExit, getcurrent, greenlet

Predicate = Callable[[], bool]


class Killed(GreenletExit):
    """The process is gone. No Exception, so that no handler of the tested code takes it for an error."""


class Strand:
    """Something that runs beside other things. ``owner`` is the process it belongs to and dies with."""

    def __init__(self, name: str, owner: str, work: Callable[[], Any]) -> None:
        self.name = name
        self.owner = owner
        self.where = "begins"
        self.hurried = False
        self.waits_for: Predicate | None = None
        self.greenlet = greenlet(work)

    @property
    def ready(self) -> bool:
        """Tell whether it could go on."""
        return self.waits_for is None or self.waits_for()


class Strands:
    """All that runs, and the one place where it stops and goes on."""

    def __init__(self) -> None:
        self.running: list[Strand] = []
        self._present: Strand | None = None

    def begin(self, name: str, owner: str, work: Callable[[], Any]) -> Strand:
        """Add a strand; it does nothing until it is chosen."""
        strand = Strand(name, owner, work)
        self.running.append(strand)
        return strand

    def step(self, where: str, *, until: Predicate | None = None, hurried: bool = False) -> None:
        """Stop here until chosen again, and not before ``until`` holds. Outside any strand this does nothing.

        ``hurried`` says that in the real program this moment lasts microseconds: no long pause happens in it.
        """
        strand = self._present
        if strand is None:
            if until is not None and not until():
                raise RuntimeError(f"nobody is there to wait for: {where}")
            return
        strand.where, strand.waits_for, strand.hurried = where, until, hurried
        strand.greenlet.parent.switch()
        strand.hurried = False

    def run(self, strand: Strand) -> None:
        """Let a strand do its next step. What it raises comes out here."""
        self._in(strand, strand.greenlet.switch)

    def kill(self, owner: str) -> list[Strand]:
        """End all strands of a process where they stand; return them."""
        ended = [strand for strand in self.running if strand.owner == owner]
        for strand in ended:
            if strand.greenlet:
                self._in(strand, lambda strand=strand: strand.greenlet.throw(Killed))
            elif strand in self.running:
                self.running.remove(strand)
        return ended

    def _in(self, strand: Strand, go_on: Callable[[], Any]) -> None:
        strand.greenlet.parent = getcurrent()
        self._present = strand
        try:
            go_on()
        finally:
            self._present = None
            if strand.greenlet.dead and strand in self.running:
                self.running.remove(strand)

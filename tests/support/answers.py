"""The answers to the questions about a whole item of which nobody is shown, for each face."""

from __future__ import annotations

NOTHING_SHOWN = ("--people", "none", "--partner", "none", "--elected", "none")
NOBODY = {"people:": "none", "partner:": "none", "elected:": "none"}

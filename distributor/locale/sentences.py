"""Find the German sentences that the code says without gettext: a method of extraction for Babel.

Use cases, rules and connectors speak German, and much of what they say is stored or sent. What a page shows of it is
translated there (``distributor.web.said``) by the list that this module makes.

A sentence of several parts becomes one with numbered gaps: ``f"Post {post.id} fehlt."`` is "Post {0} fehlt.", and so
are ``"Post {} fehlt."`` and ``"Post %s fehlt."``; the names in ``"{label} fehlt."`` stay.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import IO

from distributor.locale.german import is_read

Found = tuple[int, str, str, list[str]]

_MARKED = {"_", "N_", "gettext", "ngettext"}
_LOGGED = {"debug", "info", "warning", "error", "exception", "critical", "bind"}
_CUT = {"split", "compile", "search", "match", "sub", "finditer", "fullmatch"}
_UNNAMED = re.compile(r"\{\}|%(?:s|d|\(\w+\)[sd])")


def extract(fileobj: IO[bytes], _keywords: object, _comment_tags: object, options: object) -> Iterator[Found]:
    """Yield line, function (none), sentence and comments of each German sentence in a Python file."""
    tree = ast.parse(fileobj.read())
    yield from ((line, "", text, []) for line, text in sorted(set(_sentences(tree))))


def _sentences(node: ast.AST) -> Iterator[tuple[int, str]]:
    for child in _said(node):
        text = template_of(child)
        if text is None or not isinstance(child, ast.expr):
            yield from _sentences(child)
            continue
        if is_read(text):
            yield child.lineno, text.strip()
        for gap in _gaps(child):
            yield from _sentences(ast.Expression(gap))


def _said(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what may hold a sentence: not docstrings, not what goes through gettext, into the log or a pattern."""
    if isinstance(node, ast.Call):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in _MARKED | _LOGGED | _CUT:
            return
    for child in ast.iter_child_nodes(node):
        docstring = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
        if not docstring:
            yield child


def template_of(node: ast.AST) -> str | None:
    """Return the sentence that an expression makes, with its gaps numbered; None where it makes none."""
    parts = list(_parts(node))
    if not any(isinstance(part, str) for part in parts):
        return None
    text, number = "", 0
    for part in parts:
        if isinstance(part, str):
            text += part
        else:
            text += f"{{{number}}}"
            number += 1
    return text


def _gaps(node: ast.AST) -> Iterator[ast.expr]:
    yield from (part for part in _parts(node) if isinstance(part, ast.expr))


def _parts(node: ast.AST) -> Iterator[str | ast.expr | None]:
    """Yield a sentence's literal parts and what fills each of its gaps; None for one that is filled elsewhere."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        literal, *others = _UNNAMED.split(node.value)
        yield literal
        for other in others:
            yield None
            yield other
    elif isinstance(node, ast.JoinedStr):
        for value in node.values:
            if isinstance(value, ast.FormattedValue):
                yield value.value
            else:
                yield from _parts(value)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        for side in (node.left, node.right):
            yield from _parts(side)
    elif isinstance(node, ast.expr):
        yield node

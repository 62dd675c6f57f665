"""Pages: templates to HTML, whole for a browser, one block for htmx. Which page to show is the routes' business."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from distributor.web import words
from distributor.web.dates import as_moment, day_in_year, day_name, when
from distributor.web.language import LANGUAGES, gettext, language, ngettext
from distributor.web.moments import field_value
from distributor.web.said import content, content_or_said, said, said_choices, shown
from distributor.wording import STATE_WORDS

FOLDER = Path(__file__).parent


class Pages:
    """The desk's templates."""

    def __init__(self) -> None:
        self._environment = environment()
        self._plain = environment(plain=True)

    def show(self, request: Request, template: str, context: Mapping[str, Any], status: int = 200) -> Response:
        """Return the page; for a request of htmx only its title, its content and the message of the live region."""
        partial = is_partial(request)
        frame = "block.html" if partial else "base.html"
        known = {"message": "", "undoable_now": None, "error": None, **context, "partial": partial, "frame": frame}
        html = self._environment.get_template(template).render(known)
        return _packed(request, html, status)

    def text(self, template: str, context: Mapping[str, Any]) -> str:
        """Return a plain text; what stands in it is not escaped, so it must never be served as HTML."""
        return self._plain.get_template(template).render(context)


def environment(*, plain: bool = False) -> Environment:
    """Return the template environment: escaping on but for plain text, nothing undefined, sentences through gettext."""
    env = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=not plain,  # noqa: S701 - plain text is served as such and nowhere stands in a page
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.policies["ext.i18n.trimmed"] = True
    install = env.install_gettext_callables  # type: ignore[attr-defined]
    install(gettext, ngettext, newstyle=True)
    env.globals["language"] = language
    env.globals["languages"] = LANGUAGES
    env.filters["when"] = when
    env.filters["day_name"] = day_name
    env.filters["day_in_year"] = day_in_year
    env.filters["said"] = shown
    env.filters["said_plain"] = said
    env.filters["said_choices"] = said_choices
    env.filters["german"] = content
    env.filters["said_or_german"] = content_or_said
    env.filters["field_value"] = lambda moment: field_value(as_moment(moment))
    env.filters["state_word"] = lambda state: gettext(STATE_WORDS[state])
    env.globals["severities"] = words.severities
    env.globals["item_stages"] = words.item_stages
    env.globals["recall_kinds"] = words.recall_kinds
    env.globals["recall_outcomes"] = words.recall_outcomes
    env.globals["who_acts"] = words.who_acts
    return env


def _packed(request: Request, html: str, status: int) -> Response:
    """Return the page packed for who takes it so; the one secret in it, the forms' token, is masked on each page."""
    vary = {"Vary": "HX-Request, Accept-Encoding"}
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return HTMLResponse(html, status, headers=vary)
    packed = gzip.compress(html.encode(), 6, mtime=0)
    return HTMLResponse(packed, status, headers={**vary, "Content-Encoding": "gzip"})


def is_partial(request: Request) -> bool:
    """Tell whether htmx asks for a block; going back in the browser's history always loads whole pages."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and headers.get("HX-History-Restore-Request") != "true"


def see_other(path: str) -> Response:
    """Send the browser on after a form was taken."""
    return RedirectResponse(path, 303)

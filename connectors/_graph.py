"""A thin client for Meta's Graph API over facebook-sdk, and the door through which every call leaves.

facebook-sdk 3.1.0 knows no version above 3.1, puts the token into the URL, changes the caller's dicts, turns lists and
booleans into nonsense and takes any answer for a success. All of its methods go through ``request()``, which is
replaced here. What an error means is in ``_graph_errors``; which calls a channel makes is in the channel's module.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import facebook
import requests

from connectors._graph_errors import GraphError, classify
from connectors._http import not_answered
from connectors.base import Access, Field, Unauthorised

DEFAULT_VERSION = "v25.0"
"""Alive until 2028-07-29, and the newest that Meta's Instagram pages name.

Source: https://developers.facebook.com/docs/graph-api/changelog, read on 2026-11-21.
"""

VERSION = Field(
    "version",
    "Version der Graph-API",
    required=False,
    default=DEFAULT_VERSION,
    help="Nur ändern, wenn Meta diese Version abschaltet.",
)
APP_SECRET = Field(
    "app_secret",
    "App-Geheimnis",
    secret=True,
    required=False,
    help="Steht im App-Dashboard unter Einstellungen, Allgemein. Nötig, wenn die App signierte Aufrufe verlangt.",
)

_MOST_PAGES = 10


class GraphClient(facebook.GraphAPI):  # type: ignore[misc]
    """facebook-sdk for one token, with our own version, address and session.

    The token travels in the Authorization header only. ``appsecret_proof`` travels in the body of a POST and in the
    query of anything else, because Meta reads it nowhere else; without the token it opens nothing. ``hide`` names
    further secrets that must not come back in an error.
    """

    def __init__(
        self,
        token: str,
        *,
        base_url: str,
        version: str,
        session: requests.Session,
        app_secret: str = "",
        hide: Sequence[str] = (),
    ) -> None:
        super().__init__(token, session=session)
        self.version = version
        self._base_url = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}
        self._proof = {}
        if app_secret:
            proof = hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
            self._proof = {"appsecret_proof": proof}
        secrets = {token, app_secret, *self._proof.values(), *hide} - {""}
        self._hide = sorted(secrets, key=len, reverse=True)

    def request(
        self,
        path: str,
        args: Mapping[str, Any] | None = None,
        post_args: Mapping[str, Any] | None = None,
        files: Mapping[str, Any] | None = None,
        method: str | None = None,
    ) -> dict[str, Any]:
        """Call the Graph API and return its answer.

        Raises: GraphError for any answer that is not a plain success, requests.RequestException without an answer.
        """
        method = "POST" if post_args is not None else (method or "GET")
        params, data = _wire(args), _wire(post_args)
        (data if method == "POST" else params).update(self._proof)
        response = self.session.request(
            method,
            f"{self._base_url}/{path}",
            params=params,
            data=data or None,
            files=files,
            headers=self._headers,
            timeout=self.timeout,
            allow_redirects=False,
        )
        body = _decoded(response)
        good = 200 <= response.status_code < 300
        if good and isinstance(body, dict) and not body.get("error"):
            return body
        raise GraphError.of(response.status_code, body, response.headers, self._hide, ok=good)

    def update_object(self, node: str, **data: Any) -> dict[str, Any]:
        """Change fields of a node: the POST that facebook-sdk has no method for. Raises: as request()."""
        return self.request(f"{self.version}/{node}", post_args=data)

    def pages(self, node: str, edge: str, **args: Any) -> Iterator[dict[str, Any]]:
        """Yield the entries of an edge, page by page and by cursor: ``paging.next`` may carry a token.

        Raises: as request(); GraphError too if the list does not end, because then absence would prove nothing.
        """
        after = None
        for _ in range(_MOST_PAGES):
            page = self.get_connections(node, edge, **args, after=after)
            yield from page.get("data") or []
            paging = page.get("paging") or {}
            after = (paging.get("cursors") or {}).get("after")
            if not after or not paging.get("next"):
                return
        raise GraphError(200, {"message": f"{edge} has more than {_MOST_PAGES} pages"})


def open_graph(access: Access, token_field: str, label: str) -> GraphClient:
    """Return the client for one of the account's tokens. Raises: Unauthorised if a setting cannot be right."""
    token = access.fields.get(token_field, "").strip()
    if not re.fullmatch(r"[!-~]+", token):
        text = (
            f"Der Zugangsschlüssel für {label} fehlt oder enthält unzulässige Zeichen. Bitte das Konto neu verbinden."
        )
        raise Unauthorised(text, code=token_field)
    version = access.fields.get("version", "").strip() or DEFAULT_VERSION
    if not re.fullmatch(r"v\d{1,3}\.\d{1,2}", version):
        text = f"Die Version der Graph-API für {label} sieht nicht aus wie {DEFAULT_VERSION}. Bitte ändern."
        raise Unauthorised(text, code="version")
    return GraphClient(
        token,
        base_url=access.urls["graph"],
        version=version,
        session=access.session,
        app_secret=access.fields.get("app_secret", "").strip(),
        hide=[value.strip() for name, value in access.fields.items() if name.endswith(("token", "secret"))],
    )


def node_of(access: Access, field: Field, label: str) -> str:
    """Return the account's own id from its fields. Raises: Unauthorised if it cannot be one."""
    node = access.fields.get(field.name, "").strip()
    if not re.fullmatch(r"\w[\w.-]*", node):
        text = f"Die Angabe „{field.label}“ für {label} fehlt oder ist keine ID. Bitte in den Einstellungen ändern."
        raise Unauthorised(text, code=field.name)
    return node


@contextmanager
def answers(access: Access, label: str, *, changes: bool = False, releasing: bool = False) -> Iterator[None]:
    """Turn what goes wrong inside into one of the six errors.

    ``changes`` for calls that are more than a look; ``releasing`` for the one that makes a post public: only there is
    an unclear outcome unknown, because everything before it is invisible and every removal may be repeated.
    """
    try:
        yield
    except GraphError as error:
        raise classify(error, label=label, now=access.now, changes=changes, releasing=releasing) from None
    except requests.RequestException as error:
        raise not_answered(error, access.session, label=label, changes=releasing) from None


def identity(answer: Mapping[str, Any]) -> str:
    """Return the id of what was made. Raises: GraphError if the answer has none."""
    made = answer.get("id")
    if not isinstance(made, str | int) or isinstance(made, bool) or not str(made):
        raise GraphError(200, {"message": "the answer has no id"})
    return str(made)


def affirm(answer: Mapping[str, Any]) -> None:
    """Check that the answer says so. Raises: GraphError if it does not say ``success``."""
    if answer.get("success") is not True:
        raise GraphError(200, {"message": "the answer does not say success"})


def _wire(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a copy in Meta's spelling, without what is None. Raises: ValueError for a second token."""
    if values and "access_token" in values:
        raise ValueError("one client carries one token")
    return {key: _spelt(value) for key, value in (values or {}).items() if value is not None}


def _spelt(value: Any) -> Any:
    return json.dumps(value, separators=(",", ":")) if isinstance(value, bool | dict | list | tuple) else value


def _decoded(response: requests.Response) -> object:
    """Return the JSON body whatever its content type claims; None if it is none. A bare ``true`` is an old success."""
    try:
        body = response.json()
    except ValueError:
        return None
    return {"success": body} if isinstance(body, bool) else body

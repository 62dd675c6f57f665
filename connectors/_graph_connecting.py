"""Connect a Page or the Instagram account on it through Facebook Login: send the person there, fetch Pages and tokens.

Source: https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow and …/access-tokens, read on
2026-11-21. Meta's examples put the app's secret and the code into the address, where no secret of ours ever stands;
that a form takes them as well is UNVERIFIED. Page tokens made of a long-lived person's token do not end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from connectors._connects import Invitation, Offer
from connectors._graph import DEFAULT_VERSION, GraphClient, answers
from connectors.base import Access, Rejected, Unauthorised

DIALOG = "https://www.facebook.com"
"""Where a person says yes."""

_PAGE_FIELDS = "id,name,access_token,instagram_business_account{id,username}"


@dataclass(frozen=True, slots=True)
class Page:
    """A Page that the person manages, with its token, and the Instagram account that hangs on it, if any."""

    id: str
    name: str
    token: str
    instagram: Mapping[str, str]


def invite(access: Access, label: str, scopes: Sequence[str], back: str, state: str) -> Invitation:
    """Return where the person says yes. Raises: Unauthorised without the app's number and secret, or an address."""
    app, _, version = _app_of(access, label)
    if not back:
        text = f"{label} schickt nur zu einer öffentlichen Adresse zurück; bitte DISTRIBUTOR_PUBLIC_URL einstellen."
        raise Unauthorised(text, code="public_url")
    asked = {
        "client_id": app,
        "redirect_uri": back,
        "state": state,
        "scope": ",".join(scopes),
        "response_type": "code",
    }
    return Invitation(f"{access.urls['dialog']}/{version}/dialog/oauth?{urlencode(asked)}", {"back": back})


def pages(access: Access, label: str, memory: Mapping[str, str], code: str) -> tuple[str, list[Page]]:
    """Exchange the code and return the person's long-lived token and the Pages they manage.

    Pages of a business portfolio are missing from the list of a person without a right to it; those that the consent
    names are asked for by number then. Raises: ConnectorError.
    """
    app, secret, version = _app_of(access, label)
    with answers(access, label):
        short = _exchanged(access, label, code=code, redirect_uri=memory["back"])
        long = _exchanged(access, label, grant_type="fb_exchange_token", fb_exchange_token=short)
        person = _client(access, long, version, secret)
        found = list(_listed(person))
        if not found:
            found = list(_named(access, person, f"{app}|{secret}", long))
    if not found:
        text = (
            f"{label} nennt keine Seite, die Sie verwalten. Bitte beim Verbinden die Seite auswählen; gehört sie zu "
            "einem Unternehmensportfolio, muss dessen Verwaltung Sie dort eintragen."
        )
        raise Rejected(text, code="no_pages", who="operator")
    return long, found


def longer_lived(access: Access, label: str, token_field: str) -> Mapping[str, str]:
    """Exchange a person's token that ends for one that lives sixty days from now; none without the app's keys.

    That one which lives long already is taken again is UNVERIFIED; where it is not, the old one stays as it was.
    Source: https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived, read on 2026-11-21:
    one that has ended cannot be exchanged any more. Raises: ConnectorError.
    """
    token, app, secret = (access.fields.get(name, "").strip() for name in (token_field, "app_id", "app_secret"))
    if not (token and app and secret):
        return {}
    with answers(access, label):
        return {token_field: _exchanged(access, label, grant_type="fb_exchange_token", fb_exchange_token=token)}


def _app_of(access: Access, label: str) -> tuple[str, str, str]:
    app, secret = (access.fields.get(name, "").strip() for name in ("app_id", "app_secret"))
    if not (app and secret):
        text = f"Zum Verbinden mit {label} fehlen App-ID und App-Geheimnis; beide stehen im App-Dashboard von Meta."
        raise Unauthorised(text, code="app_id")
    return app, secret, access.fields.get("version", "").strip() or DEFAULT_VERSION


def _client(access: Access, token: str, version: str, secret: str) -> GraphClient:
    return GraphClient(
        token, base_url=access.urls["graph"], version=version, session=access.session, app_secret=secret, hide=[secret]
    )


def _exchanged(access: Access, label: str, **told: str) -> str:
    app, secret, version = _app_of(access, label)
    client = _client(access, f"{app}|{secret}", version, "")
    answer = client.update_object("oauth/access_token", client_id=app, client_secret=secret, **told)
    token = answer.get("access_token")
    if not isinstance(token, str) or not token:
        raise Unauthorised(f"{label} hat keinen Zugriffsschlüssel gegeben; bitte noch einmal verbinden.", code="oauth")
    return token


def _listed(person: GraphClient) -> Iterator[Page]:
    for entry in person.pages("me", "accounts", fields=_PAGE_FIELDS, limit=100):
        page = _page(entry)
        if page is not None:
            yield page


def _named(access: Access, person: GraphClient, app_token: str, token: str) -> Iterator[Page]:
    """Yield the Pages that the consent names."""
    look = GraphClient(
        app_token,
        base_url=access.urls["graph"],
        version=person.version,
        session=access.session,
        app_secret=app_token.partition("|")[2],
        hide=[token],
    )
    told = look.update_object("debug_token", input_token=token, method="get").get("data") or {}
    named = {
        str(target)
        for entry in told.get("granular_scopes") or ()
        if str(entry.get("scope", "")).startswith("pages_")
        for target in entry.get("target_ids") or ()
    }
    for number in sorted(named):
        page = _page(person.get_object(number, fields=_PAGE_FIELDS))
        if page is not None:
            yield page


def _page(entry: Mapping[str, Any]) -> Page | None:
    """Return a Page of an answer; None for one that the person may not publish on, which comes without a token."""
    if not entry.get("id") or not entry.get("access_token"):
        return None
    linked = entry.get("instagram_business_account") or {}
    return Page(
        str(entry["id"]),
        str(entry.get("name", "")),
        str(entry["access_token"]),
        {name: str(linked[name]) for name in ("id", "username") if linked.get(name)},
    )


def offers_of_pages(found: Sequence[Page]) -> list[Offer]:
    """Return what a Facebook account may be connected to."""
    return [Offer(page.name or page.id, {"page_id": page.id, "page_token": page.token}) for page in found]


def offers_of_instagram(found: Sequence[Page], person: str, label: str) -> list[Offer]:
    """Return what an Instagram account may be connected to. Raises: Rejected if no Page has one."""
    linked = [page for page in found if page.instagram.get("id")]
    if not linked:
        text = (
            f"An keiner Ihrer Seiten hängt ein {label}-Konto. Bitte in der Meta Business Suite ein "
            "professionelles Konto mit der Seite verknüpfen."
        )
        raise Rejected(text, code="no_instagram", who="operator")
    return [
        Offer(
            f"@{page.instagram.get('username') or page.instagram['id']} ({page.name})",
            {"ig_user_id": page.instagram["id"], "token": page.token, "user_token": person},
        )
        for page in linked
    ]

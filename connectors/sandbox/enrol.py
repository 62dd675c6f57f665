"""How accounts of the sandbox come to be: what the sandbox must know, and what an account of it is given."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox.sides import sides

HOSTS = {
    "DISTRIBUTOR_FACEBOOK_GRAPH_URL": "/graph.facebook.com",
    "DISTRIBUTOR_FACEBOOK_DIALOG_URL": "/www.facebook.com",
    "DISTRIBUTOR_INSTAGRAM_DIALOG_URL": "/www.facebook.com",
    "DISTRIBUTOR_FACEBOOK_RUPLOAD_URL": "/rupload.facebook.com",
    "DISTRIBUTOR_INSTAGRAM_GRAPH_URL": "/graph.facebook.com",
    "DISTRIBUTOR_INSTAGRAM_RUPLOAD_URL": "/rupload.facebook.com",
    "DISTRIBUTOR_X_API_URL": "/api.x.com",
    "DISTRIBUTOR_BLUESKY_VIDEO_URL": "/bluesky",
}
"""Where each channel's hosts are below the sandbox's own address, by the setting that says so."""

_ISSUED = {
    "facebook": {"page_token": "token", "app_secret": "app_secret"},
    "instagram": {"token": "token", "user_token": "user_token", "app_secret": "app_secret"},
    "mastodon": {"access_token": "token"},
    "bluesky": {"app_password": "token"},
    "x": {
        "consumer_key": "consumer_key",
        "consumer_secret": "consumer_secret",
        "access_token": "access_token",
        "access_token_secret": "access_token_secret",
    },
}

_SERVERS = {"mastodon": {"server": "/mastodon"}, "bluesky": {"server": "/bluesky"}}
"""Where the servers that an account names itself are below the sandbox's own address, by the account's field."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One new account: what to POST to ``/_accounts``, and the fields its owner enters."""

    entry: Mapping[str, Any] = field(repr=False)
    fields: Mapping[str, str] = field(repr=False)


def environment(base: str) -> dict[str, str]:
    """Return the settings that point every channel at the sandbox at ``base``."""
    further = {
        f"DISTRIBUTOR_{side.channel}_{host}_URL".upper(): path
        for side in sides().values()
        for host, path in side.hosts.items()
    }
    return {name: base + path for name, path in {**HOSTS, **further}.items()}


def plays(channel: str) -> bool:
    """Tell whether the sandbox plays this channel's network."""
    return channel in _ISSUED or channel in sides()


def enrol(channel: str, account_id: str, name: str, organisation: str, base: str = "") -> Enrolment:
    """Invent the credentials of one account of the sandbox at ``base``.

    Raises: KeyError for a channel that the sandbox does not play.
    """
    given_out = _ISSUED[channel] if channel in _ISSUED else sides()[channel].issued
    issued = {given: (kept, _invented(given)) for given, kept in given_out.items()}
    entry = {"channel": channel, "id": account_id, "name": name, "organisation": organisation, "username": name}
    return Enrolment(
        entry=entry | dict(issued.values()),
        fields={
            **{given: value for given, (_, value) in issued.items()},
            **{given: base + path for given, path in _SERVERS.get(channel, {}).items()},
        },
    )


def _invented(name: str) -> str:
    """Return a new secret; an app password has a form by which it is known."""
    if name != "app_password":
        return secrets.token_urlsafe(24)
    return "-".join(secrets.token_hex(2) for _ in range(4))

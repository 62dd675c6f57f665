"""tweepy's Client, made fit for a service: our session and host, no waiting, no retries, pictures through API v2.

tweepy 4.17 has the host as a literal, no time-outs, no v2 media calls, and writes the Authorization header to its debug
log; all of that sits in ``request``, so that is what is replaced. Meaning is not given to answers here.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import requests
import tweepy

_TALKATIVE = (
    "tweepy",
    "tweepy.client",
    "tweepy.auth",
    "requests_oauthlib",
    "requests_oauthlib.oauth1_auth",
    "oauthlib",
    "oauthlib.oauth1.rfc5849",
    "oauthlib.oauth1.rfc5849.signature",
)
"""Loggers that write tokens or signatures at DEBUG."""

_FIELDS = "created_at,text,entities"


class XClient(tweepy.Client):  # type: ignore[misc]
    """X API v2 in the name of one account (OAuth 1.0a). Every call raises tweepy.HTTPException outside 200-299.

    ``now`` signs the requests, so that no second clock is read. ``callback`` and ``verifier`` go into the signature
    while an account is being connected.
    """

    session: requests.Session

    def __init__(
        self,
        base_url: str,
        session: requests.Session,
        now: datetime,
        keys: Mapping[str, str],
        *,
        callback: str = "",
        verifier: str = "",
    ) -> None:
        super().__init__(
            consumer_key=keys["consumer_key"],
            consumer_secret=keys["consumer_secret"],
            access_token=keys["access_token"],
            access_token_secret=keys["access_token_secret"],
            return_type=dict,
            wait_on_rate_limit=False,
        )
        self.session.close()
        self.session = session
        self._base_url = base_url.rstrip("/")
        self._now = now
        self._handshake = {"callback_uri": callback or None, "verifier": verifier or None}

    def request(
        self,
        method: str,
        route: str,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        user_auth: bool = True,
        data: Mapping[str, str] | None = None,
        files: Mapping[str, Any] | None = None,
    ) -> requests.Response:
        """Send one signed request. Raises: tweepy.HTTPException, requests.RequestException."""
        for name in _TALKATIVE:
            logger = logging.getLogger(name)
            if logger.level < logging.INFO:
                logger.setLevel(logging.INFO)
        response: requests.Response = self.session.request(
            method,
            self._base_url + route,
            params=params,
            json=json,
            data=data,
            files=files,
            headers={"User-Agent": self.user_agent},
            auth=self._signature(),
            allow_redirects=False,
        )
        if not 200 <= response.status_code < 300:
            # tweepy reads the answer by itself and stumbles over one that is not the JSON it expects
            raise tweepy.HTTPException(response, response_json={})
        return response

    def upload_picture(self, content: bytes, mime: str) -> Any:
        """Upload one picture in one go and return X's answer."""
        files = {"media": ("bild", content, mime)}
        return self.request("POST", "/2/media/upload", data={"media_category": "tweet_image"}, files=files).json()

    def announce_video(self, mime: str, size: int) -> Any:
        """Begin the upload of a video and return X's answer."""
        document = {"media_type": mime, "total_bytes": size, "media_category": "tweet_video"}
        return self.request("POST", "/2/media/upload/initialize", json=document).json()

    def append(self, media_id: str, number: int, piece: bytes) -> None:
        """Upload one piece of a video."""
        files, data = {"media": ("video", piece, "application/octet-stream")}, {"segment_index": str(number)}
        self.request("POST", f"/2/media/upload/{media_id}/append", data=data, files=files)

    def finalize(self, media_id: str) -> Any:
        """End the upload of a video and return X's answer."""
        return self.request("POST", f"/2/media/upload/{media_id}/finalize").json()

    def upload_status(self, media_id: str) -> Any:
        """Return how far X is with a video."""
        return self.request("GET", "/2/media/upload", params={"command": "STATUS", "media_id": media_id}).json()

    def describe(self, media_id: str, alt: str) -> None:
        """Give an uploaded picture its description."""
        # without the inner "metadata" X answers 500: https://github.com/plhery/node-twitter-api-v2/issues/579
        self.request("POST", "/2/media/metadata", json={"id": media_id, "metadata": {"alt_text": {"text": alt}}})

    def posts_since(self, user_id: str, start: datetime, page: str = "") -> Any:
        """Return one page of the account's own timeline, newest first, not older than ``start``."""
        params = {"max_results": "100", "start_time": f"{start:%Y-%m-%dT%H:%M:%SZ}"}
        if page:
            params["pagination_token"] = page
        route = f"/2/users/{user_id}/tweets"
        try:
            return self.request("GET", route, params=params | {"tweet.fields": _FIELDS}).json()
        except tweepy.HTTPException as error:
            # X's schema of August 2026 says post.fields where its pages say tweet.fields
            if error.response.status_code != 400 or "tweet.fields" not in error.response.text:
                raise
        return self.request("GET", route, params=params | {"post.fields": _FIELDS}).json()

    def _signature(self) -> requests.auth.AuthBase:
        handler = tweepy.OAuth1UserHandler(
            self.consumer_key, self.consumer_secret, self.access_token, self.access_token_secret
        )
        auth: requests.auth.AuthBase = handler.apply_auth()
        auth.client.timestamp = str(int(self._now.timestamp()))  # type: ignore[attr-defined]
        for name, value in self._handshake.items():
            setattr(auth.client, name, value)  # type: ignore[attr-defined]
        return auth

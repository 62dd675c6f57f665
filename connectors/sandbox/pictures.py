"""Pictures as the platforms see them: fetched from an address without following redirects, decoded, measured."""

from __future__ import annotations

import hashlib
import io

import anyio.to_thread
import requests
from PIL import Image

from connectors.sandbox.state import Picture, State

MIMES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "GIF": "image/gif",
    "BMP": "image/bmp",
    "TIFF": "image/tiff",
    "WEBP": "image/webp",
    "MPO": "image/mpo",
}
_MOST_PIXELS = 80_000_000


class Unfetchable(Exception):
    """The address gave no picture. ``slow`` tells that it took too long rather than refused."""

    def __init__(self, reason: str, *, slow: bool = False) -> None:
        super().__init__(reason)
        self.slow = slow


class TooLarge(Exception):
    """The address gave more bytes than the platform takes."""


class Fetcher:
    """Fetches pictures and videos over kept connections, ignoring proxies and redirects."""

    def __init__(self, timeout: tuple[float, float] = (3.0, 10.0)) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["User-Agent"] = "sandbox-mediafetcher/1.0"
        self._timeout = timeout

    async def fetch(self, url: str, limit: int, kind: str = "image/") -> bytes:
        """Return the bytes at ``url``, served as of this kind. Raises: Unfetchable, TooLarge."""
        return await anyio.to_thread.run_sync(self._fetch, url, limit, kind)

    def _fetch(self, url: str, limit: int, wanted: str) -> bytes:
        if not url.isascii() or not url.lower().startswith(("http://", "https://")):
            raise Unfetchable("not an ASCII http(s) address")
        try:
            with self._session.get(url, timeout=self._timeout, allow_redirects=False, stream=True) as answer:
                kind = answer.headers.get("content-type", "")
                if answer.status_code != requests.codes.ok or not kind.startswith(wanted):
                    raise Unfetchable(f"HTTP {answer.status_code}, {kind or 'no content type'}")
                data = bytearray()
                for piece in answer.iter_content(65536):
                    data += piece
                    if len(data) > limit:
                        raise TooLarge
                return bytes(data)
        except requests.Timeout as error:
            raise Unfetchable(type(error).__name__, slow=True) from error
        except requests.RequestException as error:
            raise Unfetchable(type(error).__name__) from error

    def close(self) -> None:
        """Close the kept connections."""
        self._session.close()


async def examine(state: State, data: bytes) -> Picture | None:
    """Decode and store a picture; None if the bytes are no picture. The same bytes are decoded once."""
    known = state.pictures.get(hashlib.sha256(data).hexdigest())
    if known is not None:
        return known
    picture = await anyio.to_thread.run_sync(measure, data)
    if picture is not None:
        state.keep(picture, data)
    return picture


def measure(data: bytes) -> Picture | None:
    """Return what the bytes show, or None if they cannot be decoded to the end."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.width * image.height > _MOST_PIXELS:
                return None
            image.load()
            mime = MIMES.get(image.format or "", "application/octet-stream")
            return Picture(hashlib.sha256(data).hexdigest(), mime, image.width, image.height, len(data))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None

"""How Bluesky counts a text. Pure; nothing here knows of posts or accounts.

A post's text has two bounds at once, 300 grapheme clusters and 3,000 bytes of UTF-8:
https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/post.json (read 2026-11-22). Ten bytes
weigh as much as one cluster, so one number against one limit says both.
"""

from __future__ import annotations

from connectors import _graphemes as graphemes

MAX_LENGTH = 300
_BYTES_PER_CLUSTER = 10


def length(text: str) -> int:
    """Return how much of Bluesky's 300 the text uses: its grapheme clusters, or a tenth of its bytes if that is more.

    Links and mentions count as they stand; the server shortens nothing.
    """
    tenths = -(-len(text.encode("utf-8", "surrogatepass")) // _BYTES_PER_CLUSTER)
    return max(graphemes.count(text), tenths)

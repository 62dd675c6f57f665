"""Text as a Mastodon server counts it and as it hands it back: HTML with its links shortened for the eye.

After app/validators/status_length_validator.rb and app/lib/text_formatter.rb (github.com/mastodon/mastodon, read
2026-11-22). The count is our own simple one: links count 23, of ``@user@host`` only ``@user``, else grapheme clusters.
"""

from __future__ import annotations

import html
import re

import regex

LINK_LENGTH = 23

_LINK = re.compile(r"https?://[^\s<>\"„“”]*[^\s<>\"„“”.,;:!?)\]}'…»]")
_MENTION = re.compile(r"(?<![\w/@])@(\w+)@([\w\-]+(?:\.[\w\-]+)+)")
_TOKEN = re.compile(
    rf"(?P<link>{_LINK.pattern})|(?P<mention>(?<![\w/@])@\w+@[\w\-]+(?:\.[\w\-]+)+)|(?P<tag>(?<![\w&/])#\w+)"
)
_SHOWN = 30


def length(text: str) -> int:
    """Return how many characters the server counts."""
    seen = _MENTION.sub(r"@\1", _LINK.sub("x" * LINK_LENGTH, text))
    return len(regex.findall(r"\X", seen))


def as_html(text: str, server: str) -> str:
    """Return the text as the server shows it: paragraphs, line breaks, links, mentions and hashtags in tags."""
    paragraphs = [part for part in re.split(r"\n{2,}", text.strip()) if part]
    return "".join(f"<p>{_inline(part, server)}</p>" for part in paragraphs)


def _inline(text: str, server: str) -> str:
    pieces, at = [], 0
    for token in _TOKEN.finditer(text):
        pieces += [_plain(text[at : token.start()]), _tagged(token, server)]
        at = token.end()
    return "".join([*pieces, _plain(text[at:])])


def _plain(text: str) -> str:
    return html.escape(text, quote=False).replace("\n", "<br />")


def _tagged(token: re.Match[str], server: str) -> str:
    word = html.escape(token[0])
    if token.lastgroup == "mention":
        user, host = token[0][1:].split("@", 1)
        href = html.escape(f"https://{host}/@{user}")
        return (
            f'<span class="h-card"><a href="{href}" class="u-url mention">@<span>{html.escape(user)}</span></a></span>'
        )
    if token.lastgroup == "tag":
        href = html.escape(f"{server}/tags/{token[0][1:]}")
        return f'<a href="{href}" class="mention hashtag" rel="tag">#<span>{word[1:]}</span></a>'
    scheme, rest = token[0].split("://", 1)
    seen, hidden = rest[:_SHOWN], rest[_SHOWN:]
    eye = f'<span class="{"ellipsis" if hidden else ""}">{html.escape(seen)}</span>'
    tail = f'<span class="invisible">{html.escape(hidden)}</span>'
    opening = f'<a href="{word}" target="_blank" rel="nofollow noopener">'
    return f'{opening}<span class="invisible">{scheme}://</span>{eye}{tail}</a>'

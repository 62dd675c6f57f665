"""How Mastodon counts a text. Pure; nothing here knows of posts or accounts.

What a reader sees is counted in grapheme clusters, the warning before the text with it: every link with a scheme
counts as many as the server reserves for one (23), and of ``@user@host`` only ``@user`` counts. The rules are the
server's own, StatusLengthValidator with the Extractor and its patterns, and those of twitter-text where it leans on
them: https://github.com/mastodon/mastodon/blob/main/app/validators/status_length_validator.rb,
…/config/initializers/twitter_regex.rb and …/app/models/account.rb (read 2026-11-22).
"""

from __future__ import annotations

import re
import stringprep
from collections.abc import Iterator

import regex

from connectors import _graphemes as graphemes
from connectors._links import LATIN, MARKS, SPACES, Dialect, found

URL_LENGTH = 23
"""What a server reserves for a link unless its ``characters_reserved_per_url`` says otherwise."""

_LONGEST = 4096
_LONGEST_LABEL = 63
_LONGEST_SLUG = 40

_IN_PATH = r"\p{White_Space}<>()?"
_NOT_LAST_IN_PATH = rf"{_IN_PATH}!*\"'「」;:=,.$%\[\]~&|@"
_IN_LAST_BRACKETS = rf"a-zA-Z0-9\p{{Cyrillic}}\p{{Pd}}!*';:=+,.$/%#\[\]_~&|@{LATIN}"
_BEYOND_ASCII = (
    "\u00a0-\ud7ff\ue000-\ufdcf\ufdf0-\uffef"
    + "".join(f"{chr(plane * 0x10000)}-{chr(plane * 0x10000 + 0xFFFD)}" for plane in range(1, 17) if plane != 14)
    + "\U000e1000-\U000efffd"
)


def _brackets(inside: str) -> str:
    return rf"\((?:{inside}++|{inside}*+\({inside}++\){inside}*+)\)"


_DIALECT = Dialect(
    scheme=re.compile(r"(?:https?|dat|dweb|ipfs|ipns|ssb|gopher|gemini)://", re.IGNORECASE | re.ASCII),
    host=re.compile(rf"[^\x00-\x1f\x7f!\"#$%&'()*+,/:;<=>?@\[\]\^`{{|}}~{SPACES}{MARKS}]++"),
    punycode=re.compile(r"[xX][nN]--[a-zA-Z0-9]++"),
    path=regex.compile(
        rf"(?P<last>[^{_NOT_LAST_IN_PATH}]++|{_brackets(f'[{_IN_LAST_BRACKETS}]')})"
        rf"|[^{_IN_PATH}]|{_brackets(f'[^{_IN_PATH}]')}"
    ),
    query=re.compile(rf"(?P<last>[a-zA-Z0-9_&=#/\-{_BEYOND_ASCII}]++)|[!?*'();:+$%\[\].,~|@^]++"),
)
_SHORT_LINK = re.compile(r"https?://t\.co/(?P<slug>[a-z0-9]++)", re.IGNORECASE | re.ASCII)
_WORD = r"[\p{L}\p{M}\p{Nd}\p{Pc}]"
_MENTION = regex.compile(
    rf"(?<!{_WORD}|[=/])(?P<user>@[a-zA-Z0-9_]++(?:[.\-]++[a-zA-Z0-9_]++)*+)"
    rf"(?:@(?P<host>{_WORD}++(?:[.\-]++{_WORD}++)*+))?"
)
_LONGEST_HOST = 253
"""A longer one is no host, and what stands there no mention; ``MAX_DOMAIN_LENGTH`` in the server's Extractor."""
_NO_MENTION_BEFORE = re.compile(rf"[@＠{LATIN}]|://")
_BLANK = regex.compile(r"\p{White_Space}*+")


def length(text: str, *, warning: str = "", per_link: int = URL_LENGTH) -> int:
    """Return how much of the server's ``max_characters`` the text uses, with the content warning before it."""
    seen = "" if _BLANK.fullmatch(text) else _seen(text, "x" * per_link)
    return graphemes.count(warning + seen)


def _seen(text: str, link: str) -> str:
    """Return the text with each link replaced and the hosts of mentions left out; where both meet, the first counts."""
    pieces: list[str] = []
    rest = 0
    for start, end, instead in sorted([*((*span, link) for span in _links(text)), *_mentions(text)]):
        if start >= rest:
            pieces += [text[rest:start], instead]
            rest = end
    return "".join([*pieces, text[rest:]])


def _links(text: str) -> Iterator[tuple[int, int]]:
    for link in found(text, _DIALECT):
        if link.host == link.start:
            continue
        end = link.end
        if short := _SHORT_LINK.match(text, link.start, end):
            if len(short["slug"]) > _LONGEST_SLUG:
                continue
            end = short.end()
        if end - link.start <= _LONGEST and _valid_host(text[link.host : link.host_end]):
            yield link.start, end


def _valid_host(host: str) -> bool:
    """Tell whether the server's IDNA library (of 2003, with the signs that Unicode 3.2 knew) takes the host."""
    if any(len(label) > _LONGEST_LABEL for label in host.split(".")) or any(map(stringprep.in_table_a1, host)):
        return False
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return True


def _mentions(text: str) -> Iterator[tuple[int, int, str]]:
    for mention in _MENTION.finditer(text):
        if len(mention["host"] or "") <= _LONGEST_HOST and not _NO_MENTION_BEFORE.match(text, mention.end()):
            yield mention.start(), mention.end(), mention["user"]

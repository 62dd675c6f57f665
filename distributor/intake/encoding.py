"""Bytes to characters: which encoding a document is really in. Says what it had to mend; never fails."""

from __future__ import annotations

import codecs
import re

from distributor.intake.charsets import TABLES, read_by_table

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
# Text codecs of Python that no document is honestly written in; some of them are slow or interpret escapes.
_NO_DOCUMENT = frozenset(
    {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7", "undefined", "mbcs", "oem"}
)
# What documents call the left name, they mean the right one (as browsers have it: https://encoding.spec.whatwg.org).
_MEANT = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030"}
# Names that Python does not know (https://www.iana.org/assignments/character-sets).
_UNKNOWN_TO_PYTHON = {"mac": "mac_roman", "csmacintosh": "mac_roman", "x-mac-roman": "mac_roman", "ms-cyrl": "cp1251"}
# "<?xml" as mainframes write it; the Latin letters that a declaration needs are the same on all of them.
_EBCDIC, _ANY_EBCDIC = "<?xml".encode("cp037"), "cp037"

# The escapes that Python puts for undecodable bytes, as the letters that Windows writes with these bytes.
_WINDOWS = {0xDC00 + byte: bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in range(0x80, 0x100)}

LYING = "encoding: Die angegebene Zeichenkodierung stimmt nicht; der Text wurde in der tatsächlichen gelesen."
BROKEN = "encoding: Einzelne Zeichen sind nicht lesbar und wurden ersetzt."


def decode(body: bytes, content_type: str = "") -> tuple[str, tuple[str, ...]]:
    """Return the document's characters and what was odd.

    A byte order mark wins, then the bytes' own shape, then the XML declaration, then the charset of the content type.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return _clean(body[len(mark) :], name)
    if wide := _wide(body[:64]):
        return _clean(body, wide)
    mainframe = body.startswith(_EBCDIC)
    head = body[:512].decode(_ANY_EBCDIC).encode("ascii", errors="replace") if mainframe else body[:512]
    declared = _DECLARED.match(head)
    charset = _CHARSET.search(content_type)
    named = _known(declared.group(1).decode() if declared else charset.group(1) if charset else "utf-8")
    if mainframe:
        return _clean(body, named if named != "utf-8" else _ANY_EBCDIC)
    if named in TABLES:
        return read_by_table(body, named), ()
    if named.startswith(("iso2022", "hz")):
        return _clean(body, named)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return _not_utf8(body, named)
    # Valid UTF-8 with more than ASCII in it is no accident, whatever the document says of itself.
    lying = not text.isascii() and named != "utf-8"
    if lying and not _single_byte(named):
        return _clean(body, named)
    return text, (LYING,) if lying else ()


def _wide(head: bytes) -> str:
    """Return which two- or four-byte encoding the zero bytes between ASCII characters give away."""
    start = head.lstrip(b"\x00\t\r\n ")[:4]
    first = head[:4]
    if not start or b"\x00" not in head[:4]:
        return ""
    for name, zeros in (
        ("utf-32-le", (False, True, True, True)),
        ("utf-32-be", (True, True, True, False)),
        ("utf-16-le", (False, True, False, True)),
        ("utf-16-be", (True, False, True, False)),
    ):
        if tuple(byte == 0 for byte in first) == zeros:
            return name
    return ""


def _known(name: str) -> str:
    if name.lower() in TABLES:
        return name.lower()
    try:
        found = codecs.lookup(_UNKNOWN_TO_PYTHON.get(name.lower(), name))
    except (LookupError, ValueError):
        return "utf-8"
    if found.name in _NO_DOCUMENT or not getattr(found, "_is_text_encoding", True) or found.name.startswith("utf-"):
        # A document whose first bytes are not two bytes wide is no UTF-16, whatever it declares.
        return "utf-8"
    return _MEANT.get(found.name, found.name)


def _single_byte(name: str) -> bool:
    return name.startswith(("cp125", "iso8859", "koi8", "mac", "cp437", "cp85", "latin"))


def _not_utf8(body: bytes, named: str) -> tuple[str, tuple[str, ...]]:
    if named != "utf-8":
        return _clean(body, named)
    # Windows letters in a document that calls itself UTF-8: each byte that fits nothing is taken as such a letter.
    return _unescaped(body.decode("utf-8", errors="surrogateescape")), (LYING,)


def _unescaped(text: str) -> str:
    return text.translate(_WINDOWS)


def _clean(body: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    try:
        return body.decode(name), ()
    except UnicodeDecodeError:
        if name.startswith("cp125"):
            return _unescaped(body.decode(name, errors="surrogateescape")), ()
        return body.decode(name, errors="replace"), (BROKEN,)

"""What a file is, told by its first bytes alone; never by its name or what somebody declared. Opens nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from distributor.domain import MediumKind, Refused

_STARTS: tuple[tuple[bytes, MediumKind, str], ...] = (
    (b"\xff\xd8\xff", "image", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image", "image/png"),
    (b"GIF87a", "image", "image/gif"),
    (b"GIF89a", "image", "image/gif"),
    (b"II*\x00", "image", "image/tiff"),
    (b"MM\x00*", "image", "image/tiff"),
)
_BITMAP_HEADERS = {12, 16, 40, 52, 56, 64, 108, 124}
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
_MP4_BRANDS = {b"isom", b"avc1", b"mp41", b"mp42", b"M4V ", b"M4VH", b"MSNV", b"dash", b"3gp4", b"3gp5", b"3gp6"}
_TEXT_START = re.compile(
    rb"(?:\s|<\?xml.*?\?>|<!--.*?-->|<!doctype[^>\[]*(?:\[.*?\]\s*)?>)*", re.DOTALL | re.IGNORECASE
)
_LOOKED_AT = 4096

ACCEPTED = "JPEG, PNG, GIF, WebP, AVIF, BMP, TIFF, MP4 oder WebM"


@dataclass(frozen=True, slots=True)
class Sniffed:
    """The kind and type a file really has."""

    kind: MediumKind
    mime: str


def sniff(data: bytes) -> Sniffed:
    """Tell what the bytes are. Raises: Refused for an empty file, SVG, HTML, HEIC and whatever is unknown."""
    if not data:
        raise Refused("Die Mediendatei ist leer; bitte im Portal neu hochladen.", code="media.empty")
    for start, kind, mime in _STARTS:
        if data.startswith(start):
            return Sniffed(kind, mime)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Sniffed("image", "image/webp")
    if _is_bitmap(data):
        return Sniffed("image", "image/bmp")
    if data[4:8] == b"ftyp":
        return _of_brands(data)
    if data.startswith(b"\x1aE\xdf\xa3") and b"\x42\x82\x84webm" in data[:_LOOKED_AT]:
        return Sniffed("video", "video/webm")
    raise _refusal_of_text(data[:_LOOKED_AT])


def _is_bitmap(data: bytes) -> bool:
    return data[:2] == b"BM" and data[6:10] == bytes(4) and int.from_bytes(data[14:18], "little") in _BITMAP_HEADERS


def _of_brands(data: bytes) -> Sniffed:
    length = min(int.from_bytes(data[:4], "big"), 256)
    major = data[8:12]
    brands = {major} | {data[at : at + 4] for at in range(16, length - 3, 4)}
    if brands & {b"avif", b"avis"}:
        return Sniffed("image", "image/avif")
    if major in _HEIC_BRANDS:
        raise Refused("HEIC-Bilder werden nicht angenommen; bitte das Bild als JPEG speichern.", code="media.heic")
    if major == b"qt  ":
        return Sniffed("video", "video/quicktime")
    if brands & _MP4_BRANDS or any(brand.startswith(b"iso") for brand in brands):
        return Sniffed("video", "video/mp4")
    raise _unknown()


def _refusal_of_text(head: bytes) -> Refused:
    text = head.removeprefix(b"\xef\xbb\xbf")
    start = _TEXT_START.match(text)
    body = text[start.end() :].lower() if start else b""
    if body.startswith(b"<svg") or b"<!doctype svg" in text.lower():
        return Refused(
            "SVG-Grafiken werden nicht angenommen, weil sie Programme enthalten können; "
            "bitte das Bild als PNG oder JPEG speichern.",
            code="media.svg",
        )
    if b"<!doctype html" in text.lower() or body.startswith((b"<html", b"<head", b"<body", b"<script", b"<title")):
        return Refused(
            "Unter der Adresse liegt eine Internetseite und kein Bild oder Video; bitte die Adresse im Portal prüfen.",
            code="media.html",
        )
    return _unknown()


def _unknown() -> Refused:
    return Refused(
        f"Das Dateiformat ist unbekannt; angenommen werden {ACCEPTED}. Bitte die Datei in einem davon speichern.",
        code="media.unknown",
    )

"""What a file is, by its bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from distributor.domain import Refused
from distributor.media.sniff import Sniffed, sniff


@pytest.mark.parametrize(
    ("format_", "mime"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("GIF", "image/gif"),
        ("WEBP", "image/webp"),
        ("AVIF", "image/avif"),
        ("BMP", "image/bmp"),
        ("TIFF", "image/tiff"),
    ],
)
def test_every_accepted_picture_format_is_told_by_its_bytes(encode, format_: str, mime: str) -> None:
    assert sniff(encode(Image.new("RGB", (8, 8), "red"), format_)) == Sniffed("image", mime)


@pytest.mark.parametrize(
    ("head", "mime"),
    [
        (b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41", "video/mp4"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", "video/mp4"),
        (b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  ", "video/quicktime"),
        (b"\x1aE\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", "video/webm"),
    ],
)
def test_a_video_is_told_by_its_container(head: bytes, mime: str) -> None:
    assert sniff(head + bytes(40)) == Sniffed("video", mime)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "media.empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "media.svg"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- Logo --> <svg/>", "media.svg"),
        (b'<?xml version="1.0"?><!DOCTYPE svg PUBLIC "x" "y" [<!ENTITY a "b">]><svg/>', "media.svg"),
        (b"<!DOCTYPE html><title>Nicht gefunden</title>", "media.html"),
        (b"  \n<HTML><body>", "media.html"),
        (b"<script>alert(1)</script>", "media.html"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "media.heic"),
        (b"%PDF-1.7", "media.unknown"),
        (b"PK\x03\x04", "media.unknown"),
        (b"BMW ist kein Bild", "media.unknown"),
        (b"RIFF\x00\x00\x00\x00WAVE", "media.unknown"),
        (b"\x1aE\xdf\xa3\x9f\x42\x82\x88matroska", "media.unknown"),
        (b"\xff", "media.unknown"),
    ],
)
def test_what_is_no_accepted_medium_is_refused_with_its_reason(data: bytes, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        sniff(data)
    assert refusal.value.code == code
    assert refusal.value.text.endswith(".")


def test_a_page_that_shows_a_drawing_is_called_a_page() -> None:
    with pytest.raises(Refused) as refusal:
        sniff(b"<!DOCTYPE html><html><body><svg></svg></body></html>")
    assert refusal.value.code == "media.html"


@given(st.binary(max_size=400))
def test_any_bytes_are_told_or_refused(data: bytes) -> None:
    try:
        assert "/" in sniff(data).mime
    except Refused as refusal:
        assert refusal.code.startswith("media.")

"""The JPEG a channel gets of a picture, seen in its decoded pixels."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw

from connectors.base import PictureRules
from distributor.domain import Refused
from distributor.media.pictures import MAX_PIXELS, Picture, probe, render
from distributor.media.shapes import MIDDLE, Treatment

RULES = PictureRules()
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "BMP", "TIFF")
RED, GREEN, BLUE, YELLOW, WHITE = (255, 0, 0), (0, 160, 0), (0, 0, 255), (255, 255, 0), (255, 255, 255)


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data), formats=["JPEG"])
    image.load()
    return image


def close(pixel, colour, within: int = 12) -> bool:
    return all(abs(one - other) <= within for one, other in zip(pixel, colour, strict=True))


def corners(image: Image.Image) -> list[tuple[int, ...]]:
    right, bottom = image.width - 4, image.height - 4
    return [image.getpixel(at) for at in ((3, 3), (right, 3), (right, bottom), (3, bottom))]


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_becomes_a_jpeg_with_the_same_colours(encode, quarters, format_: str) -> None:
    result = opened(render(encode(quarters, format_), RULES))
    assert (result.format, result.mode, result.size) == ("JPEG", "RGB", (80, 40))
    assert all(close(*pair, within=24) for pair in zip(corners(result), (RED, GREEN, BLUE, YELLOW), strict=True))


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize(
    ("orientation", "clockwise"),
    [
        (1, (RED, GREEN, BLUE, YELLOW)),
        (2, (GREEN, RED, YELLOW, BLUE)),
        (3, (BLUE, YELLOW, RED, GREEN)),
        (4, (YELLOW, BLUE, GREEN, RED)),
        (5, (RED, YELLOW, BLUE, GREEN)),
        (6, (YELLOW, RED, GREEN, BLUE)),
        (7, (BLUE, GREEN, RED, YELLOW)),
        (8, (GREEN, BLUE, YELLOW, RED)),
    ],
)
def test_a_picture_stands_as_its_exif_says_and_carries_none(
    encode, quarters, format_: str, orientation: int, clockwise
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Kamera"
    exif.get_ifd(0x8825)[1] = "N"
    data = encode(quarters, format_, exif=exif)
    size = (40, 80) if orientation > 4 else (80, 40)

    jpeg = render(data, RULES)
    result = opened(jpeg)

    assert probe(data) == Picture(f"image/{format_.lower()}", *size)
    assert result.size == size
    assert all(close(*pair, within=40) for pair in zip(corners(result), clockwise, strict=True))
    assert not result.getexif()
    assert b"Kamera" not in jpeg


def test_comments_and_profiles_of_the_source_are_not_carried_along(encode, quarters) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    jpeg = render(encode(quarters, "JPEG", comment=b"intern: Akte 7", icc_profile=profile, dpi=(300, 300)), RULES)
    assert b"Akte" not in jpeg
    assert {"icc_profile", "comment", "exif"}.isdisjoint(opened(jpeg).info)


def swapped_profile() -> bytes:
    """Return an sRGB profile in which red and green have changed places."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"tmpX").replace(b"gXYZ", b"rXYZ").replace(b"tmpX", b"gXYZ")


def test_colours_are_carried_over_from_the_pictures_own_profile(encode) -> None:
    picture = Image.new("RGB", (20, 20), (255, 0, 0))
    result = opened(render(encode(picture, "PNG", icc_profile=swapped_profile()), RULES))
    assert close(result.getpixel((10, 10)), (0, 255, 0))


def test_a_transparent_picture_keeps_its_profile_and_gets_a_white_ground(encode) -> None:
    picture = Image.new("RGBA", (40, 20), (255, 0, 0, 255))
    picture.paste((0, 0, 255, 0), (20, 0, 40, 20))
    result = opened(render(encode(picture, "PNG", icc_profile=swapped_profile()), RULES))
    assert close(result.getpixel((5, 10)), (0, 255, 0))
    assert close(result.getpixel((35, 10)), WHITE)


def test_a_profile_that_is_rubbish_counts_as_absent(encode, quarters) -> None:
    assert render(encode(quarters, "PNG", icc_profile=b"rubbish" * 40), RULES) == render(encode(quarters), RULES)


def test_half_transparent_colours_are_mixed_with_white(encode) -> None:
    result = opened(render(encode(Image.new("RGBA", (20, 20), (0, 0, 0, 128))), RULES))
    assert close(result.getpixel((10, 10)), (127, 127, 127))


@pytest.mark.parametrize("format_", ["PNG", "GIF", "WEBP", "TIFF", "AVIF"])
def test_what_is_transparent_becomes_white_in_every_format(encode, format_: str) -> None:
    picture = Image.new("RGBA", (40, 20), (0, 0, 0, 0))
    picture.paste((0, 0, 255, 255), (0, 0, 20, 20))
    result = opened(render(encode(picture, format_), RULES))
    assert close(result.getpixel((4, 10)), BLUE, within=16)
    assert close(result.getpixel((35, 10)), WHITE)


def test_a_palette_with_one_transparent_colour_becomes_white_there(encode) -> None:
    picture = Image.new("P", (20, 20), 1)
    picture.putpalette([10, 20, 30, 200, 0, 0])
    picture.paste(0, (10, 0, 20, 20))
    for transparency in (0, b"\x00\xff"):
        result = opened(render(encode(picture, "PNG", transparency=transparency), RULES))
        assert close(result.getpixel((3, 10)), (200, 0, 0))
        assert close(result.getpixel((17, 10)), WHITE)


@pytest.mark.parametrize(
    ("mode", "colour", "format_", "expected"),
    [
        ("1", 1, "PNG", WHITE),
        ("L", 120, "PNG", (120, 120, 120)),
        ("LA", (120, 255), "PNG", (120, 120, 120)),
        ("I;16", 32896, "PNG", (128, 128, 128)),
        ("CMYK", (0, 255, 255, 0), "JPEG", RED),
        ("CMYK", (0, 255, 255, 0), "TIFF", RED),
        ("YCbCr", (76, 85, 255), "JPEG", (254, 0, 0)),
    ],
)
def test_every_usual_colour_mode_is_turned_into_rgb(encode, mode: str, colour, format_: str, expected) -> None:
    result = opened(render(encode(Image.new(mode, (20, 20), colour), format_), RULES))
    assert result.mode == "RGB"
    assert close(result.getpixel((10, 10)), expected)


def test_sixteen_bit_grey_with_a_transparent_value_is_readable(encode) -> None:
    data = encode(Image.new("I;16", (20, 20), 65535))
    at = data.index(b"IDAT") - 4
    chunk = b"tRNS" + struct.pack(">H", 7)
    marked = data[:at] + struct.pack(">I", 2) + chunk + struct.pack(">I", zlib.crc32(chunk)) + data[at:]
    assert close(opened(render(marked, RULES)).getpixel((10, 10)), WHITE)


def test_colours_without_a_sensible_rgb_are_refused(encode) -> None:
    with pytest.raises(Refused) as refusal:
        render(encode(Image.new("F", (20, 20), 0.5), "TIFF"), RULES)
    assert refusal.value.code == "media.colours"


@pytest.mark.parametrize("format_", ["GIF", "WEBP", "PNG", "TIFF", "AVIF"])
def test_of_an_animation_the_first_frame_is_taken(encode, format_: str) -> None:
    rest = [Image.new("RGB", (40, 20), colour) for colour in ("blue", "yellow")]
    data = encode(Image.new("RGB", (40, 20), "red"), format_, save_all=True, append_images=rest)
    assert probe(data).width == 40
    assert close(opened(render(data, RULES)).getpixel((20, 10)), RED, within=24)


def test_of_a_phones_jpeg_with_several_pictures_the_first_is_taken(encode, quarters) -> None:
    data = encode(quarters, "MPO", save_all=True, append_images=[Image.new("RGB", (80, 40), "black")])
    assert probe(data).mime == "image/jpeg"
    assert close(opened(render(data, RULES)).getpixel((3, 3)), RED)


def test_a_tall_picture_is_cut_at_top_and_bottom_alike(encode) -> None:
    picture = Image.new("RGB", (400, 1000), "white")
    picture.paste("red", (0, 0, 400, 240))
    picture.paste("blue", (0, 760, 400, 1000))
    result = opened(render(encode(picture), PictureRules(min_ratio=0.8, max_ratio=1.91), Treatment(focus=MIDDLE)))
    assert result.size == (400, 500)
    assert {close(result.getpixel((200, y)), WHITE) for y in (3, 250, 496)} == {True}


def test_a_wide_picture_is_cut_left_and_right_and_scaled_down(encode) -> None:
    picture = Image.new("RGB", (3000, 1000), "white")
    picture.paste("red", (0, 0, 500, 1000))
    picture.paste("blue", (2500, 0, 3000, 1000))
    rules = PictureRules(min_ratio=0.8, max_ratio=1.91, max_width=1440)
    result = opened(render(encode(picture), rules, Treatment(focus=MIDDLE)))
    assert result.size == (1440, 754)
    assert {close(result.getpixel((x, 300)), WHITE) for x in (3, 700, 1436)} == {True}


def test_a_small_picture_is_not_blown_up(encode, quarters) -> None:
    assert opened(render(encode(quarters), PictureRules(max_width=2048))).size == (80, 40)


def test_rules_that_a_picture_meets_anyway_give_the_same_file(encode) -> None:
    picture = Image.linear_gradient("L").convert("RGB").resize((1400, 900))
    ImageDraw.Draw(picture).ellipse((200, 200, 700, 700), fill="orange")
    data = encode(picture)
    results = {
        render(data, rules)
        for rules in (
            PictureRules(max_bytes=4_000_000, max_width=2048),
            PictureRules(max_bytes=8_000_000, max_width=1440, min_ratio=0.8, max_ratio=1.91),
            PictureRules(max_bytes=5_000_000, max_width=4096),
        )
    }
    assert len(results) == 1
    assert render(data, RULES) in results


def test_bytes_are_kept_within_bounds_by_quality_first(encode, noise) -> None:
    data = encode(noise)
    free = render(data, RULES)
    tighter = render(data, PictureRules(max_bytes=len(free) - 1))
    assert len(tighter) < len(free)
    assert opened(tighter).size == opened(free).size == (900, 600)


def test_bytes_are_kept_within_bounds_by_size_where_quality_does_not_do(encode, noise) -> None:
    jpeg = render(encode(noise), PictureRules(max_bytes=60_000, min_ratio=0.8, max_ratio=1.91))
    result = opened(jpeg)
    assert len(jpeg) <= 60_000
    assert result.width < 900
    assert result.width / result.height == pytest.approx(1.5, abs=0.01)


def test_a_bound_that_nothing_can_meet_is_refused(encode, noise) -> None:
    with pytest.raises(Refused) as refusal:
        render(encode(noise), PictureRules(max_bytes=300))
    assert refusal.value.code == "media.too_heavy"


def png_of(width: int, height: int) -> bytes:
    """Return a PNG that claims a size and holds next to nothing."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(20_000, 10_000), (10_000, 9_000), (8_001, 8_000), (60_000, 60_000)])
@pytest.mark.parametrize("work", [probe, lambda data: render(data, RULES)])
def test_a_picture_of_far_too_many_pixels_is_refused_before_it_is_decoded(size, work) -> None:
    with pytest.raises(Refused) as refusal:
        work(png_of(*size))
    assert size[0] * size[1] > MAX_PIXELS
    assert refusal.value.code == "media.too_large"
    assert "64 Megapixel" in refusal.value.text


@pytest.mark.filterwarnings("default::PIL.Image.DecompressionBombWarning")
def test_it_is_refused_as_well_where_warnings_are_only_printed() -> None:
    with pytest.raises(Refused) as refusal, pytest.warns(Image.DecompressionBombWarning):
        probe(png_of(10_000, 9_000))
    assert refusal.value.code == "media.too_large"


@pytest.mark.parametrize("format_", FORMATS)
def test_a_truncated_picture_is_refused(encode, noise, format_: str) -> None:
    data = encode(noise.resize((300, 200)), format_)
    with pytest.raises(Refused) as refusal:
        render(data[: len(data) // 2], RULES)
    assert refusal.value.code == "media.damaged"
    assert "neu hochladen" in refusal.value.text


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("size", [0, 1, 3, 12, 30])
def test_the_mere_beginning_of_a_picture_is_refused(encode, quarters, size: int) -> None:
    for format_ in FORMATS:
        for work in (probe, lambda data: render(data, RULES)):
            with pytest.raises(Refused):
                work(encode(quarters, format_)[:size])


def test_a_video_is_no_picture() -> None:
    with pytest.raises(Refused) as refusal:
        probe(b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(100))
    assert refusal.value.code == "media.no_picture"


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    format_=st.sampled_from(FORMATS),
    changes=st.lists(st.tuples(st.integers(0, 4000), st.binary(min_size=1, max_size=8)), min_size=1, max_size=6),
)
def test_a_spoilt_picture_becomes_a_jpeg_or_is_refused(encode, quarters, format_: str, changes) -> None:
    data = bytearray(encode(quarters, format_))
    for at, junk in changes:
        at %= len(data)  # noqa: PLW2901
        data[at : at + len(junk)] = junk
    try:
        result = opened(render(bytes(data), PictureRules(max_width=100)))
    except Refused as refusal:
        assert refusal.code.startswith("media.")
    else:
        assert result.width <= 100

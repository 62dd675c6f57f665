"""Pictures: how large one is, and the JPEG a channel gets of it. Works on bytes; fetching and keeping are elsewhere.

The same bytes and rules give the same JPEG, and rules that a first try already meets leave no trace in it: channels
whose shapes agree share one file. What an approved post carries is the kept file, so another Pillow changes nothing.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from PIL import Image, ImageCms, ImageFilter

from connectors.base import PictureRules
from distributor.domain import Refused
from distributor.media.cards import credited
from distributor.media.saliency import focal_point
from distributor.media.shapes import MIDDLE, PLAIN, Frame, Treatment, frame, padded
from distributor.media.sniff import sniff

MAX_PIXELS = 64_000_000
"""More than any camera's picture today (61 megapixels), and still a quarter of a gigabyte while it is worked on."""

QUALITIES = (88, 84, 80, 76, 72, 68, 64, 60)
_SHRINK = 0.8
_SMALLEST = 64
_BLUR_SMALL = 8
"""By how much smaller the ground of a padded picture is blurred."""

_PLUGINS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/avif": "AVIF",
    "image/bmp": "BMP",
    "image/tiff": "TIFF",
}
_ORIENTATION = 0x0112
_SIDEWAYS = {5, 6, 7, 8}
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_WITH_ALPHA = {"LA", "PA", "RGBA"}
_INDIRECT = {"1", "P", "RGBX", "YCbCr"}
_DIRECT = {"L", "RGB", "CMYK"}
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    ArithmeticError,
    RuntimeError,
    struct.error,
    zlib.error,
)
"""What Pillow's readers answer to broken bytes."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture is: its type and its size in pixels as it is seen."""

    mime: str
    width: int
    height: int


def probe(data: bytes) -> Picture:
    """Tell type and size from the header, turned as EXIF says. Raises: Refused if it is no picture or far too large."""
    with _opened(data) as (image, mime):
        width, height = image.size
        # Pillow's TIFF reader has turned the size already.
        if mime != "image/tiff" and _orientation(image) in _SIDEWAYS:
            width, height = height, width
        return Picture(mime=mime, width=width, height=height)


def render(data: bytes, rules: PictureRules, treatment: Treatment = PLAIN) -> bytes:
    """Return the picture as an sRGB JPEG within the rules, without EXIF, the first frame of an animation.

    Raises: Refused if it is no picture, damaged, far too large, or cannot be made small enough.
    """
    picture = _flat(_srgb(_loaded(data)))
    for shape in _shapes(picture, rules, treatment):
        cut = credited(_cut(picture, shape), treatment.credit)
        for quality in QUALITIES:
            jpeg = _jpeg(cut, quality)
            if len(jpeg) <= rules.max_bytes:
                return jpeg
    raise Refused(
        f"Das Bild lässt sich nicht auf {rules.max_bytes} Byte verkleinern; bitte ein einfacheres Bild verwenden.",
        code="media.too_heavy",
    )


@contextmanager
def _opened(data: bytes) -> Iterator[tuple[Image.Image, str]]:
    """Open the picture by what its bytes are, and say in German what is wrong with it while it is read."""
    sniffed = sniff(data)
    if sniffed.kind != "image":
        raise Refused("Die Datei ist ein Video und kein Bild; bitte ein Bild angeben.", code="media.no_picture")
    try:
        with Image.open(io.BytesIO(data), formats=[_PLUGINS[sniffed.mime]]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise _too_large()
            yield image, sniffed.mime
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except _BROKEN as error:
        raise Refused(
            "Das Bild ist beschädigt oder unvollständig und lässt sich nicht öffnen; bitte im Portal neu hochladen.",
            code="media.damaged",
        ) from error


def _loaded(data: bytes) -> Image.Image:
    """Decode the picture and turn it upright."""
    with _opened(data) as (image, _mime):
        image.load()
        turn = _TURNS.get(_orientation(image))
        return image if turn is None else image.transpose(turn)


def _too_large() -> Refused:
    return Refused(
        f"Das Bild hat mehr als {MAX_PIXELS // 1_000_000} Megapixel; bitte kleiner im Portal hochladen.",
        code="media.too_large",
    )


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except _BROKEN:
        return 1  # unreadable EXIF says nothing about a picture that itself is sound


def _srgb(image: Image.Image) -> Image.Image:
    """Return the picture as RGB or RGBA in sRGB. Raises: Refused for a mode that has no sensible sRGB."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):
        # Sixteen bits a pixel: Pillow's own conversion would clip and not scale.
        return image.point(lambda value: value * (1 / 257)).convert("L").convert("RGB")
    if image.mode in _WITH_ALPHA or "transparency" in image.info:
        whole = image.convert("RGBA")
        colours = _managed(whole.convert("RGB"), profile)
        colours.putalpha(whole.getchannel("A"))
        return colours
    if image.mode in _INDIRECT:
        return _managed(image.convert("RGB"), profile)
    if image.mode in _DIRECT:
        return _managed(image, profile)
    raise Refused(
        "Das Farbformat des Bildes lässt sich nicht umwandeln; bitte das Bild als JPEG speichern.", code="media.colours"
    )


def _managed(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Carry the colours over from the picture's own profile; one that does not fit counts as absent."""
    if profile:
        source = io.BytesIO(profile)
        target = ImageCms.createProfile("sRGB")
        try:
            managed = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
        except ImageCms.PyCMSError:
            managed = None
        if managed is not None:
            return managed
    return image.convert("RGB")


def _flat(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image).convert("RGB")


def _shapes(picture: Image.Image, rules: PictureRules, treatment: Treatment) -> Iterator[Frame]:
    """Give the shape the rules ask for, then ever smaller ones for when its bytes are too many."""
    shape = _shape(picture, rules, treatment, rules.max_width)
    if treatment.focus is None and not shape.whole:
        treatment = replace(treatment, focus=focal_point(picture))
        shape = _shape(picture, rules, treatment, rules.max_width)
    yield shape
    while min(shape.size) * _SHRINK >= _SMALLEST:
        shape = _shape(picture, rules, treatment, int((shape.canvas or shape.size)[0] * _SHRINK))
        yield shape


def _shape(picture: Image.Image, rules: PictureRules, treatment: Treatment, max_width: int) -> Frame:
    if treatment.fit == "pad":
        return padded(*picture.size, rules, max_width=max_width)
    return frame(*picture.size, rules, max_width=max_width, focus=treatment.focus or MIDDLE)


def _cut(image: Image.Image, shape: Frame) -> Image.Image:
    width, height = image.size
    left, top, right, bottom = shape.box
    box = (left * width, top * height, right * width, bottom * height)
    cut = image.resize(shape.size, Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)
    return cut if shape.canvas is None else _padded(cut, shape.canvas)


def _padded(picture: Image.Image, canvas: tuple[int, int]) -> Image.Image:
    """Put the picture in the middle of a blurred copy of itself, as our films do it."""
    width, height = canvas
    scale = max(width / picture.width, height / picture.height) / _BLUR_SMALL
    small = picture.resize((max(1, round(picture.width * scale)), max(1, round(picture.height * scale))))
    left, top = (small.width - width // _BLUR_SMALL) // 2, (small.height - height // _BLUR_SMALL) // 2
    part = small.crop((left, top, left + max(1, width // _BLUR_SMALL), top + max(1, height // _BLUR_SMALL)))
    ground = part.filter(ImageFilter.GaussianBlur(6)).resize(canvas, Image.Resampling.BILINEAR)
    ground.paste(picture, ((width - picture.width) // 2, (height - picture.height) // 2))
    return ground


def _jpeg(image: Image.Image, quality: int) -> bytes:
    image.info.clear()  # else a comment of the source would be carried along
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True, subsampling="4:2:0")
    return out.getvalue()

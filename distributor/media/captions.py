"""Captions: read from WebVTT or SubRip, written as either, and as the ASS script that is burnt into a picture. Pure.

Burnt captions are white on black (21:1 where WCAG 2.2 SC 1.4.3 asks for 4.5:1), in a font that comes with us, and
stand where no network lays its own buttons.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from pathlib import Path

from distributor.domain import Refused

FONTS = Path(__file__).with_name("fonts")
"""The folder with the font of captions and title cards."""
FONT = "DejaVu Sans"
FONT_FILE = FONTS / "DejaVuSans-Bold.ttf"

MAX_BYTES = 2_000_000
_MOST = 5_000
_TIME = r"(?:(\d{1,3}):)?([0-5]?\d):([0-5]?\d)[.,](\d{1,3})"
_TIMES = re.compile(rf"^\s*{_TIME}\s*-->\s*{_TIME}")
_TAG = re.compile(r"<[^<>\n]{0,200}>|\{\\[^{}\n]{0,200}\}")
_UPRIGHT = 0.9
"""Width by height below which a picture counts as upright."""
_BOTTOM_UPRIGHT = 0.30
_BOTTOM_WIDE = 0.07
"""Part of the height below the captions. Upright feeds lay text and buttons over the lower quarter or so and over the
right edge (UNVERIFIED: the networks' own drawings differ and are not in their references; our own choice)."""
_SIDE = 0.09


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption: seconds from the start, and plain text of one or more lines."""

    start: float
    end: float
    text: str


def read(data: bytes) -> tuple[Cue, ...]:
    """Return the captions of a WebVTT or SubRip file in order of time.

    Raises: Refused if it is neither, or holds no caption.
    """
    if len(data) > MAX_BYTES:
        raise Refused("Die Untertiteldatei ist größer als 2 MB; bitte eine WebVTT-Datei angeben.", code="captions.big")
    cues = [cue for block in re.split(r"\n[ \t]*\n", _text(data)) if (cue := _cue(block))]
    if not cues:
        raise Refused(
            "Die Untertiteldatei enthält keine Untertitel mit Zeiten; bitte als WebVTT oder SubRip (.srt) speichern.",
            code="captions.none",
        )
    return tuple(sorted(cues[:_MOST], key=lambda cue: (cue.start, cue.end)))


def _text(data: bytes) -> str:
    for encoding in ("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text.replace("\r\n", "\n").replace("\r", "\n")
    raise Refused("Die Zeichen der Untertiteldatei sind unlesbar; bitte als UTF-8 speichern.", code="captions.coding")


def _cue(block: str) -> Cue | None:
    lines = block.strip("\n").split("\n")
    for number, line in enumerate(lines[:3]):
        times = _TIMES.match(line)
        if times:
            start, end = _seconds(times.groups()[:4]), _seconds(times.groups()[4:])
            said = "\n".join(filter(None, (_plain(each) for each in lines[number + 1 :])))
            return Cue(start, end, said) if said and end > start else None
    return None


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, rest = parts
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    return (whole * 1000 + int((rest or "0").ljust(3, "0"))) / 1000


def _plain(line: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", line)).split())


def as_vtt(cues: tuple[Cue, ...]) -> bytes:
    """Return the captions as a WebVTT file."""
    blocks = [f"{_stamp(cue.start, '.')} --> {_stamp(cue.end, '.')}\n{_escaped(cue.text)}" for cue in cues]
    return "\n\n".join(["WEBVTT", *blocks, ""]).encode()


def as_srt(cues: tuple[Cue, ...]) -> bytes:
    """Return the captions as a SubRip file."""
    blocks = [
        f"{number}\n{_stamp(cue.start, ',')} --> {_stamp(cue.end, ',')}\n{cue.text}"
        for number, cue in enumerate(cues, start=1)
    ]
    return "\n\n".join([*blocks, ""]).encode()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("-->", "--&gt;")


def _stamp(seconds: float, point: str) -> str:
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}{point}{rest % 1000:03d}"


def as_ass(cues: tuple[Cue, ...], width: int, height: int) -> str:
    """Return the captions as an ASS script for a picture of this size in pixels."""
    upright = width / height < _UPRIGHT
    size = round(width * 0.062 if upright else min(width, height) * 0.062)
    bottom = round(height * (_BOTTOM_UPRIGHT if upright else _BOTTOM_WIDE))
    side = round(width * _SIDE)
    style = (
        f"Style: u,{FONT},{size},&H00FFFFFF,&H00FFFFFF,&H00000000,&H00000000,-1,0,0,0,100,100,0,0,3,"
        f"{max(2, round(size * 0.22))},0,2,{side},{side},{bottom},1"
    )
    lines = [
        "[Script Info]",
        "ScriptType: v4.00+",
        f"PlayResX: {width}",
        f"PlayResY: {height}",
        "WrapStyle: 0",
        "ScaledBorderAndShadow: yes",
        "[V4+ Styles]",
        "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, "
        "Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, "
        "MarginR, MarginV, Encoding",
        style,
        "[Events]",
        "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text",
        *(f"Dialogue: 0,{_ass_time(cue.start)},{_ass_time(cue.end)},u,,0,0,0,,{_ass_text(cue.text)}" for cue in cues),
        "",
    ]
    return "\n".join(lines)


def _ass_time(seconds: float) -> str:
    hundredths = round(seconds * 100)
    minutes, rest = divmod(hundredths, 6000)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest // 100:02d}.{rest % 100:02d}"


def _ass_text(text: str) -> str:
    """Take away what ASS would read as an order: a backslash and braces have no escape of their own."""
    return text.replace("\\", "⧵").replace("{", "(").replace("}", ")").replace("\n", "\\N")

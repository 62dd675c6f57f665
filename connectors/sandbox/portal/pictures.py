"""The portal's pictures by file name. Drawing only; who keeps them in memory is ``files``."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from connectors.sandbox.portal import scenes, scenes_work


@dataclass(frozen=True, slots=True)
class Drawing:
    """How a picture is made: its size in pixels and the scene."""

    width: int
    height: int
    scene: Callable[[int, int], Image.Image]


DRAWINGS: dict[str, Drawing] = {
    "drei-umschlaege.jpg": Drawing(1600, 1067, scenes.envelopes),
    "erste-abrechnung.jpg": Drawing(1920, 1080, scenes.payslip),
    "nebenjob.jpg": Drawing(1200, 1500, scenes.cafe),
    "erste-wohnung.jpg": Drawing(1600, 1067, scenes.key_and_calculator),
    "kaution.png": Drawing(1500, 1500, scenes.instalments),
    "wg-zimmer.jpg": Drawing(1080, 1920, scenes.shared_flat),
    "fahrradwerkstatt.jpg": Drawing(1280, 720, scenes_work.workshop),
    "freie-plaetze.jpg": Drawing(2400, 1000, scenes_work.doors),
    "neustart.jpg": Drawing(1200, 1500, scenes_work.signpost),
    "lebenslauf.jpg": Drawing(1600, 1200, scenes_work.cv_on_desk),
    "vorstellungsgespraech.jpg": Drawing(1920, 1080, scenes_work.conversation),
    "praktikum.jpg": Drawing(1600, 1067, scenes_work.carpentry),
}


def draw(name: str) -> bytes:
    """Return the picture as a file, always the same bytes. Raises: KeyError for a name that is not drawn here."""
    drawing = DRAWINGS[name]
    image = drawing.scene(drawing.width, drawing.height)
    out = io.BytesIO()
    if name.endswith(".png"):
        image.save(out, "PNG", optimize=True)
    else:
        image.save(out, "JPEG", quality=90, optimize=True)
    return out.getvalue()

"""Renders ``clip.mp4``, the sample video. A workshop tool: the portal only serves the file that lies beside it.

Run ``python -m connectors.sandbox.portal.make_video`` after a change of the scene; it needs PyAV.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av

from connectors.sandbox.portal.scenes_work import workshop

WIDTH, HEIGHT, RATE, SECONDS = 1280, 720, 25, 6
SOUND_RATE = 44_100


def render(path: Path) -> None:
    """Write six seconds of H.264 with a silent AAC track."""
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        video = container.add_stream("libx264", rate=RATE, options={"crf": "30", "preset": "veryslow"})
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        sound = container.add_stream("aac", rate=SOUND_RATE, layout="mono")
        for number in range(RATE * SECONDS):
            frame = av.VideoFrame(WIDTH, HEIGHT, "rgb24")
            frame.planes[0].update(workshop(WIDTH, HEIGHT, number / RATE).tobytes())
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        for packet_start in range(0, SOUND_RATE * SECONDS, 1024):
            silence = av.AudioFrame(format="fltp", layout="mono", samples=1024)
            for plane in silence.planes:
                plane.update(bytes(plane.buffer_size))
            silence.sample_rate, silence.pts = SOUND_RATE, packet_start
            silence.time_base = Fraction(1, SOUND_RATE)
            container.mux(sound.encode(silence))
        container.mux(sound.encode(None))


if __name__ == "__main__":
    render(Path(__file__).with_name("clip.mp4"))

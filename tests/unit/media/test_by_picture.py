"""A picture may also be a video's poster: what the feed says of the picture itself counts."""

from __future__ import annotations

import pytest

from distributor.domain import FeedMedium
from distributor.services.media import by_picture

PICTURE = FeedMedium("https://portal.example/a.jpg", "image", alt="Ein Rad", credit="Ada")
VIDEO = FeedMedium("https://portal.example/a.mp4", "video", poster="https://portal.example/a.jpg")
OTHER = FeedMedium("https://portal.example/b.mp4", "video", poster="https://portal.example/b.jpg", credit="Bo")


@pytest.mark.parametrize("media", [(PICTURE, VIDEO, OTHER), (VIDEO, OTHER, PICTURE)])
def test_the_picture_speaks_before_the_video_whose_poster_it_is(media: tuple[FeedMedium, ...]) -> None:
    assert by_picture(media) == {PICTURE.url: PICTURE, OTHER.poster: OTHER}

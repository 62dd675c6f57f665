"""An item's video on its way: fetched once, made once per shape for every Jobcenter, waited for, and shown."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import av
import pytest
import requests

from distributor.domain import Refused
from distributor.media.transcode import Failed
from distributor.services import films, media, recalling, tailoring, views
from distributor.store.tables import FilmRow, RenditionRow, StageRow
from tests.support.films import film, frame_at
from tests.support.world import CONFIG, World

CHANNELS = ("bluesky", "facebook", "instagram", "mastodon", "x")
VTT = b"WEBVTT\n\n00:00.100 --> 00:02.900\nGr\xc3\xb6\xc3\x9fe & Ma\xc3\x9f\n"


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return film(tmp_path_factory.mktemp("clip") / "clip.mp4", size=(160, 90), seconds=3.2).read_bytes()


Begins = Callable[..., World]


@pytest.fixture
def begins(make_world: Callable[..., World], clip: bytes) -> Begins:
    """A world whose portal has one item, with a small video."""

    def begin(*, video: bytes = clip, said: bytes = VTT, organisations: tuple[str, ...] = ("fulda",)) -> World:
        world = make_world(organisations=organisations, channels=CHANNELS)
        for entry in world.portal.lists():
            if "werkstatt" not in entry["id"]:
                world.portal.removes(entry["id"])
        world.portal.prints("clip.mp4", video, "video/mp4")
        world.portal.prints("clip.vtt", said, "text/vtt")
        return world

    return begin


def fetches(world: World) -> None:
    """Take in the feed and its files, and make no film."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.support.world.films.make_next", lambda *_: 0)
        world.reads_feed()


def problems(world: World) -> dict[str, list[str]]:
    """Return what the posts say of their video, by channel."""
    return {
        post["channel"]: [each["text"] for each in post["problems"] if each["rule"].startswith("media.")]
        for post in world.posts()
    }


def rows(world: World) -> tuple[list[FilmRow], list[RenditionRow]]:
    with world.deps.store.read() as session:
        made = session.query(RenditionRow).filter(RenditionRow.mime == "video/mp4").all()
        return session.query(FilmRow).all(), made


def test_sixteen_times_the_posts_cost_as_many_films_as_there_are_shapes(begins: Begins) -> None:
    world = begins(organisations=tuple(sorted(path.stem for path in (CONFIG / "organisations").glob("*.toml"))))
    assert len({account["organisation"] for account in views.account_list(world.deps)}) == 16
    world.reads_feed()
    waiting, made = rows(world)
    assert not waiting
    assert {(row.width, row.height) for row in made} == {(1080, 1920), (1280, 720)}
    assert len(made) == 3, "upright and wide with captions burnt in, wide with captions beside it"
    posts = world.posts()
    assert len(posts) == 16 * len(CHANNELS)
    assert all([medium["mime"] for medium in post["media"]] == ["video/mp4"] for post in posts)
    by_channel = {post["channel"]: post["media"][0] for post in posts}
    assert (by_channel["instagram"]["width"], by_channel["instagram"]["height"]) == (1080, 1920)
    assert by_channel["x"]["sha256"] == by_channel["mastodon"]["sha256"]
    assert by_channel["facebook"]["sha256"] == by_channel["bluesky"]["sha256"]
    assert len({post["media"][0]["sha256"] for post in posts}) == 3


def test_a_post_waits_for_its_film_and_says_so(begins: Begins) -> None:
    world = begins()
    fetches(world)
    said = problems(world)
    assert all("noch in Arbeit" in said[channel][0] for channel in CHANNELS)
    world.clears()
    assert {post["state"] for post in world.posts()} == {"drafted"}
    shown = views.item_show(world.deps, world.posts()[0]["item"])["films"]
    assert [(each["state"], each["percent"]) for each in shown] == [("waiting", 0)] * 3

    while films.make_next(world.deps, world.clock.now):
        pass
    tailoring.tailor_stale(world.deps, world.clock.now())
    assert set(world.states()) == {"awaiting"}
    assert not any(problems(world).values())


def test_the_film_appears_upright_with_captions_and_wide_on_each_network(begins: Begins, tmp_path: Path) -> None:
    world = begins()
    world.reads_feed()
    world.clears()
    world.approves()
    world.runs_until(max(world.due(post["id"]) for post in world.posts()) + timedelta(minutes=10))
    assert set(world.states()) == {"published"}
    public = {entry["channel"]: entry for entry in world.network.public()}
    sizes = {}
    for channel in CHANNELS:
        [shown] = public[channel]["media"]
        assert shown["mime"] == "video/mp4"
        data = requests.get(f"{world.network.base}/media/{shown['sha256']}", timeout=5).content
        path = tmp_path / f"{channel}.mp4"
        path.write_bytes(data)
        with av.open(io.BytesIO(data)) as container:
            size = container.streams.video[0].codec_context
            sizes[channel] = (size.width, size.height)
    assert sizes == {**dict.fromkeys(CHANNELS, (1280, 720)), "instagram": (1080, 1920)}
    for channel in CHANNELS:
        burnt = channel in ("instagram", "mastodon", "x")
        grey = frame_at(tmp_path / f"{channel}.mp4", 1.5).convert("L")
        assert (sum(grey.histogram()[235:]) > 300) is burnt, channel
    for channel in ("bluesky", "facebook"):
        wall = f"{world.network.base}/captions/{public[channel]['id']}.vtt"
        assert "Größe &" in requests.get(wall, timeout=5).content.decode(), channel


def test_a_dead_workers_film_is_taken_over_and_after_three_deaths_given_up(
    begins: Begins, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = begins()
    fetches(world)

    class Died(BaseException):
        pass

    def dies(*_: object, **__: object) -> None:
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(films, "transcode", dies)
        with pytest.raises(Died):
            films.make_next(world.deps, world.clock.now)
    assert [row.state for row in rows(world)[0]].count("working") == 1
    world.clock.advance(minutes=1)
    assert films.make_next(world.deps, world.clock.now) and films.make_next(world.deps, world.clock.now)
    assert not films.make_next(world.deps, world.clock.now), "the third is still held"
    world.clock.advance(minutes=2)
    assert films.make_next(world.deps, world.clock.now)
    assert not rows(world)[0]


@pytest.mark.parametrize(
    ("failure", "says"),
    [
        (Failed("x"), "ffmpeg kann das Video nicht umwandeln"),
        (Failed("x", late=True), "dauerte zu lange"),
        (Refused("Das Programm ffmpeg fehlt auf diesem Rechner."), "ffmpeg fehlt"),
    ],
)
def test_what_cannot_be_made_is_said_at_the_post_and_tried_no_more(
    begins: Begins, monkeypatch: pytest.MonkeyPatch, failure: Exception, says: str
) -> None:
    world = begins()

    def fails(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr(films, "transcode", fails)
    world.reads_feed()
    said = problems(world)
    assert all(says in said[channel][0] for channel in ("facebook", "instagram", "x"))
    assert not films.make_next(world.deps, world.clock.now)


def test_a_daemon_that_ends_gives_its_film_back(begins: Begins, monkeypatch: pytest.MonkeyPatch) -> None:
    world = begins()
    fetches(world)
    monkeypatch.setattr(films, "transcode", lambda *_, told, **__: told(0.5))
    assert films.make_next(world.deps, world.clock.now, lambda: True) == 0
    assert {(row.state, row.tries) for row in rows(world)[0]} == {("waiting", 0)}


def test_a_short_video_is_refused_where_the_channel_wants_more(begins: Begins, tmp_path: Path) -> None:
    short = film(tmp_path / "kurz.mp4", seconds=1.2, size=(160, 90)).read_bytes()
    world = begins(video=short)
    fetches(world)
    said = problems(world)
    assert "Facebook nimmt 3 Sekunden bis 1:30 Minuten an" in said["facebook"][0]
    assert "Instagram" in said["instagram"][0] and "noch in Arbeit" in said["x"][0]


def test_captions_that_are_none_are_said_at_the_post(begins: Begins) -> None:
    world = begins(said=b"WEBVTT\n")
    fetches(world)
    assert "Die Untertitel des Videos können nicht verwendet werden" in problems(world)["instagram"][0]


def test_what_no_item_needs_any_more_is_not_made(begins: Begins) -> None:
    world = begins()
    fetches(world)
    with world.deps.store.write() as session:
        for row in session.query(media.MediumRow).filter_by(kind="video"):
            row.state = "withdrawn"
    while films.make_next(world.deps, world.clock.now):
        pass
    waiting, made = rows(world)
    assert not made and {row.state for row in waiting} == {"refused"}


def test_a_film_whose_answer_is_lost_is_found_and_appears_once(begins: Begins) -> None:
    world = begins()
    world.reads_feed()
    world.clears()
    world.approves()
    world.runs_until(min(world.due(post["id"]) for post in world.posts()) - timedelta(minutes=1))
    for channel, request in (("facebook", "/video_reels$"), ("instagram", "/media_publish$"), ("x", r"/2/tweets$")):
        world.network.suffers("lost_after_commit", channel=channel, match=request, times=1)
    world.runs_until(max(world.due(post["id"]) for post in world.posts()) + timedelta(minutes=40))
    assert world.network.fired() == 3
    assert set(world.states()) == {"published"}
    assert sorted(entry["channel"] for entry in world.network.ledger()) == sorted(CHANNELS)


def test_a_reel_recalled_while_the_network_works_on_it_never_appears(begins: Begins) -> None:
    world = begins()
    world.reads_feed()
    world.clears()
    [reel] = world.posts(channel="instagram")
    assert reel["media"][0]["mime"] == "video/mp4"
    world.approves(reel["id"])
    world.network.suffers("container_stuck", channel="instagram", method="POST", times=None)
    world.clock.set(world.due(reel["id"]) - timedelta(minutes=30))
    world.works()
    with world.deps.store.read() as session:
        [stage] = session.query(StageRow).all()
        assert (stage.state, "container" in stage.data) == ("open", True)

    recalling.recall(world.deps, world.person("fulda"), reel["id"], world.clock.now())
    world.network.recovers()
    world.runs_until(world.due(reel["id"]) + timedelta(hours=1))

    assert world.state(reel["id"]) == "closed"
    assert world.network.public() == []
    with world.deps.store.read() as session:
        assert [stage.state for stage in session.query(StageRow)] == ["gone"]

"""The channel Bluesky against a real server (PDS) from npm, with its checks of every record.

Needs node 22 and ``npm install @atproto/pds @atproto/dev-env`` in a folder, whose path is in ``BLUESKY_SERVER``; the
node to run it with is ``BLUESKY_NODE``, or ``node``. What it does not prove: how the app shows a post (no AppView runs
here), the rate limits (they are off), and how long an unused picture is kept.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image

from connectors import _bluesky_text as measure
from connectors._http import GuardedSession
from connectors.base import (
    Absent,
    Access,
    Found,
    Medium,
    NotYet,
    Order,
    OutcomeUnknown,
    Rejected,
    Retracted,
    StageLost,
    Unauthorised,
    Variant,
)
from connectors.bluesky import _log_in as bluesky_log_in
from connectors.bluesky import connector as bluesky
from distributor.media.captions import Cue, as_vtt
from tests.support.films import film
from tests.support.unreliable import Unreliable

SCRIPT = Path(__file__).with_name("bluesky_server.mjs")
COLLECTION = "app.bsky.feed.post"
LINK = "https://kjc.example/s/Ab12"
TEXT = f"Über die Brücke 🌉 geht’s für Azubis:innen! #Köln @{{handle}} – 👨‍👩‍👧‍👦 „{LINK}“ #Ausbildung."


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A running server's address."""
    folder = os.environ.get("BLUESKY_SERVER", "")
    node = os.environ.get("BLUESKY_NODE") or shutil.which("node")
    if not node:
        pytest.skip("node is not here")
    if not folder or not (Path(folder) / "node_modules" / "@atproto" / "dev-env").is_dir():
        pytest.skip("BLUESKY_SERVER names no folder in which @atproto/dev-env is installed")
    port = free_port()
    command = [node, "--input-type=module", "-", str(port), str(free_port())]
    with SCRIPT.open("rb") as script:
        running = subprocess.Popen(command, cwd=folder, stdin=script, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert running.stdout is not None
    said = b""
    for line in running.stdout:
        said += line
        if line.strip() == b"ready":
            break
    else:
        pytest.fail(said.decode(errors="replace")[-2000:])
    yield f"http://127.0.0.1:{port}"
    running.terminate()
    running.wait(timeout=30)
    running.stdout.close()


def call(server: str, method: str, token: str = "", /, **body: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = requests.post(f"{server}/xrpc/com.atproto.{method}", json=body, headers=headers, timeout=30)
    answer.raise_for_status()
    return answer.json() if answer.content else {}


def picture(colour: str) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(made, "JPEG")
    return made.getvalue()


class Media:
    """Holds whatever was put in."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def add(self, colour: str, alt: str) -> Medium:
        content = picture(colour)
        sha256 = hashlib.sha256(content).hexdigest()
        self.files[sha256] = content
        return Medium(sha256, "image/jpeg", 640, 480, len(content), alt)

    def read(self, sha256: str) -> bytes:
        return self.files[sha256]

    def url(self, sha256: str) -> str:
        raise AssertionError("Bluesky takes bytes, not addresses")


@dataclass
class There:
    """An account on the real server, over a way that may lose what passes."""

    server: str
    way: Unreliable
    access: Access
    token: str
    did: str
    handle: str
    media: Media

    def order(self, **later: float) -> Order:
        return Order(secrets.token_hex(16), "Ab12", self.access.now + timedelta(**later))

    def document(self, text: str = TEXT, link: str = LINK, *media: Medium) -> Any:
        return bluesky.render(Variant("Titel", text.replace("{handle}", self.handle), link, media))

    def staged(self, post: Any, order: Order) -> Any:
        return bluesky.stage(self.access, post, self.media, order, None).data  # type: ignore[arg-type]

    def records(self) -> list[dict[str, Any]]:
        query = {"repo": self.did, "collection": COLLECTION}
        answer = requests.get(f"{self.server}/xrpc/com.atproto.repo.listRecords", params=query, timeout=30)
        listed: list[dict[str, Any]] = answer.json()["records"]
        return listed

    def find(self, post: Any, stage: Any, order: Order) -> Found | Absent:
        return bluesky.find(self.access, post, stage, order, self.access.now, ())  # type: ignore[attr-defined, no-any-return]

    def retract(self, receipt: Any) -> Any:
        return bluesky.retract(self.access, receipt)  # type: ignore[attr-defined]


@pytest.fixture
def there(server: str) -> Iterator[There]:
    handle, password = f"kjc{secrets.token_hex(4)}.test", secrets.token_hex(8)
    made = call(server, "server.createAccount", handle=handle, email=f"{handle}@example.org", password=password)
    word = call(server, "server.createAppPassword", made["accessJwt"], name="distributor")["password"]
    way = Unreliable(server)
    with GuardedSession() as session:
        fields = {"handle": f"@{handle}", "server": way.url, "app_password": word}
        access = Access("fulda", fields, {}, session, datetime.now(UTC).replace(microsecond=0))
        yield There(server, way, access, made["accessJwt"], made["did"], handle, Media())
    way.close()


def test_the_app_password_opens_the_account(there: There) -> None:
    identity = bluesky.whoami(there.access)

    assert (identity.remote_id, identity.name) == (there.did, f"@{there.handle}")


def test_another_password_is_refused_and_the_accounts_own_is_never_sent(there: There) -> None:
    for wrong, code in (("aaaa-bbbb-cccc-dddd", "401/AuthenticationRequired"), ("das Kennwort", "app_password")):
        fields = {**there.access.fields, "app_password": wrong}
        with pytest.raises(Unauthorised) as refused:
            bluesky.whoami(replace(there.access, fields=fields))
        assert refused.value.code == code


def test_what_is_clickable_stands_where_it_should_after_umlauts_and_emoji(there: There) -> None:
    post, order = there.document(TEXT, LINK, there.media.add("teal", "Zwei Azubis an der Fräse")), there.order()

    receipt = bluesky.release(there.access, post, there.staged(post, order), order)

    (record,) = there.records()
    text = record["value"]["text"].encode()
    places = [(facet["index"]["byteStart"], facet["index"]["byteEnd"]) for facet in record["value"]["facets"]]
    features = [facet["features"][0] for facet in record["value"]["facets"]]
    leads = [feature.get("uri") or feature.get("tag") for feature in features]
    seen = [(text[start:end].decode(), lead) for (start, end), lead in zip(places, leads, strict=True)]
    assert record["uri"] == receipt.remote_id
    assert record["value"]["text"] == post.text
    assert record["value"]["langs"] == ["de"]
    assert seen == [("#Köln", "Köln"), (f"@{there.handle}", None), (LINK, LINK), ("#Ausbildung", "Ausbildung")]
    assert features[1]["did"] == there.did


def test_pictures_stand_with_their_descriptions_and_bytes(there: There) -> None:
    media = [there.media.add("teal", "Zwei Azubis"), there.media.add("navy", "Eine Fräse")]
    post, order = there.document("Bilder", "", *media), there.order()

    bluesky.release(there.access, post, there.staged(post, order), order)

    (record,) = there.records()
    images = record["value"]["embed"]["images"]
    assert [image["alt"] for image in images] == ["Zwei Azubis", "Eine Fräse"]
    assert images[0]["aspectRatio"] == {"width": 640, "height": 480}
    query = {"did": there.did, "cid": images[1]["image"]["ref"]["$link"]}
    blob = requests.get(f"{there.server}/xrpc/com.atproto.sync.getBlob", params=query, timeout=30)
    assert blob.content == there.media.read(media[1].sha256)


def test_a_film_stands_with_its_captions_and_bytes(there: There, tmp_path: Path) -> None:
    """Through the server's own door: no video service runs here, so that way is proved against the sandbox only."""
    content = film(tmp_path / "film.mp4", size=(320, 180), seconds=2.0).read_bytes()
    said = as_vtt((Cue(0.1, 1.9, "Größe & Maß"),))
    sha256, captions = (hashlib.sha256(each).hexdigest() for each in (content, said))
    there.media.files |= {sha256: content, captions: said}
    shown = Medium(sha256, "video/mp4", 320, 180, len(content), "Ein Hof", captions=captions)
    access = replace(there.access, fields={**there.access.fields, "video": "server"})
    post, order = there.document("Ein Film", "", shown), there.order()

    stage = bluesky.stage(access, post, there.media, order, None)
    assert not isinstance(stage, NotYet)
    bluesky.release(access, post, stage.data, order)

    (record,) = there.records()
    embed = record["value"]["embed"]
    assert (embed["$type"], embed["alt"]) == ("app.bsky.embed.video", "Ein Hof")
    assert embed["aspectRatio"] == {"width": 320, "height": 180}
    assert (embed["video"]["mimeType"], embed["captions"][0]["file"]["mimeType"]) == ("video/mp4", "text/vtt")
    for blob, expected in ((embed["video"], content), (embed["captions"][0]["file"], said)):
        query = {"did": there.did, "cid": blob["ref"]["$link"]}
        answer = requests.get(f"{there.server}/xrpc/com.atproto.sync.getBlob", params=query, timeout=30)
        assert answer.content == expected


def test_the_server_gives_out_the_token_for_the_video_service(there: There) -> None:
    """The first of the service's steps is the server's own: it takes what we ask for, in the audience that we name.

    An audience is a host's name: here ``localhost``, for this server is called by its number.
    """
    client, login = bluesky_log_in(there.access)
    named = replace(login, server=there.server.replace("127.0.0.1", "localhost"))
    asked = {"aud": client._audience(named), "lxm": "com.atproto.repo.uploadBlob"}
    asked["exp"] = str(int((datetime.now(UTC) + timedelta(minutes=30)).timestamp()))
    answer = requests.get(
        f"{there.server}/xrpc/com.atproto.server.getServiceAuth",
        params=asked,
        headers={"Authorization": f"Bearer {login.token}"},
        timeout=30,
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["token"].count(".") == 2


@pytest.mark.parametrize("thumbnail", [True, False])
def test_a_link_has_its_card(there: There, thumbnail: bool) -> None:
    media = [there.media.add("teal", "")] if thumbnail else []
    post, order = there.document("Nur ein Link", LINK, *media), there.order()

    bluesky.release(there.access, post, there.staged(post, order), order)

    card = there.records()[0]["value"]["embed"]["external"]
    assert (card["uri"], card["title"], "thumb" in card) == (LINK, "Titel", thumbnail)


def test_a_second_release_changes_nothing(there: There) -> None:
    post, order = there.document(TEXT, LINK, there.media.add("teal", "Azubis")), there.order()
    stage = there.staged(post, order)

    first = bluesky.release(there.access, post, stage, order)
    before = there.records()
    again = bluesky.release(there.access, post, stage, order)

    assert again.remote_id == first.remote_id
    assert there.records() == before


@pytest.mark.parametrize("arrives", [True, False])
def test_a_killed_connection_is_unknown_and_the_look_tells(there: There, arrives: bool) -> None:
    post, order = there.document(), there.order()
    stage = there.staged(post, order)
    there.way.loses("putRecord", arrives=arrives)

    with pytest.raises(OutcomeUnknown):
        bluesky.release(there.access, post, stage, order)

    found = there.find(post, stage, order)
    assert len(there.records()) == arrives
    if arrives:
        assert isinstance(found, Found)
        assert found.receipt.remote_id == there.records()[0]["uri"]
    else:
        assert found == Absent(stage_usable=True, absence="certain")
    bluesky.release(there.access, post, stage, order)
    assert len(there.records()) == 1


def test_a_post_whose_stage_is_forgotten_is_found_by_what_it_says(there: There) -> None:
    post, order = there.document(), there.order()
    receipt = bluesky.release(there.access, post, there.staged(post, order), order)

    found = there.find(post, {}, order)

    assert isinstance(found, Found)
    assert found.receipt.remote_id == receipt.remote_id
    assert isinstance(there.find(there.document("Anderes"), {}, order), Absent)


def test_what_a_person_deleted_is_no_certain_absence(there: There) -> None:
    post, order = there.document(), there.order()
    stage = there.staged(post, order)
    there.way.loses("putRecord", arrives=True)
    with pytest.raises(OutcomeUnknown):
        bluesky.release(there.access, post, stage, order)
    key = there.records()[0]["uri"].rpartition("/")[2]
    call(there.server, "repo.deleteRecord", there.token, repo=there.did, collection=COLLECTION, rkey=key)

    assert there.find(post, stage, order) == Absent(stage_usable=True, absence="likely")


def test_a_post_is_deleted_and_may_be_deleted_again(there: There) -> None:
    post, order = there.document(), there.order()
    stage = there.staged(post, order)
    receipt = bluesky.release(there.access, post, stage, order)

    assert isinstance(there.retract(receipt), Retracted)
    assert there.records() == []
    assert isinstance(there.retract(receipt), Retracted)
    assert isinstance(there.find(post, stage, order), Absent)


def test_another_record_under_the_key_is_not_overwritten(there: There) -> None:
    post, order = there.document(), there.order()
    stage = there.staged(post, order)
    bluesky.release(there.access, post, stage, order)
    changed = {**stage, "record": {**stage["record"], "text": "anders"}}

    with pytest.raises(OutcomeUnknown) as refused:
        bluesky.release(there.access, post, changed, order)

    assert refused.value.code == "400/InvalidSwap"
    assert there.records()[0]["value"]["text"] == post.text


@pytest.mark.parametrize("text", ["ä" * 300, "ä" * 301, "👨‍👩‍👧‍👦" * 120, "👨‍👩‍👧‍👦" * 121, "日" * 300, "🇩🇪" * 300])
def test_the_server_counts_as_we_do(there: There, text: str) -> None:
    order = there.order()
    post = there.document("kurz", "")
    stage = there.staged(post, order)
    long = {**stage, "record": {**stage["record"], "text": text}}
    if measure.length(text) <= measure.MAX_LENGTH:
        bluesky.release(there.access, post, long, order)
        assert there.records()[0]["value"]["text"] == text
    else:
        with pytest.raises(Rejected, match="zu lang"):
            bluesky.release(there.access, post, long, order)


def test_a_picture_that_the_server_lost_is_uploaded_anew(there: There) -> None:
    post, order = there.document("Bild", "", there.media.add("teal", "Azubis")), there.order()
    stage = there.staged(post, order)
    lost = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
    stage["record"]["embed"]["images"][0]["image"]["ref"]["$link"] = lost

    with pytest.raises(StageLost):
        bluesky.release(there.access, post, stage, order)


def test_a_name_that_nobody_has_stays_text(there: There) -> None:
    post, order = there.document("Fragt @niemand.test!", ""), there.order()

    assert "facets" not in there.staged(post, order)["record"]


@pytest.mark.parametrize(
    ("choice", "allow"), [("nobody", []), ("mentioned", [{"$type": "app.bsky.feed.threadgate#mentionRule"}])]
)
def test_who_may_reply_stands_beside_the_post_and_a_repeat_is_refused_without_harm(
    there: There, choice: str, allow: list[dict[str, str]]
) -> None:
    post = bluesky.render(Variant("Titel", "Ohne Antworten", LINK, options={"replies": choice}))
    order = there.order()
    stage = there.staged(post, order)

    receipt = bluesky.release(there.access, post, stage, order)
    with pytest.raises(OutcomeUnknown):
        bluesky.release(there.access, post, stage, order)

    query = {"repo": there.did, "collection": "app.bsky.feed.threadgate", "rkey": stage["key"]}
    address = f"{there.server}/xrpc/com.atproto.repo.getRecord"
    gate = requests.get(address, params=query, timeout=30).json()["value"]
    assert (gate["post"], gate["allow"]) == (receipt.remote_id, allow)
    assert [record["uri"] for record in there.records()] == [receipt.remote_id]
    assert there.find(post, stage, order) == Found(replace(receipt, at=order.due_at))
    there.retract(receipt)
    assert requests.get(address, params=query, timeout=30).status_code == 400
    assert there.records() == []

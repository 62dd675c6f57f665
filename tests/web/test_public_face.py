"""The public listener: signed media in ranges, short links, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from distributor.media import links
from distributor.services import connecting
from distributor.store.tables import ItemRow, PostRow


def media_path(desk: Any, **life: float) -> tuple[str, bytes]:
    """A signed path of a kept picture, and its bytes."""
    sha256 = desk.posts()[0]["media"][0]["sha256"]
    key = desk.deps.vault.signing_key()
    expires = desk.clock.now() + timedelta(**(life or {"hours": 1}))
    url = links.sign("http://public", sha256, "image/jpeg", expires_at=expires, key=key)
    return url.removeprefix("http://public"), desk.deps.cache.read(sha256)


def test_a_signed_file_is_given_with_its_type_and_mark(desk: Any) -> None:
    path, data = media_path(desk)
    answer = desk.public().get(path)
    assert answer.status_code == 200
    assert answer.content == data
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["etag"] == f'"{desk.posts()[0]["media"][0]["sha256"]}"'
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-robots-tag"] == "noindex"


@pytest.mark.parametrize(
    ("wanted", "start", "end"), [("bytes=0-99", 0, 100), ("bytes=100-", 100, None), ("bytes=-50", -50, None)]
)
def test_a_range_is_given_in_part(desk: Any, wanted: str, start: int, end: int | None) -> None:
    path, data = media_path(desk)
    answer = desk.public().get(path, headers={"Range": wanted})
    assert answer.status_code == 206
    assert answer.content == data[start:end]
    first = start % len(data)
    assert answer.headers["content-range"] == f"bytes {first}-{first + len(answer.content) - 1}/{len(data)}"


def test_a_range_beyond_the_file_is_refused(desk: Any) -> None:
    path, data = media_path(desk)
    assert desk.public().get(path, headers={"Range": f"bytes={len(data)}-"}).status_code == 416


def test_a_head_request_tells_the_size_and_sends_nothing(desk: Any) -> None:
    path, data = media_path(desk)
    answer = desk.public().head(path)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(data))


def test_who_has_the_file_already_gets_it_not_again(desk: Any) -> None:
    path, _ = media_path(desk)
    public = desk.public()
    again = public.get(path, headers={"If-None-Match": public.head(path).headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_an_expired_address_says_so_in_german(desk: Any) -> None:
    path, _ = media_path(desk)
    desk.clock.advance(hours=2)
    answer = desk.public().get(path)
    assert (answer.status_code, answer.text) == (410, "Diese Adresse ist abgelaufen.")


def another_suffix(path: str) -> str:
    return path.replace(".jpg", ".png")


def another_signature(path: str) -> str:
    return f"{path[:-5]}{'1' if path[-5] == '0' else '0'}.jpg"


def no_name(_: str) -> str:
    return "/media/x"


@pytest.mark.parametrize("change", [another_suffix, another_signature, no_name])
def test_a_forged_address_does_not_exist(desk: Any, change: Callable[[str], str]) -> None:
    path, _ = media_path(desk)
    assert desk.public().get(change(path)).status_code == 404


def test_a_signed_file_that_is_kept_no_more_is_gone(desk: Any) -> None:
    path, _ = media_path(desk)
    desk.deps.cache.remove(desk.posts()[0]["media"][0]["sha256"])
    assert desk.public().get(path).status_code == 410


def test_a_signed_file_that_was_exchanged_on_disk_is_not_given(desk: Any) -> None:
    """Networks fetch pictures here: what goes out is what was approved, or nothing."""
    path, data = media_path(desk)
    sha256 = desk.posts()[0]["media"][0]["sha256"]
    client, kept = desk.public(), desk.deps.cache.path(sha256)
    assert client.get(path).status_code == 200

    changed = bytes([*data[:-1], data[-1] ^ 1])
    kept.write_bytes(changed)
    os.utime(kept, ns=(kept.stat().st_atime_ns, 0))

    assert client.get(path).status_code == 410
    assert desk.person("anna").client.get(f"/medien/{sha256}").status_code == 404
    kept.write_bytes(data)
    assert client.get(path).content == data


def test_a_short_link_leads_to_the_item(desk: Any) -> None:
    post = desk.posts()[0]
    answer = desk.public().get(f"/s/{post['code']}")
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("https://portal.example/")


def test_what_was_taken_back_is_gone_and_an_unknown_code_leads_nowhere(desk: Any) -> None:
    first, *_, last = desk.posts()
    with desk.deps.store.write() as session:
        session.get_one(ItemRow, first["item"]).stage = "withdrawn"
        session.get_one(PostRow, last["id"]).recall_at = desk.clock.now()
    for code, status, said in (
        (first["code"], 410, "zurückgezogen"),
        (last["code"], 410, "zurückgezogen"),
        ("gibtsnicht", 404, "führt nirgendwohin"),
    ):
        answer = desk.public().get(f"/s/{code}")
        assert answer.status_code == status
        assert 'lang="de"' in answer.text
        assert said in answer.text


@pytest.mark.parametrize("target", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd"])
def test_a_short_link_never_leads_off_the_web(desk: Any, target: str) -> None:
    post = desk.posts()[0]
    with desk.deps.store.write() as session:
        row = session.scalars(select(ItemRow).join(PostRow).where(PostRow.id == post["id"])).one()
        row.document = {**row.document, "link": target}
    assert desk.public().get(f"/s/{post['code']}").status_code == 404


def test_networks_may_fetch_and_search_engines_are_asked_not_to_list(desk: Any) -> None:
    answer = desk.public().get("/robots.txt")
    assert answer.text == "User-agent: *\nDisallow:\n"
    assert answer.headers["x-robots-tag"] == "noindex"


def test_health_says_only_whether(desk: Any) -> None:
    answer = desk.public().get("/health")
    assert (answer.status_code, answer.json()) == (503, {"ok": False})


@pytest.mark.parametrize("path", ["/", "/freigabe", "/anmelden", "/static/desk.css", "/docs", "/openapi.json"])
def test_everything_else_is_not_there_and_no_cookie_is_set(desk: Any, path: str) -> None:
    answer = desk.public().get(path)
    assert answer.status_code == 404
    assert "set-cookie" not in answer.headers
    assert "Diese Seite gibt es nicht." in answer.text


def test_nothing_can_be_written(desk: Any) -> None:
    public = desk.public()
    for path in ("/s/abc", "/health"):
        assert public.post(path).status_code == 405
    assert public.post("/s/abc", content=b"x" * 100).status_code == 405


def test_the_page_is_styled_within_its_own_policy(desk: Any) -> None:
    import base64
    import hashlib

    answer = desk.public().get("/s/gibtsnicht")
    style = answer.text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in answer.headers["content-security-policy"]


def test_a_fault_in_the_program_gets_a_german_page(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("distributor.web.public.short_links.target", lambda *_: 1 / 0)
    public = desk.public()
    public._transport.raise_server_exceptions = False
    answer = public.get("/s/abc")
    assert answer.status_code == 500
    assert "Fehler im Programm" in answer.text
    assert "Zero" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/s/%00", "/s/%2e%2e", "/s/abc%0d%0aX:1", "/s/abc/", "/media/%00"])
def test_a_strange_address_is_not_there_and_leads_nowhere(unchanged_desk: Any, path: str) -> None:
    answer = unchanged_desk.public().get(path, headers={"Host": "evil.example"})
    assert answer.status_code == 404
    assert "location" not in answer.headers


def test_who_comes_back_from_a_platform_is_told_where_to_go_on(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    brought: list[tuple[str, str]] = []
    monkeypatch.setattr(connecting, "arrive", lambda deps, state, code, clock: brought.append((state, code)) or "")

    answer = desk.public().get("/connected", params={"state": "mein-zustand", "code": "geheimer-code"})

    assert answer.status_code == 200
    assert "zurück zu dem Fenster" in answer.text
    assert brought == [("mein-zustand", "geheimer-code")]
    assert "geheimer-code" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_who_said_no_at_a_platform_is_told_that_nothing_is_connected(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "arrive", lambda deps, state, code, clock: "Die <b>Anmeldung</b> wurde abgelehnt.")

    answer = desk.public().get("/connected", params={"state": "z", "error": "access_denied"})

    assert answer.status_code == 400
    assert "Die &lt;b&gt;Anmeldung&lt;/b&gt; wurde abgelehnt." in answer.text


@pytest.mark.parametrize("query", ["", "?state=", "?state=erfunden&code=x", "?code=x"])
def test_nobody_waits_for_a_made_up_return(desk: Any, query: str) -> None:
    answer = desk.public().get(f"/connected{query}")

    assert answer.status_code == 404
    assert "wartet niemand" in answer.text

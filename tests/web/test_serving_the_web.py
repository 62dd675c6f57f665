"""Both listeners in one process: they come up, log without secrets, stop when told, and say when a port is taken."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest
import requests
from structlog.testing import capture_logs
from urllib3.util import Retry

from distributor.domain import Refused
from distributor.listening import listen
from distributor.web.serve import logged_path, serve


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_both_listeners_serve_until_told_to_stop(make_desk: Callable[..., Any]) -> None:
    public, desk_port = free_port(), free_port()
    desk = make_desk(public_bind=f"127.0.0.1:{public}", desk_bind=f"127.0.0.1:{desk_port}")
    stop = threading.Event()
    thread = threading.Thread(target=serve, args=(desk.deps, desk.clock), kwargs={"stop": stop})
    session = requests.Session()
    session.mount("http://", requests.adapters.HTTPAdapter(max_retries=Retry(connect=20, backoff_factor=0.05)))
    with capture_logs() as logs:
        thread.start()
        try:
            assert session.get(f"http://127.0.0.1:{public}/robots.txt", timeout=10).ok
            page = session.get(f"http://127.0.0.1:{desk_port}/anmelden?weiter=/geheim", timeout=10)
            assert "Anmelden" in page.text
            assert "server" not in page.headers
        finally:
            stop.set()
            thread.join(timeout=20)
    session.close()
    assert not thread.is_alive()
    served = [entry for entry in logs if entry["event"] == "request_served"]
    assert {(entry["listener"], entry["path"], entry["status"]) for entry in served} == {
        ("public", "/robots.txt", 200),
        ("desk", "/anmelden", 200),
    }
    assert not any("geheim" in str(entry) for entry in logs)


def test_a_taken_port_is_refused_with_its_setting(make_desk: Callable[..., Any]) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        taken = f"127.0.0.1:{holder.getsockname()[1]}"
        desk = make_desk(public_bind=f"127.0.0.1:{free_port()}", desk_bind=taken)
        with pytest.raises(Refused) as refused:
            serve(desk.deps, desk.clock, stop=threading.Event())
    assert refused.value.code == "port.taken"
    assert "DISTRIBUTOR_DESK_BIND" in refused.value.text


@pytest.mark.parametrize("bind", ["", "8101", "127.0.0.1", "127.0.0.1:http", "127.0.0.1:99999", "keinhost.invalid:1"])
def test_what_is_no_address_is_refused(bind: str) -> None:
    with pytest.raises(Refused):
        listen(bind, "DISTRIBUTOR_DESK_BIND").close()


def test_a_signature_never_stands_in_the_log() -> None:
    path = f"/media/{'a' * 64}-1790000000-{'b' * 64}.jpg"
    assert logged_path(path) == "/media/aaaaaaaaaaaaa…"
    assert logged_path("/s/abcd") == "/s/abcd"

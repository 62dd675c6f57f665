"""The process: how it starts, stops, says that its port is taken, and how fast it is."""

from __future__ import annotations

import signal
import subprocess
import sys

import requests

from connectors.sandbox.__main__ import main
from connectors.sandbox.server import build, listen, running


def test_the_process_prints_its_address_and_stops_on_sigterm():
    command = [sys.executable, "-m", "connectors.sandbox", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            address = process.stdout.readline().removeprefix("Sandbox: ").strip()
            answer = requests.get(f"{address}_clock", timeout=5)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=10)

    assert answer.json()["sandbox"] is True


def test_a_taken_port_is_said_in_one_line(capsys):
    with listen("127.0.0.1", 0) as taken:
        assert main(["--port", str(taken.getsockname()[1])]) == 2

    assert capsys.readouterr().err.startswith("Die Sandbox kann an 127.0.0.1:")


def test_the_sandbox_can_be_its_own_media_host(accounts, make_picture):
    with running(build()) as base, requests.Session() as session:
        session.post(f"{base}/_accounts", json=accounts).raise_for_status()
        graph = f"{base}/graph.facebook.com/v25.0"
        page = {"access_token": "page-fulda", "published": "false"}
        photo = session.post(f"{graph}/1001/photos", data=page, files={"source": make_picture()}).json()["id"]
        read = session.get(f"{graph}/{photo}", params={"fields": "link", "access_token": "page-fulda"}).json()
        made = session.post(f"{graph}/2001/media", data={"access_token": "ig-fulda", "image_url": read["link"]})

    assert made.status_code == 200


def test_the_sample_portal_lives_beside_the_networks(sandbox):
    assert sandbox.client.get("/portal/feed.rss").status_code == 200

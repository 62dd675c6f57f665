"""What reaches the log, and what never does."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import structlog

from distributor import log

SECRET = "EAAB-streng-geheim"


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    yield
    structlog.reset_defaults()


@pytest.mark.parametrize(
    "key",
    [
        "token",
        "page_token",
        "access_token_secret",
        "Authorization",
        "app_secret",
        "password",
        "appsecret_proof",
        "cookie",
    ],
)
@pytest.mark.parametrize("style", ["plain", "json"])
def test_a_value_whose_name_sounds_like_a_secret_is_blanked(
    key: str, style: str, capsys: pytest.CaptureFixture[str]
) -> None:
    log.configure(style)

    structlog.get_logger().info("called", post=7, **{key: SECRET})

    written = capsys.readouterr().err
    assert SECRET not in written
    assert key in written
    assert "7" in written


def test_the_machines_form_is_one_json_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("json")

    structlog.get_logger().info("post_published", post=7, account="fulda/x/kjc_fulda")

    [line] = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert told["event"] == "post_published"
    assert (told["post"], told["account"], told["level"]) == (7, "fulda/x/kjc_fulda", "info")
    assert told["timestamp"].endswith("Z")


def test_nothing_is_written_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure()

    structlog.get_logger().info("said")

    assert capsys.readouterr().out == ""


def test_what_is_only_for_the_curious_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure()

    structlog.get_logger().debug("whispered")

    assert capsys.readouterr().err == ""

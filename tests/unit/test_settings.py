"""The settings: what is read from where, and which values are refused."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from distributor.domain import Refused
from distributor.settings import Settings, load
from distributor.vault import new_key


def read(**values: str) -> Settings:
    return load({f"DISTRIBUTOR_{name}": value for name, value in values.items()})


def test_without_any_variable_there_are_sensible_settings() -> None:
    settings = load({})

    assert settings.database_url == f"sqlite:///{settings.data_dir}/distributor.sqlite3"
    assert settings.data_dir.is_absolute()
    assert settings.config_dir.is_absolute()
    assert settings.public_url == "http://127.0.0.1:8100"
    assert settings.desk_url == "http://127.0.0.1:8101"
    assert settings.lateness == timedelta(hours=2)
    assert settings.poll_every == timedelta(minutes=10)
    assert settings.short_links
    assert settings.upstream_recalls == {"embargo", "expiry"}
    assert not settings.allow_private


def test_every_variable_reaches_its_setting(tmp_path: Path) -> None:
    settings = read(
        DATA_DIR=str(tmp_path),
        CONFIG_DIR=str(tmp_path / "config"),
        DATABASE_URL="postgresql+psycopg:///kjc",
        DATABASE_TIMEOUT_SECONDS="5",
        FEED_URL="https://portal.example/feed",
        ALLOW_PRIVATE="127.0.0.1, portal.intern ,",
        KEY="geheim",
        PUBLIC_URL="https://media.example/",
        PUBLIC_BIND="0.0.0.0:80",
        DESK_URL="https://desk.example/",
        DESK_BIND="127.0.0.1:81",
        POLL_SECONDS="60",
        FIRST_POLL_ITEMS="0",
        FEED_FAILING_HOURS="6",
        FEED_SILENT_DAYS="7",
        WEBSUB="off",
        LATENESS_MINUTES="15",
        THREADS="3",
        SHORT_LINKS="off",
        LOG_FORMAT="json",
    )

    assert settings.data_dir == tmp_path
    assert settings.config_dir == tmp_path / "config"
    assert settings.database_url == "postgresql+psycopg:///kjc"
    assert settings.database_timeout == timedelta(seconds=5)
    assert settings.feed_url == "https://portal.example/feed"
    assert settings.allow_private == {"127.0.0.1", "portal.intern"}
    assert settings.key == "geheim"
    assert (settings.public_url, settings.public_bind) == ("https://media.example", "0.0.0.0:80")
    assert (settings.desk_url, settings.desk_bind) == ("https://desk.example", "127.0.0.1:81")
    assert settings.poll_every == timedelta(minutes=1)
    assert settings.first_poll_items == 0
    assert (settings.feed_failing, settings.feed_silent) == (timedelta(hours=6), timedelta(days=7))
    assert settings.websub == "off"
    assert settings.lateness == timedelta(minutes=15)
    assert settings.threads == 3
    assert not settings.short_links
    assert settings.log_format == "json"


def test_an_empty_variable_counts_as_absent() -> None:
    settings = read(THREADS=" ", PUBLIC_URL="")

    assert settings.threads == 8
    assert settings.public_url == "http://127.0.0.1:8100"


def test_the_public_address_follows_the_public_bind() -> None:
    assert read(PUBLIC_BIND="127.0.0.1:9000").public_url == "http://127.0.0.1:9000"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("POLL_SECONDS", "0"),
        ("POLL_SECONDS", "-5"),
        ("POLL_SECONDS", "1.5"),
        ("POLL_SECONDS", "ten"),
        ("FIRST_POLL_ITEMS", "-1"),
        ("FIRST_POLL_ITEMS", "alle"),
        ("FEED_FAILING_HOURS", "0"),
        ("FEED_SILENT_DAYS", "nie"),
        ("WEBSUB", "yes"),
        ("LATENESS_MINUTES", "0"),
        ("LATENESS_MINUTES", "2h"),
        ("THREADS", "0"),
        ("THREADS", "viele"),
        ("SHORT_LINKS", "yes"),
        ("SHORT_LINKS", "ON"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_a_bad_value_is_refused_with_the_variables_name_and_the_value(name: str, value: str) -> None:
    with pytest.raises(Refused) as refused:
        read(**{name: value})

    assert f"DISTRIBUTOR_{name}" in refused.value.text
    assert value in refused.value.text
    assert refused.value.code == "settings"


class TestTheKey:
    def test_it_may_stand_in_a_file(self, tmp_path: Path) -> None:
        path, key = tmp_path / "key", new_key()
        path.write_text(f"{key}\n", encoding="ascii")

        assert read(KEY_FILE=str(path)).key == key

    def test_a_key_and_a_key_file_at_once_are_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "key"
        path.write_text("aus-der-datei", encoding="ascii")

        with pytest.raises(Refused, match="DISTRIBUTOR_KEY und DISTRIBUTOR_KEY_FILE"):
            read(KEY_FILE=str(path), KEY="aus-der-variable")

    def test_a_file_that_is_not_there_is_refused_and_named(self, tmp_path: Path) -> None:
        with pytest.raises(Refused, match="DISTRIBUTOR_KEY_FILE") as refused:
            read(KEY_FILE=str(tmp_path / "nowhere"))

        assert str(tmp_path / "nowhere") in refused.value.text

    def test_a_file_that_is_no_key_is_refused_without_its_content(self, tmp_path: Path) -> None:
        path = tmp_path / "key"
        path.write_bytes("schlüssel-geheim".encode())

        with pytest.raises(Refused, match="DISTRIBUTOR_KEY_FILE") as refused:
            read(KEY_FILE=str(path))

        assert "geheim" not in refused.value.text


class TestChannelHosts:
    def test_a_channels_host_can_be_set_and_loses_its_last_slash(self) -> None:
        settings = read(X_API_URL="http://127.0.0.1:9/api.x.com/")

        assert settings.channel_url("x", "api", "https://api.x.com") == "http://127.0.0.1:9/api.x.com"

    def test_without_a_setting_the_platforms_own_address_counts(self) -> None:
        assert read().channel_url("x", "api", "https://api.x.com/") == "https://api.x.com"


def test_neither_the_key_nor_the_environment_shows_in_repr() -> None:
    settings = read(KEY="streng-geheim", X_API_URL="https://name:passwort@host")

    assert "streng-geheim" not in repr(settings)
    assert "passwort" not in repr(settings)


def test_the_environment_beats_the_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("DISTRIBUTOR_THREADS=2\nDISTRIBUTOR_FEED_URL=https://aus.datei/feed\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DISTRIBUTOR_THREADS", "5")

    settings = load()

    assert settings.threads == 5
    assert settings.feed_url == "https://aus.datei/feed"


@pytest.mark.parametrize("number", ["²", "99999999999999999999", "-1", "1.5"])
def test_what_is_no_usable_number_is_refused(number: str) -> None:
    with pytest.raises(Refused, match="DISTRIBUTOR_POLL_SECONDS"):
        read(POLL_SECONDS=number)


def test_an_empty_address_of_a_network_means_its_own() -> None:
    assert read(WALL_API_URL="").channel_url("wall", "api", "https://api.wall.example/") == "https://api.wall.example"


def test_the_database_password_is_not_shown() -> None:
    assert "geheim" not in repr(read(DATABASE_URL="postgresql://kjc:geheim@db/kjc"))


@pytest.mark.parametrize(
    ("address", "fetched", "sent_back"),
    [
        ("https://kjc.example", True, True),
        ("http://kjc.example", True, False),
        ("http://127.0.0.1:8100", False, False),
        ("http://10.1.2.3", False, False),
        ("http://localhost:8100", False, False),
        ("https://verteiler.internal", False, True),
        ("http://127.0.0.9:8100", True, True),
    ],
)
def test_who_can_reach_our_public_address(address: str, fetched: bool, sent_back: bool) -> None:
    made = load({"DISTRIBUTOR_PUBLIC_URL": address, "DISTRIBUTOR_ALLOW_PRIVATE": "127.0.0.9"})
    assert (made.serves_the_world, made.is_reachable) == (fetched, sent_back)

"""The settings, read once from the environment and an optional ``.env``: plain values, no behaviour.

Every variable stands in ``config/distributor.env.example`` with its meaning; a test keeps both in step.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

from distributor.domain import Refused

_PREFIX = "DISTRIBUTOR_"

WEB_THREADS = 12
"""How many requests each web listener works on at once; as many database connections are kept for it."""

NAMES = frozenset(
    _PREFIX + name
    for name in (
        "DATA_DIR",
        "CONFIG_DIR",
        "DATABASE_URL",
        "DATABASE_TIMEOUT_SECONDS",
        "FEED_URL",
        "ALLOW_PRIVATE",
        "KEY",
        "KEY_FILE",
        "PUBLIC_URL",
        "PUBLIC_BIND",
        "DESK_URL",
        "DESK_BIND",
        "POLL_SECONDS",
        "FIRST_POLL_ITEMS",
        "FEED_FAILING_HOURS",
        "FEED_SILENT_DAYS",
        "WEBSUB",
        "LATENESS_MINUTES",
        "RECALL_HOURS",
        "UPSTREAM_RECALLS",
        "PORTAL_WITHDRAW_URL",
        "THREADS",
        "SHORT_LINKS",
        "S3_BUCKET",
        "S3_ENDPOINT",
        "S3_REGION",
        "S3_ACCESS_KEY",
        "S3_SECRET_KEY",
        "S3_SECRET_KEY_FILE",
        "S3_SERVES",
        "LOG_FORMAT",
        "METRICS_BIND",
        "OIDC_ISSUER",
        "OIDC_CLIENT_ID",
        "SMTP_URL",
        "SMTP_PASSWORD",
        "SMTP_PASSWORD_FILE",
        "MAIL_FROM",
        "CONFERENCE_EVE",
        "OIDC_CLIENT_SECRET",
        "OIDC_CLIENT_SECRET_FILE",
        "OIDC_GROUPS",
        "OIDC_GROUPS_CLAIM",
        "OIDC_SCOPE",
    )
)
"""Every setting by its variable; each channel adds ``DISTRIBUTOR_<CHANNEL>_<HOST>_URL`` for its hosts."""


_DAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator sets. Addresses have no slash at the end; durations are timedeltas."""

    data_dir: Path
    config_dir: Path
    database_url: str = field(repr=False)
    database_timeout: timedelta = timedelta(seconds=60)
    feed_url: str = ""
    allow_private: frozenset[str] = frozenset()
    key: str = field(default="", repr=False)
    public_url: str = "http://127.0.0.1:8100"
    public_bind: str = "127.0.0.1:8100"
    desk_url: str = "http://127.0.0.1:8101"
    desk_bind: str = "127.0.0.1:8101"
    poll_every: timedelta = timedelta(minutes=10)
    first_poll_items: int = 20
    feed_failing: timedelta = timedelta(hours=24)
    feed_silent: timedelta = timedelta(days=30)
    websub: str = "auto"
    lateness: timedelta = timedelta(hours=2)
    recall_within: timedelta = timedelta(hours=72)
    upstream_recalls: frozenset[str] = frozenset({"embargo", "expiry"})
    portal_withdraw_url: str = ""
    threads: int = 8
    ffmpeg: str = ""
    short_links: bool = True
    s3_bucket: str = ""
    s3_endpoint: str = ""
    s3_region: str = "eu-central-1"
    s3_access_key: str = field(default="", repr=False)
    s3_secret_key: str = field(default="", repr=False)
    s3_serves: bool = True
    log_format: str = "plain"
    metrics_bind: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)
    oidc_groups: str = ""
    oidc_groups_claim: str = "groups"
    oidc_scope: str = "openid profile"
    smtp_url: str = ""
    smtp_password: str = field(default="", repr=False)
    mail_from: str = "verteiler@localhost"
    conference_eve: int = 1
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def is_reachable(self) -> bool:
        """Tell whether platforms may send people back here: not to this machine, and not in clear."""
        url = urlsplit(self.public_url)
        return url.scheme == "https" or url.hostname in self.allow_private

    @property
    def serves_the_world(self) -> bool:
        """Tell whether a platform can fetch media here: no address of this machine or of a network of our own."""
        host = urlsplit(self.public_url).hostname or ""
        if host in self.allow_private:
            return True
        try:
            return ip_address(host).is_global
        except ValueError:
            return host not in ("", "localhost") and not host.endswith((".local", ".internal", ".localhost"))

    def channel_url(self, channel: str, host: str, default: str) -> str:
        """Return where a channel's host is: ``DISTRIBUTOR_<CHANNEL>_<HOST>_URL`` or the platform's own address."""
        given = self.environment.get(f"{_PREFIX}{channel.upper()}_{host.upper()}_URL", "").strip()
        return (given or default).rstrip("/")


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; the environment beats ``.env``. Raises: Refused naming the variable that is wrong."""
    given = dict(os.environ if environment is None else environment)
    from_file = {} if environment is not None else {k: v for k, v in dotenv_values(".env").items() if v is not None}
    values = {k: v for k, v in {**from_file, **given}.items() if k.startswith(_PREFIX)}
    data_dir = Path(_text(values, "DATA_DIR", "var")).absolute()
    public_bind = _text(values, "PUBLIC_BIND", "127.0.0.1:8100")
    desk_bind = _text(values, "DESK_BIND", "127.0.0.1:8101")
    return Settings(
        data_dir=data_dir,
        config_dir=Path(_text(values, "CONFIG_DIR", "config")).absolute(),
        database_url=_text(values, "DATABASE_URL", f"sqlite:///{data_dir}/distributor.sqlite3"),
        database_timeout=timedelta(seconds=_number(values, "DATABASE_TIMEOUT_SECONDS", 60, least=1)),
        feed_url=_text(values, "FEED_URL", ""),
        allow_private=frozenset(host.strip() for host in _text(values, "ALLOW_PRIVATE", "").split(",") if host.strip()),
        key=_secret("KEY", _text(values, "KEY", ""), _text(values, "KEY_FILE", "")),
        public_url=_text(values, "PUBLIC_URL", f"http://{public_bind}").rstrip("/"),
        public_bind=public_bind,
        desk_url=_text(values, "DESK_URL", f"http://{desk_bind}").rstrip("/"),
        desk_bind=desk_bind,
        poll_every=timedelta(seconds=_number(values, "POLL_SECONDS", 600, least=1)),
        first_poll_items=_number(values, "FIRST_POLL_ITEMS", 20, least=0),
        feed_failing=timedelta(hours=_number(values, "FEED_FAILING_HOURS", 24, least=1)),
        feed_silent=timedelta(days=_number(values, "FEED_SILENT_DAYS", 30, least=1)),
        websub=_choice(values, "WEBSUB", "auto", ("auto", "on", "off")),
        lateness=timedelta(minutes=_number(values, "LATENESS_MINUTES", 120, least=1)),
        recall_within=timedelta(hours=_number(values, "RECALL_HOURS", 72, least=1)),
        upstream_recalls=_several(values, "UPSTREAM_RECALLS", "embargo,expiry", ("embargo", "expiry", "deleted")),
        portal_withdraw_url=_text(values, "PORTAL_WITHDRAW_URL", ""),
        threads=_number(values, "THREADS", 8, least=1),
        ffmpeg=_text(values, "FFMPEG", ""),
        short_links=_choice(values, "SHORT_LINKS", "on", ("on", "off")) == "on",
        s3_bucket=_text(values, "S3_BUCKET", ""),
        s3_endpoint=_text(values, "S3_ENDPOINT", "").rstrip("/"),
        s3_region=_text(values, "S3_REGION", "eu-central-1"),
        s3_access_key=_text(values, "S3_ACCESS_KEY", ""),
        s3_secret_key=_secret(
            "S3_SECRET_KEY", _text(values, "S3_SECRET_KEY", ""), _text(values, "S3_SECRET_KEY_FILE", "")
        ),
        s3_serves=_choice(values, "S3_SERVES", "on", ("on", "off")) == "on",
        log_format=_choice(values, "LOG_FORMAT", "plain", ("plain", "json")),
        metrics_bind=_text(values, "METRICS_BIND", ""),
        oidc_issuer=_text(values, "OIDC_ISSUER", "").rstrip("/"),
        oidc_client_id=_text(values, "OIDC_CLIENT_ID", ""),
        oidc_client_secret=_secret(
            "OIDC_CLIENT_SECRET",
            _text(values, "OIDC_CLIENT_SECRET", ""),
            _text(values, "OIDC_CLIENT_SECRET_FILE", ""),
        ),
        oidc_groups=_text(values, "OIDC_GROUPS", ""),
        oidc_groups_claim=_text(values, "OIDC_GROUPS_CLAIM", "groups"),
        oidc_scope=_text(values, "OIDC_SCOPE", "openid profile"),
        smtp_url=_text(values, "SMTP_URL", ""),
        smtp_password=_secret(
            "SMTP_PASSWORD", _text(values, "SMTP_PASSWORD", ""), _text(values, "SMTP_PASSWORD_FILE", "")
        ),
        mail_from=_text(values, "MAIL_FROM", "verteiler@localhost"),
        conference_eve=_DAYS.index(_choice(values, "CONFERENCE_EVE", "Di", _DAYS)),
        environment=values,
    )


def _text(values: Mapping[str, str], name: str, default: str) -> str:
    return values.get(_PREFIX + name, "").strip() or default


def _number(values: Mapping[str, str], name: str, default: int, *, least: int) -> int:
    raw = _text(values, name, str(default))
    if not (raw.isascii() and raw.isdigit() and len(raw) < 8) or int(raw) < least:
        raise Refused(f"{_PREFIX}{name} muss eine ganze Zahl ab {least} sein, nicht „{raw}“.", code="settings")
    return int(raw)


def _choice(values: Mapping[str, str], name: str, default: str, choices: tuple[str, ...]) -> str:
    raw = _text(values, name, default)
    if raw not in choices:
        allowed = " oder ".join(choices)
        raise Refused(f"{_PREFIX}{name} muss {allowed} sein, nicht „{raw}“.", code="settings")
    return raw


def _several(values: Mapping[str, str], name: str, default: str, choices: tuple[str, ...]) -> frozenset[str]:
    """Return which of the choices are listed, with commas between them; ``none`` is none of them."""
    raw = _text(values, name, default)
    given = frozenset(part.strip() for part in raw.split(","))
    if given == {"none"}:
        return frozenset()
    if not given <= set(choices):
        text = f"{_PREFIX}{name} nennt eine Auswahl von {', '.join(choices)} oder none, nicht „{raw}“."
        raise Refused(text, code="settings")
    return given


def _secret(name: str, given: str, path: str) -> str:
    """Return a secret: what its own variable holds, or the content of the file that ``…_FILE`` names."""
    if path and given:
        text = f"{_PREFIX}{name} und {_PREFIX}{name}_FILE sind beide gesetzt; bitte nur eines."
        raise Refused(text, code="settings")
    if not path:
        return given
    try:
        return Path(path).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        text = f"Die Schlüsseldatei {path} ({_PREFIX}{name}_FILE) ist nicht lesbar: {error}."
        raise Refused(text, code="settings") from error

"""Make a picture of every page of the desk for ``docs/pictures``: ``make pictures`` (needs Chromium)."""

from __future__ import annotations

import io
import shutil
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from distributor import bootstrap
from distributor.services import accounts, passwords, topics
from distributor.store import migrations
from distributor.store.tables import AccountRow
from tests.browser.conftest import Visit, served
from tests.web import conftest as seeded

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"
PHONE, DESK = 390, 1100
COLOURS = 64
"""Enough for pages of few colours; it makes the files a third as large."""

PICTURES: dict[str, tuple[str, str, int]] = {
    "heute": ("anna", "/", PHONE),
    "freigabe": ("anna", "/post/{post}", PHONE),
    "freigabe-mehrere": ("anna", "/freigabe/auswahl", PHONE),
    "schulung": ("anna", "/schulung", PHONE),
    "freigabe-liste": ("anna", "/freigabe", PHONE),
    "heute-redaktion": ("eva", "/", DESK),
    "beitrag": ("eva", "/beitraege/{item}", DESK),
    "kanaltext": ("eva", "/beitraege/{item}/kanaltext/x", DESK),
    "kalender": ("eva", "/kalender?ansicht=monat&kjc=fulda", DESK),
    "kalender-woche": ("anna", "/kalender?ansicht=woche", DESK),
    "kalender-verschieben": ("anna", "/kalender?ansicht=woche&post={post}", PHONE),
    "redaktionssitzung": ("eva", "/sitzung", DESK),
    "einwilligungen": ("eva", "/einwilligungen", DESK),
    "rueckrufe": ("eva", "/rueckrufe", DESK),
    "notbremse": ("eva", "/notbremse", DESK),
    "jobcenter": ("anna", "/jobcenter/fulda", DESK),
    "konten": ("otto", "/konten", DESK),
    "konto": ("otto", "/konten/1", DESK),
    "konto-neu": ("otto", "/konten/neu?kjc=fulda&kanal=facebook", DESK),
    "personen": ("otto", "/personen", DESK),
    "protokoll": ("pia", "/protokoll", DESK),
    "zugang": ("anna", "/zugang", PHONE),
}
"""Each file's name with who looks at which page, and how wide their window is in pixels."""


def main() -> None:
    """Make them all anew."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        seed = Path(folder) / "seed"
        seed.mkdir()
        deps = bootstrap.build(seeded.settings_for(seed))
        migrations.upgrade(deps.store)
        passwords._HASHER = seeded.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        seeded.fill(deps)
        deps.store.close()
        with seeded.opened(seed, Path(folder)) as world, served(world) as base, sync_playwright() as playwright:
            liven(world)
            where = {"post": world.awaiting()["id"], "item": world.awaiting()["item"]}
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            for name, (login, path, width) in PICTURES.items():
                page = browser.new_page(viewport={"width": width, "height": 800}, locale="de-DE")
                seat = Visit(page, base)
                seat.logs_in(login)
                seat.opens(path.format(**where))
                page.wait_for_load_state("networkidle")
                save(page.screenshot(), FOLDER / f"{name}.png")
                page.context.close()
            browser.close()


def liven(world: Any) -> None:
    """Let a few things have happened, so that the pages have something to show."""
    now = world.clock.now()
    with world.deps.store.write() as session:
        rows = session.query(AccountRow).order_by(AccountRow.id).all()
        for row in rows:
            needed = {field.name: "x" for field in world.deps.connector(row.channel).fields if field.secret}
            accounts.set_fields(world.deps, session, row, needed)
            row.checked_at, row.identity = now, row.name
        rows[0].ends_at = now + timedelta(days=9)
        rows[1].paused_at, rows[1].paused_reason = now, "Der Zugang ist abgelaufen."
    posts = [post["id"] for post in world.posts()]
    why = {"reason_code": "rejected", "reason_who": "officer"}
    world.becomes(posts[0], "failed", reason_text="Das Bild ist dem Netzwerk zu schmal.", **why)
    world.becomes(posts[1], "scheduled", due_at=now + timedelta(hours=3))
    world.becomes(posts[2], "published", due_at=now - timedelta(days=1))
    for title, horizon, theme in (
        ("Mietspiegel lesen", "short", "housing"),
        ("Der erste Lohnzettel", "middle", "money"),
        ("Ausbildungsstart 2027", "long", "training"),
    ):
        topics.add(world.deps, seeded.SETUP, title, now, horizon=horizon, theme=theme, wanted_on=date(2026, 12, 4))


def save(shot: bytes, path: Path) -> None:
    """Write a picture with as few colours as do."""
    with Image.open(io.BytesIO(shot)) as picture:
        picture.convert("RGB").quantize(COLOURS).save(path, optimize=True)


if __name__ == "__main__":
    main()

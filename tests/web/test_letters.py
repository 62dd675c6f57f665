"""Letters to people: their causes, each at most once, straight to what they are about; and how they are handed over."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from distributor import mailing
from distributor.domain import Refused
from distributor.mailing import Letter, Line, NotHandedOver, hand_over, message
from distributor.services import letters
from distributor.store.tables import AccountRow
from tests.web.conftest import SETUP
from tests.web.test_desk_accounts import complete


@pytest.fixture
def house(desk: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A desk that writes to anna and eva; what was handed over is in ``sent``."""
    desk.deps = replace(desk.deps, settings=replace(desk.deps.settings, smtp_url="smtp://mail.example"))
    for login in ("anna", "eva"):
        letters.set_address(desk.deps, SETUP, login, f"{login}@kjc.example", desk.clock.now())
    sent: list[EmailMessage] = []
    monkeypatch.setattr(letters, "hand_over", lambda mail, server, password: sent.append(mail))
    desk.sent = lambda to: [mail for mail in sent if mail["To"] == f"{to}@kjc.example"]
    return desk


def subjects(mails: list[EmailMessage]) -> list[str]:
    return [str(mail["Subject"]) for mail in mails]


def test_in_the_morning_an_officer_hears_once_what_waits(house: Any) -> None:
    letters.send_due(house.deps, house.clock.now)
    letters.send_due(house.deps, house.clock.now)
    [mail] = house.sent("anna")
    number = len(house.posts(states=["awaiting"]))
    assert mail["Subject"] == f"{number} Posts warten auf Ihre Freigabe."
    link = f"{house.deps.settings.desk_url}/post/{house.awaiting()['id']}"
    plain, html = (part.get_content() for part in mail.iter_parts())
    assert link in plain
    assert f'href="{link}"' in html
    house.clock.advance(days=1)
    letters.send_due(house.deps, house.clock.now)
    assert len(house.sent("anna")) == 2


def test_nothing_is_sent_before_the_morning_or_at_the_weekend(house: Any) -> None:
    for moment in (timedelta(hours=-3), timedelta(days=5)):
        at = house.clock.now() + moment
        letters.send_due(house.deps, lambda at=at: at)
    assert house.sent("anna") == []


def test_a_failure_is_told_at_once_and_once(house: Any) -> None:
    house.clock.advance(hours=12)
    post = house.awaiting()["id"]
    letters.send_due(house.deps, house.clock.now)
    house.becomes(post, "failed", reason_code="x", reason_text="Das Bild ist zu schmal.", reason_who="officer")
    for _ in range(2):
        letters.send_due(house.deps, house.clock.now)
    [mail] = [each for each in house.sent("anna") if "ehlgeschlagen" in each["Subject"]]
    assert "Das Bild ist zu schmal." in mail.get_body(("plain",)).get_content()
    assert f"/post/{post}" in mail.get_body(("plain",)).get_content()


def test_a_dying_token_is_told_to_who_can_do_something_and_to_nobody_else(house: Any) -> None:
    now = house.clock.now()
    letters.set_address(house.deps, SETUP, "otto", "otto@kjc.example", now)
    with house.deps.store.write() as session:
        row = session.get_one(AccountRow, complete(house))
        row.paused_at, row.paused_reason = now, "Der Zugang ist abgelaufen."
    for _ in range(2):
        letters.send_due(house.deps, house.clock.now)
    told = [mail for mail in house.sent("otto") if "Konto braucht jemanden" in mail["Subject"]]
    assert len(told) == 1
    assert "Der Zugang ist abgelaufen." in told[0].get_body(("plain",)).get_content()
    assert house.sent("eva") == []


def test_on_the_day_before_the_conference_editors_get_the_week(house: Any) -> None:
    letters.send_due(house.deps, house.clock.now)
    assert house.sent("eva") == []
    house.clock.advance(days=1)
    for _ in range(2):
        letters.send_due(house.deps, house.clock.now)
    assert subjects(house.sent("eva")) == ["Die Woche vor der Redaktionssitzung"]
    told = house.sent("eva")[0].get_body(("plain",)).get_content()
    assert f"- Letzte Woche\n  Nichts ist erschienen.\n  {house.deps.settings.desk_url}/sitzung#war" in told
    assert re.search(r"- Offene Freigaben\n  \d\d Posts\n", told)


def test_every_sentence_of_a_letter_passes_the_catalogue(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    marked = {"_": lambda text: f"«{text}»", "ngettext": lambda one, many, number: f"«{one if number == 1 else many}»"}
    for module in (letters, mailing):
        for name in marked.keys() & vars(module).keys():
            monkeypatch.setattr(module, name, marked[name])
    house.becomes(house.awaiting()["id"], "failed", reason_code="x", reason_text="", reason_who="officer")
    with house.deps.store.write() as session:
        row = session.get_one(AccountRow, complete(house))
        row.ends_at = house.clock.now() + timedelta(days=1)
    house.clock.advance(days=1)
    letters.send_due(house.deps, house.clock.now)
    mails = [mail.get_body(("plain",)).get_content() for mail in house.sent("anna") + house.sent("eva")]
    leads = "\n".join(mail.splitlines()[2] for mail in mails)
    for lead in ("Posts warten", "Ein Post braucht Sie", "Das steht zur Redaktionssitzung an", "Ein Konto braucht"):
        assert lead in leads
    for line in "\n".join(mails).splitlines():
        assert "«" in line or not line or "https://" in line or line.startswith(("- ", "  ")), line


def test_what_the_server_surely_did_not_take_is_sent_later_and_what_it_may_have_is_not(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def refuses(mail: EmailMessage, server: str, password: str) -> None:
        tried.append(mail["To"])
        raise NotHandedOver("down")

    monkeypatch.setattr(letters, "hand_over", refuses)
    assert letters.send_due(house.deps, house.clock.now) == 0
    letters.send_due(house.deps, house.clock.now)
    assert len(tried) == 2

    def dies(mail: EmailMessage, server: str, password: str) -> None:
        tried.append(mail["To"])
        raise TimeoutError

    monkeypatch.setattr(letters, "hand_over", dies)
    with pytest.raises(TimeoutError):
        letters.send_due(house.deps, house.clock.now)
    letters.send_due(house.deps, house.clock.now)
    assert len(tried) == 3


@pytest.mark.parametrize("address", ["anna", "anna@", "@kjc.example", "a b@kjc.example", "a@kjc.example\nBcc: x@y.z"])
def test_what_is_no_address_is_refused(desk: Any, address: str) -> None:
    with pytest.raises(Refused):
        letters.set_address(desk.deps, SETUP, "anna", address, desk.clock.now())
    assert letters.addresses(desk.deps) == {}


def test_a_hostile_title_stays_a_title() -> None:
    letter = Letter(
        "Fehl\nBcc: x@y.example", "…", [Line("<script>x</script>", 'a "b"', "https://d.example/post/1")], "u"
    )
    mail = message_from_bytes(bytes(message(letter, "v@kjc.example", "a@kjc.example")), policy=default)
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Fehl Bcc: x@y.example"
    assert "<script>" not in mail.get_body(("html",)).get_content()


def test_a_letter_is_handed_over_to_a_server_that_speaks_smtp() -> None:
    heard: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=answers, args=(listening, heard.append))
        thread.start()
        letter = Letter("Betreff", "Vorweg", [Line("Titel", "Text", "https://d.example/post/1")], "https://d.example/")
        where = f"smtp://127.0.0.1:{listening.getsockname()[1]}"
        hand_over(message(letter, "v@kjc.example", "a@kjc.example"), where, "")
        thread.join(timeout=5)
        port = listening.getsockname()[1]
    assert any("Subject: Betreff" in line for line in heard)
    assert any(line.casefold() == "rcpt to:<a@kjc.example>" for line in heard)
    with pytest.raises(NotHandedOver):
        hand_over(message(letter, "v@kjc.example", "a@kjc.example"), f"smtp://127.0.0.1:{port}", "")


def answers(listening: socket.socket, heard: Callable[[str], None]) -> None:
    """Take one mail as the plainest of servers would."""
    connection, _ = listening.accept()
    with connection, connection.makefile("rwb") as line:
        line.write(b"220 here\r\n")
        line.flush()
        taking = False
        for raw in line:
            said = raw.decode().strip("\r\n")
            heard(said)
            if taking and said != ".":
                continue
            taking = said.upper() == "DATA"
            line.write(b"354 go on\r\n" if taking else b"221 bye\r\n" if said.lower() == "quit" else b"250 fine\r\n")
            line.flush()
            if said.lower() == "quit":
                return

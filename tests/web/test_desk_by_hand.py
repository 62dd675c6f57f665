"""A post that an officer brings to its network by hand: text, files and checklist on one page, ticked off there."""

from __future__ import annotations

from typing import Any

from distributor.services import views

TASK = "Jetzt auf WhatsApp posten (Konto fulda/x/y).\nErst das Bild wählen.\nDen Link hier eintragen."
LINK = "https://whatsapp.com/channel/0029kjc/117"


def handed(desk: Any) -> dict[str, Any]:
    """A post with a picture that was handed over."""
    post = next(post for post in desk.posts() if post["media"])
    desk.becomes(post["id"], "uncertain", reason_code="release.person", reason_text=TASK, reason_who="officer")
    found: dict[str, Any] = post
    return found


def test_the_page_has_text_files_and_checklist_to_work_with(desk: Any) -> None:
    post = handed(desk)
    anna = desk.person("anna")
    page = anna.opens(f"/post/{post['id']}")
    assert [line.text for line in page.find("//section[@aria-labelledby='von-hand']//ol/li")] == TASK.split("\n")
    assert page.one("//textarea[@id='kit-text']").text.strip() == post["text"].strip()
    [link] = page.find("//section[@aria-labelledby='von-hand']//a[@download]")
    assert anna.opens(link.get("href")).response.content == desk.deps.cache.read(post["media"][0]["sha256"])
    assert link.get("download").endswith(".jpeg")
    assert f"Alternativtext: {post['media'][0]['alt']}" in page.text
    assert page.find("//button[contains(., 'erneut versuchen')]") == []


def test_it_stands_in_the_list_of_what_needs_help_and_is_ticked_off_with_its_link(desk: Any) -> None:
    post = handed(desk)
    anna = desk.person("anna")
    assert f"/post/{post['id']}" in anna.opens("/freigabe?liste=hilfe").response.text
    page = anna.opens(f"/post/{post['id']}")
    assert "Gepostet: abhaken" in page.text
    assert anna.sends(page, f"/post/{post['id']}/bestaetigen", adresse="").status == 422
    anna.sends(anna.opens(f"/post/{post['id']}"), f"/post/{post['id']}/bestaetigen", adresse=LINK)
    shown = views.post_show(desk.deps, post["id"])
    assert (shown["state"], shown["receipt"]["url"]) == ("published", LINK)


def test_who_may_not_approve_may_not_tick_off(desk: Any) -> None:
    post = handed(desk)
    page = desk.person("pia").opens(f"/post/{post['id']}")
    assert "Jetzt von Hand posten" in page.text
    assert "Gepostet: abhaken" not in page.text


def test_what_is_left_to_do_at_a_public_post_is_shown_and_ticked_off(desk: Any) -> None:
    post = desk.posts()[0]
    left = {"reason_code": "published.left", "reason_text": "Bitte die Kommentare abschalten.", "reason_who": "officer"}
    desk.becomes(post["id"], "published", **left)
    anna = desk.person("anna")
    assert f"/post/{post['id']}" in anna.opens("/freigabe?liste=hilfe").response.text
    page = anna.opens(f"/post/{post['id']}")
    assert "Bitte die Kommentare abschalten." in page.text
    assert "Erledigt: abhaken" not in desk.person("pia").opens(f"/post/{post['id']}").text

    shown = anna.sends(page, f"/post/{post['id']}/bestaetigen")

    assert "Erledigt: abhaken" not in shown.text
    assert "Von Hand Erledigtes abgehakt" in shown.text
    assert f"/post/{post['id']}" not in anna.opens("/freigabe?liste=hilfe").response.text

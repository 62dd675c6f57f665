"""The proof of deletion on paper: what its JSON says, whatever the words are made of."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from typing import Any

from distributor.proof import as_pdf

POST = {
    "post": 7,
    "organisation": "fulda",
    "organisation_name": "Kreisjobcenter Fulda",
    "channel": "x",
    "account": "konto",
    "found": "published",
    "state": "retracted",
    "outcome": "deleted",
    "task": "",
    "reminded_at": None,
    "remote_id": "17",
    "url": "https://x.example/17",
    "published_at": "2026-11-23T11:00:00Z",
    "deleted_at": "2026-11-24T09:00:00Z",
    "answer": "HTTP 200 deleted=true",
}


def proof(*posts: dict[str, Any], **more: Any) -> bytes:
    head = {
        "recall": 3,
        "kind": "person",
        "subject": "p-abc",
        "cause": "person",
        "actor": "u-xyz",
        "at": "2026-11-24T08:59:00Z",
        "deadline": "2026-11-27T08:59:00Z",
        "complete": True,
        "open": 0,
        "portal_untold": 0,
        "portal_told_at": None,
        "posts": list(posts),
    }
    return json.dumps({**head, **more}, ensure_ascii=False).encode()


def printed(pdf: bytes) -> str:
    """Return all that the pages print, in one line."""
    streams = re.findall(rb"stream\r?\n(.*?)~>\r?\n?endstream", pdf, re.DOTALL)
    drawn = b"".join(zlib.decompress(base64.a85decode(each)) for each in streams)
    shown = b" ".join(re.findall(rb"\(((?:\\.|[^\\)])*)\) Tj", drawn))
    return re.sub(rb"\\(\d{3})", lambda octal: bytes([int(octal[1], 8)]), shown).decode("cp1252")


def test_names_each_post_and_carries_the_hash_of_the_json() -> None:
    document = proof(POST)

    told = printed(as_pdf(document))

    for word in (
        "nachweis 3",
        "p-abc",
        "u-xyz",
        "Fulda",
        "17",
        "gelöscht",
        "23.11.2026",
        hashlib.sha256(document).hexdigest(),
    ):
        assert word in told, word


def test_is_the_same_paper_for_the_same_proof_and_another_for_another() -> None:
    assert as_pdf(proof(POST)) == as_pdf(proof(POST))
    assert as_pdf(proof(POST)) != as_pdf(proof({**POST, "answer": "HTTP 404"}))


def test_takes_any_letters_and_no_markup() -> None:
    wild = "</para><b>Ж漢🎉\u202e & <img src='file:///etc/passwd'> " + "ü" * 5000

    told = printed(as_pdf(proof({**POST, "answer": wild, "organisation_name": "Łódź"})))

    assert "img src=" in told
    assert "?ód?" in told
    assert "üüü" in told


def test_says_what_is_still_open() -> None:
    task = {**POST, "outcome": "task", "state": "retracting", "task": "Bitte von Hand löschen.", "deleted_at": None}

    told = printed(as_pdf(proof(task, complete=False, open=1)))

    assert "Noch offen: 1." in told
    assert "Hand" in told


def test_many_posts_take_many_pages() -> None:
    pdf = as_pdf(proof(*({**POST, "post": number} for number in range(400))))

    assert len(re.findall(rb"/Type /Page\b", pdf)) > 5

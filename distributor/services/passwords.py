"""Passwords: which are refused, how they are kept, and comparing them in the same time for known and unknown people.

What is asked of a password follows NIST SP 800-63B, revision 4, section 3.1.1.2: fifteen characters where it may be
the only factor, no rules on which characters, no expiry, and a comparison with what is common or to be expected here.
"""

from __future__ import annotations

from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error

from distributor.domain import Refused

SHORTEST = 15
LONGEST = 200
"""In characters; a longer one would only cost time."""

_HASHER = PasswordHasher()
_DUMMY = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$QW4gdW51c2VkIGhhc2ggdGhhdCBuZXZlciBmaXRzLi4uLi4"
_EXPECTED = (
    "jobcenter", "kjc", "universum", "kommunal", "hessen", "distributor", "verteiler", "redaktion", "freigabe",
    "passwort", "kennwort", "geheim", "hallo", "willkommen", "sommer", "winter", "herbst", "frühling", "montag",
    "schatz", "deutschland", "anmelden",
)  # fmt: skip
_GUESSES = 10**10
"""So many guesses a password must take at least: the library's own line above which it calls one very hard to guess."""


def hashed(password: str, about: Iterable[str] = ()) -> str:
    """Return the hash to store. ``about`` are the person's own words: login, name, Jobcenter. Raises: Refused."""
    refuse_weak(password, about)
    return _HASHER.hash(password)


def refuse_weak(password: str, about: Iterable[str] = ()) -> None:
    """Raises: Refused for a password that is too short, too long, common, or made of what is expected here."""
    if len(password) < SHORTEST:
        text = f"Das Kennwort braucht mindestens {SHORTEST} Zeichen; gut ist ein Satz aus mehreren Wörtern."
        raise Refused(text, code="user.password")
    if len(password) > LONGEST:
        raise Refused(f"Das Kennwort darf höchstens {LONGEST} Zeichen haben.", code="user.password")
    if _guesses(password, about) < _GUESSES:
        text = "Dieses Kennwort ist zu leicht zu erraten: bekannt, wiederholt oder aus naheliegenden Wörtern."
        raise Refused(text, code="user.password")


def _guesses(password: str, about: Iterable[str]) -> float:
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its word lists are large, and only a new password needs them

    own = [word for text in about for word in (text, *text.replace("-", " ").replace(".", " ").split()) if word]
    # Its lists are of lower case; beyond the first seventy-two characters it would only take longer.
    return float(zxcvbn(password[:72], user_inputs=[*_EXPECTED, *own], max_length=72)["guesses"])


def verified(password_hash: str, password: str) -> bool:
    """Tell whether the password fits, taking as long for an empty hash as for a real one."""
    try:
        return _HASHER.verify(password_hash or _DUMMY, password) and bool(password_hash)
    except Argon2Error:
        return False

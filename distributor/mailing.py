"""Hand a letter to a mail server: plain text with the same as HTML beside it."""

from __future__ import annotations

import html
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from distributor.domain import Refused
from distributor.locale import gettext as _

_PATIENCE = 20
_SURELY_NOT = (
    ConnectionRefusedError,
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPConnectError,
    smtplib.SMTPSenderRefused,
    ssl.SSLError,
)
"""What goes wrong before a letter is begun, and may go right later. A recipient who is refused stays refused."""


class NotHandedOver(Exception):
    """The mail server was not reached or took nothing: surely not sent."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing a letter tells of, with the address that leads straight to it."""

    title: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What a person is told: the subject, a sentence, what it is about, and where the whole page is."""

    subject: str
    lead: str
    lines: Sequence[Line]
    url: str

    def plain(self) -> str:
        """Return it as plain text."""
        told = "\n\n".join(f"- {line.title}\n  {line.text}\n  {line.url}" for line in self.lines)
        return f"{_('Guten Tag,')}\n\n{self.lead}\n\n{told}\n\n{_('Alles auf einen Blick')}: {self.url}\n"

    def html(self) -> str:
        """Return it as HTML that needs nothing from anywhere."""
        told = "".join(
            f'<li><a href="{html.escape(line.url)}">{html.escape(line.title)}</a><br>{html.escape(line.text)}</li>'
            for line in self.lines
        )
        return (
            f'<!doctype html><html lang="de"><body><p>{html.escape(_("Guten Tag,"))}</p>'
            f"<p>{html.escape(self.lead)}</p><ul>{told}</ul>"
            f'<p><a href="{html.escape(self.url)}">{html.escape(_("Alles auf einen Blick"))}</a></p></body></html>\n'
        )


def message(letter: Letter, sender: str, recipient: str) -> EmailMessage:
    """Return the letter as mail. Line breaks in a subject that came from elsewhere become blanks."""
    mail = EmailMessage()
    mail["Subject"] = " ".join(letter.subject.split())
    mail["From"], mail["To"] = sender, recipient
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.plain())
    mail.add_alternative(letter.html(), subtype="html")
    return mail


def hand_over(mail: EmailMessage, server: str, password: str) -> None:
    """Hand a mail to ``smtp://`` (with STARTTLS where it is offered) or ``smtps://[user@]host[:port]``.

    Raises: NotHandedOver where it surely was not sent and may be later; Refused for an address that is none;
    SMTPException, OSError.
    """
    parts = urlsplit(server)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise Refused("DISTRIBUTOR_SMTP_URL muss mit smtp:// oder smtps:// beginnen.", code="settings")
    try:
        with _opened(parts.scheme, parts.hostname, parts.port) as smtp:
            if parts.username:
                smtp.login(unquote(parts.username), password)
            smtp.send_message(mail)
    except _SURELY_NOT as error:
        raise NotHandedOver(type(error).__name__) from error


def _opened(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    secure = ssl.create_default_context()
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=_PATIENCE, context=secure)
    smtp = smtplib.SMTP(host, port or 587, timeout=_PATIENCE)
    smtp.ehlo()
    if smtp.has_extn("starttls"):
        smtp.starttls(context=secure)
    return smtp

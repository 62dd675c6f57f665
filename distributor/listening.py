"""Take a port, or say in a sentence why not."""

from __future__ import annotations

import socket

from distributor.domain import Refused
from distributor.locale import gettext as _


def listen(bind: str, variable: str) -> socket.socket:
    """Return a socket bound to ``HOST:PORT``. Raises: Refused if it is no such address or the port is taken."""
    host, colon, port = bind.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535:
        text = _("{variable} muss die Form HOST:PORT haben, nicht „{bind}“.").format(variable=variable, bind=bind)
        raise Refused(text, code="settings")
    host = host.strip("[]")
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, int(port)))
        # Listening now, so that a second server on this port is refused here and not in a thread.
        bound.listen(2048)
    except OSError as error:
        bound.close()
        text = _("Auf {bind} ({variable}) lässt sich nicht lauschen: {why}. Läuft dort schon etwas?").format(
            bind=bind, variable=variable, why=error.strerror or error
        )
        raise Refused(text, code="port.taken") from error
    return bound

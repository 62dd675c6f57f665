"""``python -m connectors.sandbox --host 127.0.0.1 --port 8700``: serve the sandbox until stopped."""

from __future__ import annotations

import argparse
import sys

from connectors.sandbox.server import build, listen, server


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM; return 2 if the port is taken."""
    parser = argparse.ArgumentParser(prog="python -m connectors.sandbox", description="Spielt die Netzwerke vor.")
    parser.add_argument("--host", default="127.0.0.1", help="Adresse, an der gelauscht wird")
    parser.add_argument("--port", type=int, default=8700, help="Port; 0 nimmt einen freien")
    chosen = parser.parse_args(arguments)
    try:
        bound = listen(chosen.host, chosen.port)
    except OSError as error:
        sys.stderr.write(f"Die Sandbox kann an {chosen.host}:{chosen.port} nicht lauschen: {error.strerror}.\n")
        return 2
    with bound:
        sys.stdout.write(f"Sandbox: http://{chosen.host}:{bound.getsockname()[1]}/\n")
        sys.stdout.flush()
        server(build()).run(sockets=[bound])
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""``python -m distributor``: the same program as the console script."""

from __future__ import annotations

from distributor.cli import main

if __name__ == "__main__":
    main()

"""``python -m tests.measure.bench``: see ``run``."""

from tests.measure.bench.run import main

main()

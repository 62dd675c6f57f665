"""A web server on this machine that says what a test wants, and the folder of the fixtures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.site import Site, serving


@pytest.fixture
def site() -> Iterator[Site]:
    """Return a site on 127.0.0.1 that answers until the test ends."""
    with serving() as told:
        yield told


@pytest.fixture
def tls_site() -> Iterator[Callable[[Path], Site]]:
    """Return a function that opens a site with a certificate."""
    with ExitStack() as open_sites:
        yield lambda certificate: open_sites.enter_context(serving(certificate))


@pytest.fixture(scope="session")
def data() -> Path:
    """Return the folder of the fixtures."""
    return Path(__file__).with_name("data")

"""Measure reading a feed: ``python -m tests.measure.feed``. CPU seconds, best of three, and the most memory.

A feed of 2,000 items as the sandbox's portal writes them (HTML, pictures and videos with credits, captions, licences)
and one of bare items; beside them the same documents read by lxml alone, which is the floor, and by feedparser.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import feedparser
from lxml import etree

from connectors.sandbox.portal import feeds
from connectors.sandbox.portal.items import first_items
from distributor.intake.parse import parse

MOST = {"bare": 0.15}
"""CPU seconds that 2,000 items may take; what media and HTML cost beyond that has no bound but feedparser's time."""

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
_BARE = (
    "<item><title>Beitrag {0}</title><link>https://portal.example/{0}</link><guid>g{0}</guid><description>Ein kurzer "
    "Text ohne alles, Nummer {0}.</description><pubDate>Mon, 23 Nov 2026 07:00:00 +0000</pubDate></item>"
)


def rich(items: int) -> bytes:
    """Return a feed of as many items, each like one of the portal's twelve."""
    first = first_items(NOW)
    many = [replace(first[at % len(first)], guid=f"{first[at % len(first)].guid}-{at}") for at in range(items)]
    return feeds.rss(many, "https://portal.example", NOW).encode()


def bare(items: int) -> bytes:
    """Return a feed of as many items with a title, a link and a sentence."""
    head = "<rss version='2.0'><channel><title>Portal</title><link>https://portal.example/</link>"
    return f"{head}{''.join(map(_BARE.format, range(items)))}</channel></rss>".encode()


def seconds(read: Callable[[bytes], object], body: bytes) -> float:
    """Return the fewest CPU seconds of three readings."""
    taken = []
    for _ in range(3):
        begun = time.process_time()
        read(body)
        taken.append(time.process_time() - begun)
    return min(taken)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--items", type=int, default=2000)
    chosen = options.parse_args()
    for name, body in (("rich", rich(chosen.items)), ("bare", bare(chosen.items))):
        ours = seconds(parse, body)
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        bound = f" (at most {MOST[name]})" if name in MOST and chosen.items == 2000 else ""
        floor, theirs = seconds(etree.fromstring, body), seconds(feedparser.parse, body)
        print(
            f"{chosen.items} {name} items, {len(body) / 1e6:.1f} MB: {ours:.2f} s of CPU{bound}, peak {most} MB; "
            f"lxml alone {floor:.2f} s; feedparser {theirs:.2f} s ({theirs / ours:.1f} times ours)"
        )


if __name__ == "__main__":
    main()

"""``distributor preview``: what a feed's items would become, without a database."""

from __future__ import annotations

from collections.abc import Iterator

from distributor.cli.grammar import Misuse, argument, command, option
from distributor.cli.parts import assemble, present
from distributor.cli.printing import emit, facts, say
from distributor.cli.sources import read_source
from distributor.services.configuration import Files, read_files
from distributor.services.deps import Deps
from distributor.services.previewing import Preview
from distributor.services.previewing import preview as previews
from distributor.wording import BERLIN, SEVERITY_WORDS


@command(
    help="Zeigt, was aus den Beiträgen eines Feeds würde: Text, Länge, Medien und Mängel. SOURCE ist eine Datei oder "
    "eine Adresse. Es braucht keine Datenbank; Jobcenter und Kanaltexte kommen aus den Konfigurationsdateien."
)
@argument("source", metavar="SOURCE")
@option("--organisation", metavar="SLUG", help="Das Jobcenter.")
@option("--channel", metavar="NAME", help="Der Kanal.")
@option("--item", "guid", metavar="GUID", help="Nur der Beitrag mit dieser Kennung.")
@option("--all", "every", is_flag=True, help="Alle Jobcenter und alle Kanäle, soweit nicht eingeschränkt.")
@option(
    "--json", "as_json", is_flag=True, help="Gibt JSON aus: mit --item und ohne --all ein Objekt, sonst eine Liste."
)
def preview(
    source: str, organisation: str | None, channel: str | None, guid: str | None, every: bool, as_json: bool
) -> None:
    """Print the previews."""
    if not every and (organisation is None or channel is None):
        raise Misuse("--organisation und --channel fehlen; --all zeigt alle.")
    deps = assemble(database=False)
    parsed = read_source(source, deps.settings.allow_private)
    files = read_files(deps.settings.config_dir)
    today = present().astimezone(BERLIN).date()
    found = [
        one
        for slug, name in _pairs(deps, files, organisation, channel)
        for one in previews(parsed, files, slug, name, deps.connectors, guid=guid, today=today)
    ]
    if as_json:
        documents = [one.document() for one in found]
        emit(documents[0] if guid is not None and not every else documents)
        return
    for one in found:
        _show(one)
    if not found:
        say("Der Feed enthält keine Beiträge.")


def _pairs(deps: Deps, files: Files, organisation: str | None, channel: str | None) -> Iterator[tuple[str, str]]:
    for slug in [organisation] if organisation is not None else files.organisations:
        for name in [channel] if channel is not None else sorted(files.texts.keys() & deps.connectors.keys()):
            yield slug, name


def _show(one: Preview) -> None:
    say(f"=== {one.organisation} · {one.channel} · {one.title or one.item}")
    say(one.text)
    say()
    facts([("Länge", f"{one.length} von {one.limit} {one.unit}"), ("Link", one.link)])
    for medium in one.media:
        size = f", {medium['width']}x{medium['height']}" if medium["width"] and medium["height"] else ""
        told = "wird gezeigt" if medium["used"] else "wird nicht gezeigt"
        alt = "ohne Alternativtext" if medium["alt"] is None else f"Alternativtext: {medium['alt'] or '(leer)'}"
        say(f"Medium: {medium['url']} ({medium['mime'] or medium['kind']}{size}; {told}; {alt})")
    for problem in one.problems:
        say(f"{SEVERITY_WORDS[problem.severity]}: {problem.text} [{problem.rule}]")
    say()

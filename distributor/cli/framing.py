"""``distributor items frame`` and ``items captions``: how a picture and a video are shown."""

from __future__ import annotations

from distributor.cli.grammar import Choice, Misuse, Number, argument, as_user, command, option
from distributor.cli.parts import acting, assemble, present
from distributor.cli.printing import say
from distributor.cli.sources import read_text
from distributor.domain import Refused
from distributor.media.shapes import Point
from distributor.services import captioning, framing, views


@command(
    help="Setzt den Punkt eines Bildes, der bei jedem Zuschnitt sichtbar bleibt, und ob der Bildnachweis ins Bild "
    "geschrieben wird. Was danach anders aussieht, braucht eine neue Freigabe."
)
@argument("number", metavar="ID", type=Number())
@option("--medium", metavar="SHA", help="Welches Bild: die ersten Zeichen seiner Prüfsumme; nötig bei mehreren.")
@option("--focus", metavar="X,Y", help="Der Punkt in Prozent von links und von oben, wie 30,50; auto: gemessen.")
@option("--credit", type=Choice(["on", "off"]), metavar="W", help="Bildnachweis im Bild: on oder off.")
@as_user
def frame(number: int, medium: str | None, focus: str | None, credit: str | None, login: str) -> None:
    """Set how one picture is shown."""
    if focus is None and credit is None:
        raise Misuse("Bitte --focus oder --credit angeben.")
    deps = assemble()
    actor = acting(deps, login)
    found = [one for one in views.item_show(deps, number)["pictures"] if one["sha256"].startswith(medium or "")]
    if len(found) != 1:
        how = "mehrere Bilder" if found else "kein Bild"
        raise Refused(f"Auf die Angabe passt {how}; bitte --medium nennen.", code="framing.picture")
    picture = found[0]
    point = picture["focus"] if focus is None else _point(focus)
    burnt = picture["burnt"] if credit is None else credit == "on"
    framing.frame(deps, actor, number, picture["sha256"], present(), focus=point, credit=burnt)
    where = f"der Punkt {point[0]:.0%} von links, {point[1]:.0%} von oben" if point else "das Auffälligste"
    signed = "mit" if burnt else "ohne"
    say(f"Beitrag {number}, Bild {picture['sha256'][:12]}: Sichtbar bleibt {where}; {signed} Nachweis im Bild.")


@command(
    help="Tippt die Untertitel des Videos ein: gesprochenen Text, dessen Zeiten sich aus den Pausen ergeben, oder "
    "welche mit Zeiten (WebVTT, SubRip). Zeigt, was daraus wird."
)
@argument("number", metavar="ID", type=Number())
@option("--text-file", "path", metavar="F", help="Der Text steht in dieser Datei (- für die Eingabe).")
@option("--reset", is_flag=True, help="Nimmt eingetippte Untertitel zurück.")
@as_user
def captions(number: int, path: str | None, reset: bool, login: str) -> None:
    """Type the video's captions in, and print them as WebVTT."""
    if reset == (path is not None):
        raise Misuse("Bitte entweder --text-file oder --reset angeben.")
    deps = assemble()
    captioning.type_in(deps, acting(deps, login), number, "" if path is None else read_text(path), present())
    shown = views.item_show(deps, number)["captions"]
    say(shown["vtt"] if shown["typed"] else f"Beitrag {number} hat keine eingetippten Untertitel mehr.")


def _point(text: str) -> Point | None:
    if text.strip() == "auto":
        return None
    across, _comma, down = text.partition(",")
    try:
        return float(across) / 100, float(down) / 100
    except ValueError:
        raise Misuse(f"--focus nimmt zwei Zahlen wie 30,50 oder auto, nicht „{text}“.") from None

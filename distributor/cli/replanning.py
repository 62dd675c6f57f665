"""``distributor posts replan``: new times for what was missed, shown first and confirmed by a person."""

from __future__ import annotations

from dataclasses import asdict

from distributor.cli.grammar import as_json, as_user, command, option
from distributor.cli.outcome import DONE, summed
from distributor.cli.parts import acting, assemble, present, require_known
from distributor.cli.printing import emit, say, table
from distributor.services import replanning
from distributor.wording import local_time


@command(help="Schlägt verpassten Posts neue Zeiten vor; mit --apply gelten sie. Die Freigabe des Inhalts bleibt.")
@option("--missed", is_flag=True, required=True, help="Alle verpassten, die Sie verschieben dürfen.")
@option("--organisation", metavar="SLUG", help="Nur dieses Jobcenter.")
@option("--channel", metavar="NAME", help="Nur dieser Kanal.")
@option("--apply", "apply", is_flag=True, help="Bestätigt die vorgeschlagenen Zeiten.")
@as_user
@as_json
def replan(missed: bool, organisation: str | None, channel: str | None, apply: bool, login: str, as_json: bool) -> int:
    """Give missed posts new times."""
    deps = assemble()
    require_known(deps, organisation, channel)
    actor, now = acting(deps, login), present()
    found = replanning.proposals(deps, actor, now, organisation=organisation, channel=channel)
    times = {each.post: each.at for each in found if each.at is not None}
    refused = replanning.confirm(deps, actor, times, now) if apply else {}
    if as_json:
        emit([_document(each, refused.get(each.post, "")) for each in found])
    else:
        table(
            ("Nr.", "Jobcenter", "Kanal", "Titel", "Verpasst", "Neue Zeit", "Hinweis"),
            [
                (
                    each.post,
                    each.organisation,
                    each.channel,
                    each.title,
                    local_time(each.missed) if each.missed else "",
                    local_time(each.at) if each.at and each.post not in refused else "",
                    refused.get(each.post, "" if each.at else each.why),
                )
                for each in found
            ],
            empty="Es gibt keine verpassten Posts, die Sie verschieben dürfen.",
        )
        if times and not apply:
            say("Nichts ist geändert; mit --apply gelten diese Zeiten.")
    return summed(len(found) - len(times) + len(refused), len(found)) if apply else DONE


def _document(proposal: replanning.Proposal, refused: str) -> dict[str, object]:
    moments = {"missed": proposal.missed, "at": proposal.at}
    written = {name: moment.isoformat() if moment else None for name, moment in moments.items()}
    return {**asdict(proposal), **written, "refused": refused}

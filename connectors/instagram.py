"""Instagram professional accounts: pictures, carousels, reels, stories, published through the linked Page's login.

Making containers and waiting for them is in ``_graph_containers``. Comments can only be switched off after a post is
public (https://developers.facebook.com/docs/instagram-platform/reference/instagram-media, read on 2026-11-21), so they
are open for the moment between two calls; where the second one fails, a person is asked to do it.

A story is one picture or video without a word beside it, gone after 24 hours. So after a lost answer it can only be
told by when it was published: where there is exactly one such story it is ours, else a person looks. Afterwards there
is nothing left to take down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import requests

from connectors import _graph_connecting as connecting
from connectors._connects import Invitation, Offer
from connectors._graph import APP_SECRET, VERSION, affirm, answers, identity, node_of, open_graph
from connectors._graph_containers import (
    KEEPS,
    LABEL,
    STORY,
    STORY_LIVES,
    Progress,
    advance,
    ask,
    check_quota,
    status_of,
)
from connectors._graph_errors import GraphError, pace
from connectors._graph_posts import READ_ON, SLACK, check, moment, squeezed, utf16_units
from connectors._graph_tokens import APP_ID, grant_of, with_grants
from connectors.base import (
    Absent,
    Access,
    ByHand,
    Connector,
    ConnectorError,
    Field,
    Found,
    Identity,
    Json,
    Limits,
    Look,
    MediaSource,
    NotYet,
    Order,
    PictureRules,
    Receipt,
    RemotePost,
    Retracted,
    Source,
    Staged,
    Timing,
    Unauthorised,
    Unavailable,
    Variant,
    VideoRules,
    Withheld,
)

_HOSTS = {
    "graph": "https://graph.facebook.com",
    "rupload": "https://rupload.facebook.com",
    "dialog": connecting.DIALOG,
}
_ACCOUNT = Field("ig_user_id", "Instagram-Konto-ID", help="Die Zahl des Instagram-Kontos, nicht der Benutzername.")
_MEDIA = Source("https://developers.facebook.com/docs/instagram-platform/reference/ig-user/media", READ_ON)
_ERRORS = Source(
    "https://developers.facebook.com/documentation/instagram-platform/instagram-graph-api/reference/error-codes",
    READ_ON,
)
_FORMS = Field(
    "forms",
    "Formen",
    required=False,
    help="Bei beidem gibt es zu jedem Beitrag Post und Story, jedes mit eigener Freigabe.",
    choices={"": "Feed", "story": "Story", "feed+story": "Feed und Story"},
)
_COMMENTS = Field(
    "comments",
    "Kommentare",
    required=False,
    help="Sind sie aus, werden sie gleich nach dem Veröffentlichen abgeschaltet.",
    choices={"": "an", "off": "aus"},
    shapes=True,
)
_HELP = Source("https://help.instagram.com/351460621611097", READ_ON)
_BY_HAND = "Die Kommentare ließen sich nicht abschalten. Bitte in der Instagram-App am Post abschalten."
_FIELDS = "id,caption,permalink,timestamp,media_type,is_comment_enabled"
_SHORT = (3.0, 8.0)
"""Seconds for the permalink: nice to have, and nobody waits longer for it."""

_LIMITS = Limits(
    text=2_200,
    unit="Zeichen",
    measure=utf16_units,
    pictures=PictureRules(
        mimes=("image/jpeg",),
        max_bytes=8_000_000,
        min_ratio=0.8,
        max_ratio=1.91,
        max_width=1440,
        max_alt=1000,
        at_least=1,
        at_most=10,
    ),
    # MP4, H.264, AAC, 23 to 60 pictures a second, at most 1920 wide, 9:16 advised; older pages say 1 GB.
    videos=VideoRules(1080, 1920, max_bytes=300_000_000, min_seconds=3, max_seconds=900),
    # The API takes 30, the help centre speaks of 5.
    hashtags=5,
    links="none",
    sources={"text": _ERRORS, "pictures": _MEDIA, "videos": _MEDIA, "pictures.at_most": _ERRORS, "hashtags": _HELP},
)

_STORY_LIMITS = replace(
    _LIMITS,
    text=0,
    hashtags=0,
    pictures=replace(_LIMITS.pictures, at_most=1),
    videos=VideoRules(1080, 1920, max_bytes=100_000_000, min_seconds=3, max_seconds=60),
)
"""Source: as for the feed. A longer video is refused while it is prepared, which is hours before it is due."""

_NEEDED_TO_DELETE = {"instagram_manage_contents": "Posts löschen"}
_NEEDED = {
    "instagram_basic": "das Konto und seine Posts lesen",
    "instagram_content_publish": "Posts veröffentlichen",
    "pages_read_engagement": "über die verknüpfte Seite arbeiten",
}
"""Source: https://developers.facebook.com/docs/instagram-platform/content-publishing, read on 2026-11-21. These lapse
ninety days after a person last used the app, which Meta calls the end of data access.
"""


class Instagram:
    """The channel Instagram. Holds no state."""

    channel = "instagram"
    label = LABEL
    hosts: Mapping[str, str] = _HOSTS
    limits = _LIMITS
    timing = Timing(
        stage_lead=timedelta(hours=2),
        stage_keeps=KEEPS,
        settle=(timedelta(minutes=1), timedelta(minutes=5)),
        absence="certain",
    )
    fields: tuple[Field, ...] = (
        _ACCOUNT,
        Field("token", "Zugriffsschlüssel", secret=True, help="Seiten-Schlüssel der verknüpften Facebook-Seite."),
        Field(
            "user_token",
            "Nutzer-Schlüssel",
            secret=True,
            required=False,
            help="Zum Nachsehen und Löschen; gilt etwa 60 Tage. Ohne ihn wird von Hand gelöscht.",
        ),
        APP_ID,
        APP_SECRET,
        VERSION,
        _FORMS,
        _COMMENTS,
    )
    forms: Mapping[str, str] = {"feed": "Post im Feed", STORY: "Story, verschwindet nach 24 Stunden"}
    before = ("app_id", "app_secret")
    look = Look(fold=125, picture_ratio=0, picture_first=True, links_click=False, card=False)

    def render(self, variant: Variant) -> RemotePost:
        """Return the document. It carries no link, because a link in a caption cannot be clicked.

        A story carries its first medium alone: it takes neither text nor description.
        """
        if variant.form == STORY:
            first = tuple(replace(medium, alt="") for medium in variant.media[:1])
            return RemotePost(self.channel, variant.form, "", "", first)
        # A reel takes no description.
        media = tuple(replace(medium, alt="") if medium.film else medium for medium in variant.media)
        return RemotePost(self.channel, variant.form, variant.text, "", media, dict(variant.options))

    def forms_for(self, fields: Mapping[str, Any]) -> Sequence[str]:
        """Return the forms in which the account posts. Pure."""
        return str(fields.get(_FORMS.name) or "feed").split("+")

    def limits_for(self, form: str, options: Mapping[str, str]) -> Limits:
        """Return the bounds: a story has its own. Pure."""
        return _STORY_LIMITS if form == STORY else _LIMITS

    def invite(self, access: Access, back: str, state: str) -> Invitation:
        """Return where the person says yes to Facebook, whose Page the account hangs on. Raises: ConnectorError."""
        asked = [*_needed(access), *_NEEDED_TO_DELETE, "pages_show_list"]
        return connecting.invite(access, LABEL, asked, back, state)

    def accept(self, access: Access, memory: Mapping[str, str], code: str) -> Sequence[Offer]:
        """Exchange the code for the accounts on the Pages that the person manages. Raises: ConnectorError."""
        person, found = connecting.pages(access, LABEL, memory, code)
        return connecting.offers_of_instagram(found, person, LABEL)

    def renew(self, access: Access) -> Mapping[str, str]:
        """Let the user token live longer; the Page's has no end of its own. Raises: ConnectorError."""
        return connecting.longer_lived(access, LABEL, "user_token")

    pace = staticmethod(pace)

    def whoami(self, access: Access) -> Identity:
        """Ask Instagram which account this is, and what its tokens allow. Raises: ConnectorError."""
        node = node_of(access, _ACCOUNT, LABEL)
        with answers(access, LABEL):
            answer = open_graph(access, "token", LABEL).get_object(node, fields="id,username")
            name = str(answer.get("username", ""))
            found = Identity(identity(answer), name, f"https://www.instagram.com/{name}/" if name else "")
        needs = {"token": _needed(access), "user_token": _NEEDED_TO_DELETE}
        known = [(grant_of(access, held, node, LABEL, of_node="instagram_"), needed) for held, needed in needs.items()]
        return with_grants(found, *known, reads=True)

    def stage(
        self, access: Access, post: RemotePost, media: MediaSource, order: Order, data: Json | None
    ) -> Staged | NotYet:
        """Make the containers and wait until Instagram has processed them. Raises: ConnectorError."""
        check(post, self.limits_for(post.form, {}), LABEL, (*self.forms,))
        node = node_of(access, _ACCOUNT, LABEL)
        if not data:
            check_quota(access, node)
        return advance(access, node, post, media, Progress.of(data))

    def release(self, access: Access, post: RemotePost, stage: Json, order: Order) -> Receipt:
        """Publish the container. Raises: ConnectorError; nothing after the platform's yes is an error."""
        node = node_of(access, _ACCOUNT, LABEL)
        graph = open_graph(access, "token", LABEL)
        with answers(access, LABEL, changes=True, releasing=True):
            media_id = identity(graph.put_object(node, "media_publish", creation_id=str(stage["container"])))
        left = _comments_left_open(access, media_id) if _closes_comments(post) else ""
        return Receipt(media_id, _permalink(access, media_id), access.now, left)

    def find(
        self, access: Access, post: RemotePost, stage: Json, order: Order, since: datetime, known: Sequence[str]
    ) -> Found | Absent:
        """Ask the container; unless it still waits, look through the account's own posts. Raises: ConnectorError."""
        node = node_of(access, _ACCOUNT, LABEL)
        with answers(access, LABEL):
            state = _state_of(access, str(stage["container"])) if "container" in stage else "unknown"
            if state == "FINISHED":
                return Absent(stage_usable=True)
            if state == "IN_PROGRESS":
                raise Unavailable(f"{LABEL} verarbeitet den Post noch; es wird erneut nachgesehen.", code=state)
            if post.form == STORY and state in {"PUBLISHED", "unreadable"}:
                return _story_seen(access, node, since, known)
            if state == "PUBLISHED" or post.text.strip():
                mine = [one for one in _recent(access, node, since) if _is_ours(one, post, order, known)]
                if mine:
                    return Found(_receipt(mine[-1], post))
        if state == "PUBLISHED":
            text = f"{LABEL} meldet den Post als veröffentlicht, führt ihn aber noch nicht auf; es wird nachgesehen."
            raise Unavailable(text, code=state)
        if state == "unreadable" and access.now < datetime.fromisoformat(stage["made_at"]) + KEEPS:
            text = f"{LABEL} zeigt uns den vorbereiteten Post nicht. Bitte beim Konto den Nutzer-Schlüssel hinterlegen."
            raise Unavailable(text, code="100/33", scope="account", who="operator")
        return Absent(stage_usable=False, absence="likely" if post.form == STORY else None)

    def unstage(self, access: Access, stage: Json) -> None:
        """Do nothing: a container cannot be deleted, and one that is not published expires unseen after 24 hours."""

    def retract(self, access: Access, receipt: Receipt) -> Retracted | ByHand:
        """Delete the post with the user token; without a living one, or if Instagram will not, a person does.

        Source: https://developers.facebook.com/docs/instagram-platform/reference/instagram-media, read on 2026-11-21.
        Raises: ConnectorError.
        """
        if "/stories/" in receipt.url and access.now >= receipt.at + STORY_LIVES:
            return Retracted("Die Story ist nach 24 Stunden von selbst verschwunden.")
        task = "Instagram lässt uns diesen Post nicht löschen. Bitte in der Instagram-App löschen."
        by_hand = ByHand(task, receipt.url or "https://www.instagram.com/")
        if not access.fields.get("user_token", "").strip():
            return by_hand
        graph = open_graph(access, "user_token", LABEL)
        with answers(access, LABEL, changes=True):
            try:
                affirm(graph.delete_object(receipt.remote_id))
            except GraphError as error:
                if error.gone and _is_gone(access, receipt.remote_id):
                    return Retracted("Der Post war schon gelöscht.")
                if error.code != 100 and error.subcode != 2207085 and error.reaction.kind is not Unauthorised:
                    raise
                if error.code in {102, 190}:
                    open_graph(access, "token", LABEL).get_object(node_of(access, _ACCOUNT, LABEL), fields="id")
                return by_hand
        return Retracted("success")


def _story_seen(access: Access, node: str, since: datetime, known: Sequence[str]) -> Found | Absent:
    """Return the one story that was published since then; where there are several, nobody but a person can tell."""
    fields = "id,permalink,timestamp,media_type"
    listed = ask(access, lambda graph: list(graph.pages(node, "stories", fields=fields, limit=100)))
    published = [(moment(story.get("timestamp")), story) for story in listed if str(story.get("id", "")) not in known]
    ours = [(at, story) for at, story in published if at is not None and at >= since - SLACK]
    if len(ours) != 1:
        return Absent(stage_usable=False, absence="likely")
    [(at, story)] = ours
    return Found(Receipt(str(story["id"]), str(story.get("permalink") or ""), at))


def _needed(access: Access) -> dict[str, str]:
    """Return what the Page's token must be allowed: to switch comments only where the account does."""
    switches = {"instagram_manage_comments": "Kommentare abschalten"} if access.fields.get(_COMMENTS.name) else {}
    return {**_NEEDED, **switches}


def _closes_comments(post: RemotePost) -> bool:
    return post.extra.get(_COMMENTS.name) == "off"


def _comments_left_open(access: Access, media_id: str) -> str:
    """Switch the comments off; return what a person has to do if that fails, for the post is public in any case."""
    try:
        affirm(open_graph(access, "token", LABEL).update_object(media_id, comment_enabled=False))
    except (GraphError, requests.RequestException, ConnectorError, Withheld):
        return _BY_HAND
    return ""


def _permalink(access: Access, media_id: str) -> str:
    """Ask for the post's address, but let nothing turn a published post into an error: empty if there is no answer."""

    def question(graph: Any) -> str:
        graph.timeout = _SHORT
        return str(graph.get_object(media_id, fields="permalink").get("permalink") or "")

    try:
        return ask(access, question)
    except (GraphError, requests.RequestException, ConnectorError, Withheld):
        return ""


def _state_of(access: Access, container: str) -> str:
    """Return the container's status code, ``unknown`` if Instagram denies it, ``unreadable`` if it will not say."""
    try:
        return status_of(access, container)[0]
    except GraphError as error:
        if error.code == 24:
            return "unknown"
        if error.gone:
            return "unreadable"
        raise


def _recent(access: Access, node: str, since: datetime) -> list[dict[str, Any]]:
    """Return the account's posts since then, newest first."""
    return ask(access, lambda graph: _newer(graph, node, since - SLACK))


def _newer(graph: Any, node: str, bound: datetime) -> list[dict[str, Any]]:
    newer = []
    for medium in graph.pages(node, "media", fields=_FIELDS, limit=25):
        published = moment(medium.get("timestamp"))
        if published is not None and published < bound:
            break
        if published is not None:
            newer.append(medium)
    return newer


def _is_ours(medium: Json, post: RemotePost, order: Order, known: Sequence[str]) -> bool:
    """Tell whether a medium is this post: by its short code if the caption carries it, else by the whole caption."""
    if str(medium.get("id", "")) in {"", *known}:
        return False
    caption = str(medium.get("caption") or "")
    if order.code and order.code in post.text and order.code in caption:
        return True
    return _bare(caption) == _bare(post.text)


def _bare(caption: str) -> str:
    """Return the caption as it can be compared: Instagram may drop the @ before names when it is read back."""
    return squeezed(caption).replace("@", "").replace(" ", "")


def _receipt(medium: Json, post: RemotePost) -> Receipt:
    published = moment(medium.get("timestamp"))
    if published is None:
        raise GraphError(200, {"message": "the answer has no timestamp"})
    left = _BY_HAND if _closes_comments(post) and medium.get("is_comment_enabled") is not False else ""
    return Receipt(str(medium["id"]), str(medium.get("permalink") or ""), published, left)


def _is_gone(access: Access, media_id: str) -> bool:
    try:
        ask(access, lambda graph: graph.get_object(media_id, fields="id"))
    except GraphError as error:
        if error.gone:
            return True
        raise
    return False


connector: Connector = Instagram()

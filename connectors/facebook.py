"""Facebook Pages: posts with text, link and pictures, and reels.

Comments under a Page's post cannot be switched off by any documented call (only hidden one by one), so an account that
wants them off has its people asked to do it by hand once a post is public.

A post is made as an invisible draft (``published=false``) and made public by its id, which may be repeated without
harm. That way was seen to work on one Page on 2026-09-05 and is not promised by Meta, so the setting ``release`` can
be ``direct``: then only pictures are staged, and the release creates the public post.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from connectors import _graph_connecting as connecting
from connectors import _graph_reels as reels
from connectors._connects import Invitation, Offer
from connectors._corrections import CORRECTIONS
from connectors._graph import APP_SECRET, VERSION, GraphClient, affirm, answers, identity, node_of, open_graph
from connectors._graph_errors import GraphError, pace
from connectors._graph_pages import (
    COMMENTS,
    address,
    change_text,
    delete,
    is_ours,
    left_of,
    look_at,
    published,
    receipt_of,
    text_of,
)
from connectors._graph_posts import READ_ON, SLACK, carries, check, squeezed, utf16_units, with_link
from connectors._graph_tokens import APP_ID, grant_of, with_grants
from connectors.base import (
    Absent,
    Access,
    ByHand,
    Connector,
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
    Rejected,
    RemotePost,
    Retracted,
    Source,
    Staged,
    StageLost,
    Timing,
    Unauthorised,
    Unavailable,
    Variant,
    VideoRules,
)

_LABEL = "Facebook"
_HOSTS = {
    "graph": "https://graph.facebook.com",
    "rupload": "https://rupload.facebook.com",
    "dialog": connecting.DIALOG,
}
_KEEPS = timedelta(hours=24)
_PAGE = Field("page_id", "Seiten-ID", help="Die Zahl unter „Info“, „Seitentransparenz“ der Facebook-Seite.")
_PHOTOS = Source("https://developers.facebook.com/docs/graph-api/reference/page/photos", READ_ON)
_REELS = Source("https://developers.facebook.com/docs/video-api/guides/reels-publishing", READ_ON)
_FEED = Source("https://developers.facebook.com/docs/graph-api/reference/page/feed", READ_ON)

_LIMITS = Limits(
    text=63_206,
    unit="Zeichen",
    measure=utf16_units,
    pictures=PictureRules(mimes=("image/jpeg", "image/png"), max_bytes=4_000_000, at_most=10),
    # A video is a reel here: MP4, 24 to 60 pictures a second, 3 to 90 seconds, 9:16 to 16:9. Its weight has no
    # documented bound; ours is a quarter of what other publishers' code allows.
    videos=VideoRules(1280, 720, max_bytes=500_000_000, min_seconds=3, max_seconds=90, captions="file"),
    hashtags=3,
    links="card",
    sources={
        # UNVERIFIED: the number is in no reference of Meta's, only in other publishers' code.
        "text": _FEED,
        # Meta takes 10 MB; 4 MB is the older bound that some of its errors still speak of, so it is the target.
        "pictures.max_bytes": _PHOTOS,
        "pictures.mimes": _PHOTOS,
        # UNVERIFIED: undocumented; ten were seen to work on 2026-09-05.
        "pictures.at_most": _FEED,
        # UNVERIFIED: no bound is documented for alt_text_custom; Instagram's is taken. Likewise ratio and width.
        "pictures.max_alt": _PHOTOS,
        "videos": _REELS,
        # Our own advice: Facebook has no bound.
        "hashtags": _FEED,
    },
)

_NEEDED = {
    "pages_manage_posts": "Posts veröffentlichen und löschen",
    "pages_read_engagement": "eigene Posts lesen",
    "pages_show_list": "die Seite finden",
}
"""Source: https://developers.facebook.com/docs/pages-api/posts, read on 2026-11-21. The rights on a Page do not lapse
with the right to read data (https://developers.facebook.com/docs/permissions).
"""


class Facebook:
    """The channel Facebook. Holds no state."""

    channel = "facebook"
    label = _LABEL
    hosts: Mapping[str, str] = _HOSTS
    limits = _LIMITS
    timing = Timing(
        stage_lead=timedelta(hours=2),
        stage_keeps=_KEEPS,
        settle=(timedelta(minutes=2), timedelta(minutes=10)),
        absence="certain",
    )
    fields: tuple[Field, ...] = (
        _PAGE,
        Field("page_token", "Seiten-Zugriffsschlüssel", secret=True, help="Aus einem langlebigen Nutzer-Schlüssel."),
        APP_ID,
        APP_SECRET,
        VERSION,
        Field(
            "release",
            "Art der Veröffentlichung",
            required=False,
            default="draft",
            choices={"draft": "unsichtbarer Entwurf, zur Zeit freigeschaltet", "direct": "erst zur Zeit angelegt"},
            help="Nur umstellen, falls Entwürfe bei Facebook scheitern.",
        ),
        COMMENTS,
        CORRECTIONS,
    )
    before = ("app_id", "app_secret")
    look = Look(fold=477, picture_ratio=0, picture_first=False, links_click=True, card=True)

    def render(self, variant: Variant) -> RemotePost:
        """Return the document: with pictures the link joins the text, because attached pictures exclude a card."""
        text = variant.text
        if variant.media and variant.link and not carries(text, variant.link):
            text = with_link(text, variant.link)
        # A reel takes no description.
        media = tuple(replace(medium, alt="") if medium.film else medium for medium in variant.media)
        return RemotePost(self.channel, variant.form, text, variant.link, media, dict(variant.options))

    def invite(self, access: Access, back: str, state: str) -> Invitation:
        """Return where the person says yes to Facebook. Raises: ConnectorError."""
        return connecting.invite(access, _LABEL, [*_NEEDED], back, state)

    def accept(self, access: Access, memory: Mapping[str, str], code: str) -> Sequence[Offer]:
        """Exchange the code for the Pages that the person manages. Raises: ConnectorError."""
        _, found = connecting.pages(access, _LABEL, memory, code)
        return connecting.offers_of_pages(found)

    pace = staticmethod(pace)

    def whoami(self, access: Access) -> Identity:
        """Ask Facebook which Page this is, and what its token allows. Raises: ConnectorError."""
        graph, page = _open(access)
        with answers(access, _LABEL):
            answer = graph.get_object(page, fields="id,name,link")
            found = Identity(identity(answer), str(answer.get("name", "")), str(answer.get("link", "")))
        return with_grants(
            found, (grant_of(access, "page_token", page, _LABEL, of_node="pages_"), _NEEDED), reads=False
        )

    def stage(
        self, access: Access, post: RemotePost, media: MediaSource, order: Order, data: Json | None
    ) -> Staged | NotYet:
        """Upload the pictures unseen and make the draft. Raises: ConnectorError."""
        check(post, _LIMITS, _LABEL)
        graph, page = _open(access)
        if _is_reel(post):
            return reels.stage(access, graph, page, post, media, data)
        done = dict(data or {"release": _release_of(access), "started": access.now.isoformat(), "photos": []})
        if done["release"] == "direct" and not post.text.strip():
            text = "Ohne Text ließe sich der Post auf Facebook nicht wiederfinden. Bitte einen Text ergänzen."
            raise Rejected(text, code="text")
        photos = [*done["photos"]]
        expires_at = datetime.fromisoformat(done["started"]) + _KEEPS if post.media else None
        if expires_at and access.now >= expires_at:
            raise StageLost("Die vorbereiteten Bilder sind bei Facebook abgelaufen.", code="expired")
        if len(photos) < len(post.media):
            medium = post.media[len(photos)]
            image = (f"{medium.sha256[:16]}.{medium.mime.partition('/')[2]}", media.read(medium.sha256), medium.mime)
            with answers(access, _LABEL, changes=True):
                answer = graph.put_photo(image, f"{page}/photos", published=False, alt_text_custom=medium.alt or None)
                photos.append(identity(answer))
            done["photos"] = photos
            if len(photos) < len(post.media):
                return NotYet(done, ask_at=access.now)
        if done["release"] == "draft":
            done["draft"] = _make_draft(access, graph, page, post, photos)
        return Staged(done, expires_at)

    def release(self, access: Access, post: RemotePost, stage: Json, order: Order) -> Receipt:
        """Make the draft public, or create the public post (``direct``). Raises: ConnectorError."""
        graph, page = _open(access)
        with answers(access, _LABEL, changes=True, releasing=True):
            if "video" in stage:
                remote_id = str(stage["video"])
                reels.finish(graph, page, post, remote_id)
            elif "draft" in stage:
                remote_id = str(stage["draft"])
                affirm(graph.update_object(remote_id, is_published=True))
            else:
                remote_id = identity(graph.put_object(page, "feed", published=True, **_body(post, stage["photos"])))
        return Receipt(remote_id, address(remote_id), access.now, left_of(post))

    def find(
        self, access: Access, post: RemotePost, stage: Json, order: Order, since: datetime, known: Sequence[str]
    ) -> Found | Absent:
        """Ask the draft itself; if it is gone, look through what the Page published. Raises: ConnectorError."""
        graph, page = _open(access)
        draft = str(stage.get("draft", ""))
        if _is_reel(post):
            return _find_reel(access, graph, page, post, stage, order, since, known)
        with answers(access, _LABEL):
            seen = look_at(graph, draft) if draft else None
            if seen is not None:
                if not seen["is_published"]:
                    return Absent(stage_usable=True)
                return Found(receipt_of(draft, seen, since, post))
            started = datetime.fromisoformat(stage["started"]) if "started" in stage else since
            for remote in published(graph, page, min(since, started) - SLACK):
                remote_id = identity(remote)
                if remote_id == draft or (remote_id not in known and is_ours(remote, post, order, since)):
                    return Found(receipt_of(remote_id, remote, since, post))
        photos_live = not stage.get("photos") or access.now < started + _KEEPS
        return Absent(stage_usable=not draft and photos_live)

    def unstage(self, access: Access, stage: Json) -> None:
        """Remove draft and pictures; a draft that has become public is left alone. Raises: ConnectorError."""
        graph, _ = _open(access)
        draft = str(stage.get("draft", ""))
        if "video" in stage:
            _remove_reel(access, graph, str(stage["video"]))
            return
        if draft:
            with answers(access, _LABEL):
                seen = look_at(graph, draft)
            if seen is not None and seen["is_published"]:
                text = "Der vorbereitete Post ist auf Facebook schon öffentlich und wurde nicht entfernt. Bitte prüfen."
                raise Rejected(text, code="public", who="operator")
        for node in filter(None, [draft, *stage.get("photos", ())]):
            with answers(access, _LABEL, changes=True):
                delete(graph, node)

    def correctable(self, post: RemotePost) -> bool:
        """Tell whether a post can be changed: a reel's description by no call that is documented."""
        return not _is_reel(post)

    def correct(self, access: Access, post: RemotePost, remote_id: str) -> Receipt:
        """Change the public post's text. Raises: ConnectorError."""
        graph, _ = _open(access)
        with answers(access, _LABEL, changes=True, releasing=True):
            change_text(graph, remote_id, post.text)
        return Receipt(remote_id, address(remote_id), access.now)

    def stands(self, access: Access, post: RemotePost, remote_id: str, since: datetime) -> Found | Absent:
        """Read the public post's text back. Raises: ConnectorError."""
        graph, _ = _open(access)
        with answers(access, _LABEL):
            seen = text_of(graph, remote_id)
        if squeezed(str(seen.get("message") or "")) != squeezed(post.text):
            return Absent(stage_usable=True, absence="certain")
        return Found(Receipt(remote_id, str(seen.get("permalink_url") or address(remote_id)), since))

    def retract(self, access: Access, receipt: Receipt) -> Retracted | ByHand:
        """Delete the public post; where Facebook lets us not, a person does. Raises: ConnectorError."""
        graph, _ = _open(access)
        with answers(access, _LABEL, changes=True):
            try:
                if delete(graph, receipt.remote_id):
                    return Retracted("success")
                if look_at(graph, receipt.remote_id) is None:
                    return Retracted("Der Post war schon gelöscht.")
            except GraphError as error:
                if error.code not in {10, 100} and not 200 <= (error.code or 0) <= 299:
                    raise
        task = "Facebook lässt uns diesen Post nicht löschen. Bitte auf der Seite löschen."
        return ByHand(task, receipt.url or address(receipt.remote_id))


def _is_reel(post: RemotePost) -> bool:
    return any(medium.film for medium in post.media)


def _find_reel(
    access: Access,
    graph: GraphClient,
    page: str,
    post: RemotePost,
    stage: Json,
    order: Order,
    since: datetime,
    known: Sequence[str],
) -> Found | Absent:
    """Ask the video itself; if it is gone or forgotten, look through the Page's reels. Raises: ConnectorError."""
    video = str(stage.get("video", ""))
    with answers(access, _LABEL):
        phases = reels.status_of(graph, video) if video else None
        if phases is not None and not reels.is_public(phases):
            return Absent(stage_usable=access.now < datetime.fromisoformat(stage["started"]) + reels.KEEPS)
        for remote in reels.listed(graph, page):
            remote_id = identity(remote)
            if remote_id == video or (not video and remote_id not in known and is_ours(remote, post, order, since)):
                return Found(receipt_of(remote_id, remote, since, post))
    if phases is not None:
        raise Unavailable("Facebook meldet das Video als veröffentlicht, führt es aber noch nicht auf.", code="listed")
    return Absent(stage_usable=False)


def _remove_reel(access: Access, graph: GraphClient, video: str) -> None:
    with answers(access, _LABEL):
        phases = reels.status_of(graph, video)
        if phases is not None and reels.is_public(phases):
            text = "Das vorbereitete Video ist auf Facebook schon öffentlich und wurde nicht entfernt. Bitte prüfen."
            raise Rejected(text, code="public", who="operator")
    with answers(access, _LABEL, changes=True):
        delete(graph, video)


def _open(access: Access) -> tuple[GraphClient, str]:
    return open_graph(access, "page_token", _LABEL), node_of(access, _PAGE, _LABEL)


def _release_of(access: Access) -> str:
    chosen = access.fields.get("release", "").strip() or "draft"
    if chosen not in {"draft", "direct"}:
        text = "Die Art der Veröffentlichung für Facebook ist draft oder direct. Bitte in den Einstellungen ändern."
        raise Unauthorised(text, code="release")
    return chosen


def _body(post: RemotePost, photos: Sequence[str]) -> dict[str, Any]:
    return {
        "message": post.text or None,
        "link": (post.link or None) if not photos else None,
        "attached_media": [{"media_fbid": photo} for photo in photos] or None,
    }


def _make_draft(access: Access, graph: GraphClient, page: str, post: RemotePost, photos: Sequence[str]) -> str:
    with answers(access, _LABEL, changes=True):
        try:
            return identity(graph.put_object(page, "feed", published=False, **_body(post, photos)))
        except GraphError as error:
            if photos and error.gone:
                text = "Die vorbereiteten Bilder sind bei Facebook nicht mehr da. Der Post wird neu vorbereitet."
                raise StageLost(text, code=error.number, who="operator") from None
            raise


connector: Connector = Facebook()

"""What the API takes and gives, as types from which its description is made."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StrictBool, StrictStr

from distributor.domain import State
from distributor.web.guarding import cleaned

Said = Annotated[StrictStr, Field(max_length=2000), AfterValidator(cleaned)]
Digest = Annotated[StrictStr, Field(pattern="^[0-9a-f]{64}$")]


class Problem(BaseModel):
    """Why something was refused (RFC 9457); ``code`` is for programs, ``detail`` a German sentence for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str


class Item(BaseModel):
    """An entry of the portal."""

    id: int
    guid: str
    title: str
    link: str
    revision: int
    stage: str
    cleared_at: datetime | None
    embargo_until: datetime | None
    valid_until: datetime | None
    created_at: datetime | None
    changed_at: datetime | None


class Reason(BaseModel):
    """Why a post stands where it stands, and who acts."""

    code: str
    text: str
    who: str


class Trouble(BaseModel):
    """What is wrong with a post's text or pictures."""

    model_config = ConfigDict(extra="ignore")
    rule: str
    severity: Literal["block", "warn", "hint"]
    text: str


class Medium(BaseModel):
    """A picture or film of a post."""

    sha256: str
    mime: str
    width: int | None
    height: int | None
    alt: str | None


class Receipt(BaseModel):
    """The proof that a post is, or was, public."""

    remote_id: str
    url: str
    at: datetime | None
    retracted_at: datetime | None


class Post(BaseModel):
    """A post; ``digest`` is of the document that would be sent, and what an approval names."""

    id: int
    item: int
    title: str
    organisation: str
    channel: str
    account: str
    form: str
    state: State
    due_at: datetime | None
    digest: str
    approved_digest: str | None
    heading: str
    text: str
    link: str | None
    media: list[Medium]
    problems: list[Trouble]
    receipt: Receipt | None
    reason: Reason | None
    recall_at: datetime | None


class Items(BaseModel):
    """A page of items; ``next`` is the ``before`` of the page behind it."""

    items: list[Item]
    next: int | None


class Posts(BaseModel):
    """A page of posts; ``next`` is the ``after`` of the page behind it."""

    posts: list[Post]
    next: int | None


class Account(BaseModel):
    """How an account stands; ``matter`` is what is the matter with it."""

    id: int
    organisation: str
    channel: str
    name: str
    matter: str
    paused_at: datetime | None
    paused_reason: str | None
    retired_at: datetime | None
    checked_at: datetime | None
    ends_at: datetime | None


class Accounts(BaseModel):
    """The accounts that the token may see."""

    accounts: list[Account]


class Stop(BaseModel):
    """A Stop in force; ``scope`` is ``all``, a Jobcenter or a channel."""

    scope: str
    reason: str
    since: datetime | None


class Stops(BaseModel):
    """The Stops in force."""

    stops: list[Stop]


class Calendar(BaseModel):
    """The days of one Jobcenter, or of all, with what lies on them."""

    organisation: str | None
    first: date
    last: date
    days: list[dict[str, Any]]


class Approve(BaseModel):
    """Release exactly the document with this digest."""

    model_config = ConfigDict(extra="forbid")
    digest: Digest
    at: AwareDatetime | None = None
    despite: StrictBool = False
    alone: StrictBool = False
    reason: Said = ""


class Decline(BaseModel):
    """Decline a post for good."""

    model_config = ConfigDict(extra="forbid")
    reason: Annotated[Said, Field(min_length=1)]


class Move(BaseModel):
    """Give a post another time; ``despite`` what the calendar warns of."""

    model_config = ConfigDict(extra="forbid")
    at: AwareDatetime
    despite: StrictBool = False


class Recall(BaseModel):
    """Take a post back wherever it stands."""

    model_config = ConfigDict(extra="forbid")
    reason: Said = ""


class Pull(BaseModel):
    """Stop releases: of one Jobcenter, of one channel, or (neither) all."""

    model_config = ConfigDict(extra="forbid")
    organisation: Said = ""
    channel: Said = ""
    reason: Annotated[Said, Field(min_length=1)]


class Pulled(BaseModel):
    """How many releases were under way when the Stop was pulled; they are not undone."""

    in_flight: int

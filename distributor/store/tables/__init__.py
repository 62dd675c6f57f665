"""The tables. The database is the truth, and it holds the invariants that no code may break."""

from __future__ import annotations

from distributor.store.tables.access import (
    ApiAnswerRow,
    ApiTokenRow,
    CodeAppRow,
    IdentityRow,
    LoginStepRow,
    PasskeyRow,
    RecoveryCodeRow,
)
from distributor.store.tables.accounts import AccountRow, ConnectionRow
from distributor.store.tables.base import Base, PersonKey
from distributor.store.tables.brake import StopRow, StopVoteRow
from distributor.store.tables.clearance import AnswerRow, ConsentRow, ItemPersonRow, PersonRow
from distributor.store.tables.feeds import FeedRow, SubscriptionRow
from distributor.store.tables.hooks import WebhookMessageRow, WebhookRow
from distributor.store.tables.items import (
    CampaignItemRow,
    CampaignRow,
    FilmRow,
    ItemRow,
    MediumRow,
    OverrideRow,
    RenditionRow,
    RepeatRow,
    RevisionRow,
    SettlementRow,
)
from distributor.store.tables.letters import LetterRow, MailboxRow
from distributor.store.tables.organisations import (
    CalendarLinkRow,
    CalendarRow,
    ChannelTextRow,
    LexiconRow,
    OccasionRow,
    OrganisationRow,
)
from distributor.store.tables.people import MembershipRow, PseudonymRow, SessionRow, UserRow
from distributor.store.tables.posts import ApprovalRow, AttemptRow, PostRow, ReceiptRow, StageRow
from distributor.store.tables.recalls import RecallRow, TakedownRow, TombstoneRow
from distributor.store.tables.record import EventRow, SealRow
from distributor.store.tables.running import DutyRow, InstanceRow, PaceRow, RestoreRow, TrialRow, WorkerRow
from distributor.store.tables.topics import TopicRow

__all__ = [
    "AccountRow",
    "AnswerRow",
    "ApiAnswerRow",
    "ApiTokenRow",
    "ApprovalRow",
    "AttemptRow",
    "Base",
    "CalendarLinkRow",
    "CalendarRow",
    "CampaignItemRow",
    "CampaignRow",
    "ChannelTextRow",
    "CodeAppRow",
    "ConnectionRow",
    "ConsentRow",
    "DutyRow",
    "EventRow",
    "FeedRow",
    "FilmRow",
    "IdentityRow",
    "InstanceRow",
    "ItemPersonRow",
    "ItemRow",
    "LetterRow",
    "LexiconRow",
    "LoginStepRow",
    "MailboxRow",
    "MediumRow",
    "MembershipRow",
    "OccasionRow",
    "OrganisationRow",
    "OverrideRow",
    "PaceRow",
    "PasskeyRow",
    "PersonKey",
    "PersonRow",
    "PostRow",
    "PseudonymRow",
    "RecallRow",
    "ReceiptRow",
    "RecoveryCodeRow",
    "RenditionRow",
    "RepeatRow",
    "RestoreRow",
    "RevisionRow",
    "SealRow",
    "SessionRow",
    "SettlementRow",
    "StageRow",
    "StopRow",
    "StopVoteRow",
    "SubscriptionRow",
    "TakedownRow",
    "TombstoneRow",
    "TopicRow",
    "TrialRow",
    "UserRow",
    "WebhookMessageRow",
    "WebhookRow",
    "WorkerRow",
]

"""The tables beneath all rooms; import them from here, so that foreign keys find their tables."""

from sqlmodel import SQLModel

from mailer.models.accounts import OfficerRole, OfficerSession, PressOfficer
from mailer.models.contacts import (
    Address,
    AddressState,
    ContactImport,
    Desk,
    Journalist,
    LegalBasis,
    ListPurpose,
    MediaList,
    MediaListEntry,
    MediaType,
    Outlet,
    Preferences,
    Provenance,
    Role,
    Suppression,
    SuppressionReason,
    SuppressionScope,
)
from mailer.models.distributions import (
    Delivery,
    DeliveryStatus,
    Distribution,
    DistributionStatus,
)
from mailer.models.feedback import (
    Agent,
    DeliveryEvent,
    EngagementCount,
    EventKind,
    InboundKind,
    InboundMessage,
    TrackedLink,
)
from mailer.models.offices import Office, PressContact, TrackingMode
from mailer.models.releases import (
    Edition,
    EditionStatus,
    Occasion,
    Release,
    ReleaseContact,
    ReleaseKind,
    ReleaseStatus,
    Revision,
    Waiver,
)

#: All tables, known now that every module above has been read.
TABLES = SQLModel.metadata

__all__ = [
    "TABLES",
    "Address",
    "AddressState",
    "Agent",
    "ContactImport",
    "Delivery",
    "DeliveryEvent",
    "DeliveryStatus",
    "Desk",
    "Distribution",
    "DistributionStatus",
    "Edition",
    "EditionStatus",
    "EngagementCount",
    "EventKind",
    "InboundKind",
    "InboundMessage",
    "Journalist",
    "LegalBasis",
    "ListPurpose",
    "MediaList",
    "MediaListEntry",
    "MediaType",
    "Occasion",
    "Office",
    "OfficerRole",
    "OfficerSession",
    "Outlet",
    "Preferences",
    "PressContact",
    "PressOfficer",
    "Provenance",
    "Release",
    "ReleaseContact",
    "ReleaseKind",
    "ReleaseStatus",
    "Revision",
    "Role",
    "Suppression",
    "SuppressionReason",
    "SuppressionScope",
    "TrackedLink",
    "TrackingMode",
    "Waiver",
]

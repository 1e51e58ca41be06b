"""Visits, what was found, what follows."""

from inspections.models.afterwards import (
    CaseFile,
    Feedback,
    FeedbackQuerySet,
    FollowUp,
    FollowUpQuerySet,
    Handover,
)
from inspections.models.audits import Audit, AuditFinding
from inspections.models.beside import Monitoring, MonitoringFile, VisitPartner
from inspections.models.field import FieldImport, FieldImportedRow, FieldImportPart, FieldMapping
from inspections.models.records import Evidence, Record, Review, Signature
from inspections.models.special import SpecialCheck
from inspections.models.visits import (
    CheckResult,
    TeamMember,
    Visit,
    VisitAssistant,
    VisitCredit,
    VisitItem,
    VisitQuerySet,
)

__all__ = [
    "Audit",
    "AuditFinding",
    "CaseFile",
    "CheckResult",
    "Evidence",
    "Feedback",
    "FeedbackQuerySet",
    "FieldImport",
    "FieldImportPart",
    "FieldImportedRow",
    "FieldMapping",
    "FollowUp",
    "FollowUpQuerySet",
    "Handover",
    "Monitoring",
    "MonitoringFile",
    "Record",
    "Review",
    "Signature",
    "SpecialCheck",
    "TeamMember",
    "Visit",
    "VisitAssistant",
    "VisitCredit",
    "VisitItem",
    "VisitPartner",
    "VisitQuerySet",
]

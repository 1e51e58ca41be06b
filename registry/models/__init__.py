"""What is inspected and who may be inspected."""

from registry.models.common import ReadableJSON, one_of, uid_validator
from registry.models.imports import ColumnMapping, ImportBatch, ImportedRow, ImportPart
from registry.models.item_parts import BasisQuerySet, BasisRemap, ItemScope, LegalBasis, RemappedItem
from registry.models.items import CheckPoint, InspectionItem, ItemQuerySet
from registry.models.reviews import RegisterReview
from registry.models.targets import (
    Entity,
    Permit,
    PriorInspection,
    StatusPeriod,
    Target,
    TargetFlag,
    TargetQuerySet,
    TargetTag,
    TierAssignment,
)
from registry.models.upkeep import (
    CreditRating,
    DistinctPair,
    LabelTerm,
    LabelTermQuerySet,
    Merge,
    PendingChange,
    PendingChangeQuerySet,
    PermitComparison,
    SavedFilter,
    TargetChange,
)

__all__ = [
    "BasisQuerySet",
    "BasisRemap",
    "CheckPoint",
    "ColumnMapping",
    "CreditRating",
    "DistinctPair",
    "Entity",
    "ImportBatch",
    "ImportPart",
    "ImportedRow",
    "InspectionItem",
    "ItemQuerySet",
    "ItemScope",
    "LabelTerm",
    "LabelTermQuerySet",
    "LegalBasis",
    "Merge",
    "PendingChange",
    "PendingChangeQuerySet",
    "Permit",
    "PermitComparison",
    "PriorInspection",
    "ReadableJSON",
    "RegisterReview",
    "RemappedItem",
    "SavedFilter",
    "StatusPeriod",
    "Target",
    "TargetChange",
    "TargetFlag",
    "TargetQuerySet",
    "TargetTag",
    "TierAssignment",
    "one_of",
    "uid_validator",
]

"""WHICH ONES: a draw, what it froze, its seats, its event log, declared conflicts of interest."""

from draws.models.conflicts import (
    ConflictConfirmation,
    ConflictEvidence,
    ConflictLook,
    ConflictOfInterest,
    ConflictQuerySet,
)
from draws.models.consents import SwapConsent, SwapConsentQuerySet
from draws.models.draw import Draw, DrawQuerySet, DrawStratum
from draws.models.events import DrawEvent, DrawEventQuerySet, RefusedAct
from draws.models.frozen import RecusalRow, SnapshotInspector, SnapshotTarget
from draws.models.offplatform import OffPlatformDraw, OffPlatformDrawQuerySet, OffPlatformRow
from draws.models.preparation import FeasibilityRun, PoolChange, PoolChangeFile, PreparationCheck
from draws.models.replacements import ReplacementRequest
from draws.models.seats import Pace, Presence, Seat

__all__ = [
    "ConflictConfirmation",
    "ConflictEvidence",
    "ConflictLook",
    "ConflictOfInterest",
    "ConflictQuerySet",
    "Draw",
    "DrawEvent",
    "DrawEventQuerySet",
    "DrawQuerySet",
    "DrawStratum",
    "FeasibilityRun",
    "OffPlatformDraw",
    "OffPlatformDrawQuerySet",
    "OffPlatformRow",
    "Pace",
    "PoolChange",
    "PoolChangeFile",
    "PreparationCheck",
    "Presence",
    "RecusalRow",
    "RefusedAct",
    "ReplacementRequest",
    "Seat",
    "SnapshotInspector",
    "SnapshotTarget",
    "SwapConsent",
    "SwapConsentQuerySet",
]

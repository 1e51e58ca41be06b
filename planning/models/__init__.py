"""How many: plans, quotas, exceptions."""

from planning.models.overrides import Override, OverrideFile, OverrideQuerySet, PlanFile, Upload
from planning.models.plans import AnnualPlan, PlannedNumber, PlanParticipant, PlanQuerySet, PlanTask
from planning.models.quotas import Drawn, DrawnQuerySet, MakeUp, Quota, QuotaQuerySet
from planning.models.year import AreaProfile, DutyDone, RuleNote, RuleNoteQuerySet, YearSimulation

__all__ = [
    "AnnualPlan",
    "AreaProfile",
    "Drawn",
    "DrawnQuerySet",
    "DutyDone",
    "MakeUp",
    "Override",
    "OverrideFile",
    "OverrideQuerySet",
    "PlanFile",
    "PlanParticipant",
    "PlanQuerySet",
    "PlanTask",
    "PlannedNumber",
    "Quota",
    "QuotaQuerySet",
    "RuleNote",
    "RuleNoteQuerySet",
    "Upload",
    "YearSimulation",
]

"""WHO inspects, what is true of them for a time, WHO may help, and the files they came in."""

from personnel.models.assistants import Assistant
from personnel.models.dated import Absence, Certificate, Posting, YearTally
from personnel.models.imports import (
    AssistantImportedRow,
    PersonnelImport,
    PersonnelImportedRow,
    PersonnelImportPart,
    PersonnelMapping,
)
from personnel.models.people import Inspector, label_of
from personnel.models.words import Omission, Speciality

__all__ = [
    "Absence", "Assistant", "AssistantImportedRow", "Certificate", "Inspector", "Omission", "PersonnelImport",
    "PersonnelImportPart", "PersonnelImportedRow", "PersonnelMapping", "Posting", "Speciality", "YearTally", "label_of",
]  # fmt: skip

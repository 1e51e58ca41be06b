"""The register of inspectors takes files."""

from foundation.intake.doors import Door
from personnel import policies
from personnel.actions import writing
from personnel.actions.batches import register_of
from personnel.models import PersonnelImport, PersonnelMapping

INSPECTORS = Door(
    kind="inspectors", label="检查人员", app="personnel", place="personnel:import", home="personnel:inspectors",
    batches=PersonnelImport, mappings=PersonnelMapping, may=policies.check_may_import, register=register_of,
    write=writing.write, undo=writing.undo, shown=("unit", "certificate_no", "certificate_valid_until", "areas"),
    sources=("省平台", "执法证管理系统", "本局花名册"),
    after="已冻结的抽取不受影响，从下一次抽取起计入。",
)  # fmt: skip

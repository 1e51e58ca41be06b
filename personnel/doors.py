"""The two registers of this app that take files."""

from foundation.intake.doors import Door
from personnel import policies
from personnel.actions import assistant_writing, writing
from personnel.actions.batches import register_of
from personnel.assistant_imports import AssistantRegister
from personnel.models import PersonnelImport, PersonnelMapping

INSPECTORS = Door(
    kind="inspectors", label="检查人员", app="personnel", place="personnel:import", home="personnel:inspectors",
    batches=PersonnelImport, mappings=PersonnelMapping, may=policies.check_may_import, register=register_of,
    write=writing.write, undo=writing.undo, shown=("unit", "certificate_no", "certificate_valid_until", "areas"),
    sources=("省平台", "执法证管理系统", "本局花名册"), scope={"kind": "inspectors"},
    after="已冻结的抽取不受影响，从下一次抽取起计入。",
)  # fmt: skip
ASSISTANTS = Door(
    kind="assistants", label="辅助人员", app="personnel", place="personnel:import-assistants", home="personnel:assistants",
    batches=PersonnelImport, mappings=PersonnelMapping, may=policies.check_may_import,
    register=lambda organisation, on: AssistantRegister(organisation), write=assistant_writing.write,
    undo=assistant_writing.undo, shown=("kind", "document", "valid_until", "areas"),
    sources=("委托合同台账", "专家库"), scope={"kind": "assistants"},
    after="辅助人员不参加检查人员抽取，不计入检查组最低人数。",
)  # fmt: skip

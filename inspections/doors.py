"""The door of this app: inspection data from another mobile enforcement system. source: NM-14.1, WL-4.6"""

from foundation.intake.doors import Door
from inspections import field_package, policies
from inspections.actions import field_writing
from inspections.field_register import FieldRegister
from inspections.models import FieldImport, FieldMapping

FIELD = Door(
    kind="field", label="移动执法记录", app="inspections", place="inspections:import-field", home="inspections:visits",
    batches=FieldImport, mappings=FieldMapping, may=policies.check_manage, register=FieldRegister,
    write=field_writing.write, undo=field_writing.undo, table=field_package.table, accept=".xlsx,.xls,.csv,.json,.zip",
    shown=("result", "device", "started", "ended"), sources=("省移动执法系统", "市移动执法平台"),
    after="结果已预填，由检查组核对、签字提交；到场和结束时间以导入的为准。",
)  # fmt: skip

"""The list of inspection items as the importing engine sees it. A published item is not changed: it gets a new version."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from foundation.organisation.models import Organisation
from foundation.rulebook.tables import MODES
from foundation.sheets.changes import Known
from foundation.sheets.checking import Match, Met
from foundation.sheets.columns import Column, Sheet
from foundation.sheets.rows import Row, flag_repeated
from registry.models import InspectionItem
from registry.records import item_records

MODE_LABELS = dict(
    zip(
        MODES, ("现场检查", "非现场检查", "书面检查", "第三方协助", "遥感", "无人机", "排口采样"), strict=True
    )
)
JOINT_LABELS = {"none": "不联合", "internal": "内部联合", "external": "部门联合"}

SHEET = Sheet(
    "items",
    "抽查事项",
    (
        Column("code", "事项编号", "code", required=True, max_length=32, synonyms=("编码",), help="字母、数字和 . _ -", example="qs01"),
        Column("name", "抽查事项", required=True, synonyms=("抽查事项名称", "事项名称", "抽查项目"), example="污染防治设施运行情况"),
        Column("no", "序号", "code", max_length=20, example="1"),
        Column("category", "事项类别", max_length=40, example="一般检查事项"),
        Column("offices", "检查主体", "words", max_length=60, synonyms=("发起部门", "实施科室", "抽查主体"), example="生态环境综合执法大队"),
        Column("targets", "检查对象", max_length=300, synonyms=("对象范围",), example="名录库内的排污单位"),
        Column("contents", "检查内容", "lines", max_length=4000, help="一行一条（单元格内换行），每条是检查单的一项；只有一行的，按分号分条", example="设施是否运行；台账是否齐全"),
        Column("basis", "检查依据", "lines", max_length=4000, synonyms=("抽查依据", "法律依据"), help="一行一条，或用分号隔开", example="《排污许可管理条例》第二十五条"),
        Column("modes", "检查方式", "words", choices=MODE_LABELS, synonyms=("抽查方式",), example="现场检查"),
        Column("joint", "联合检查", "choice", choices=JOINT_LABELS, example="不联合"),
        Column("third_party", "可委托第三方协助", "yes_no", example="否"),
        Column("owner", "内设机构", max_length=60, example="水科"),
        Column("partners", "配合部门", "words", max_length=60, help="部门联合事项才填", example="市场监督管理局"),
        Column("power_ref", "权责清单编号", max_length=60),
        Column("groups", "检查内容类别", "lines", max_length=600, help="规则书列的检查内容，一行一类"),
        Column("remark", "备注", max_length=300),
    ),
    unit="项",
    notes=("已公布的事项有变化时，导入后成为新的草稿版本，批准公布后才生效。",),
)  # fmt: skip


@dataclass
class ItemRegister:
    organisation: Organisation
    sheet: Sheet = SHEET

    def resolve(self, rows: list[Row], met: Met) -> Mapping[int, Match]:
        flag_repeated(
            self.sheet, rows, "code", lambda row: row.values.get("code"), "事项编号", met.firsts["code"]
        )
        known = self._known({row.values["code"] for row in rows if row.values.get("code")})
        matches = {}
        for row in rows:
            code = row.values.pop("code", None)
            if not code:
                if "code" not in row.raw:
                    row.wrong(self.sheet, "code", "是必填项，空着。请填写")
                continue
            if not re.fullmatch(r"[0-9A-Za-z._-]{1,32}", code):
                row.wrong(self.sheet, "code", "只能用字母、数字和 . _ -。请改正")
            matches[row.number] = Match(code, known.get(code))
            if code not in known:
                row.values["code"] = code
        return matches

    def _known(self, codes: set[str]) -> dict[str, Known]:
        """The latest version of each code."""
        items = InspectionItem.objects.filter(organisation=self.organisation, code__in=codes).order_by(
            "version"
        )
        return {
            record["code"]: Known(record["_id"], record["_version"], record["name"], record)
            for record in item_records(items)
        }

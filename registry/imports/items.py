"""The list of inspection items as the importing engine sees it. A published item is not changed: it gets a new version."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from foundation.organisation import expertise
from foundation.organisation.models import Organisation
from foundation.rulebook.model import Rulebook
from foundation.rulebook.tables import MODES
from foundation.sheets.changes import Known
from foundation.sheets.checking import Match, Met
from foundation.sheets.columns import Column, Sheet
from foundation.sheets.rows import Row
from registry.imports.item_lines import COLUMNS, LINE, PARTS, POINT, gather, groups, one_fate
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
        Column("targets", "检查对象", max_length=300, example="名录库内的排污单位"),
        Column("contents", "检查内容", "lines", max_length=4000, help="一行一条（单元格内换行），每条是检查单的一项；只有一行的，按分号分条", example="设施是否运行；台账是否齐全"),
        Column("basis", "检查依据", "lines", max_length=4000, synonyms=("抽查依据", "法律依据"), help="一行一条，或用分号隔开", example="《排污许可管理条例》第二十五条"),
        Column("modes", "检查方式", "words", choices=MODE_LABELS, synonyms=("抽查方式",), example="现场检查"),
        Column("joint", "联合检查", "choice", choices=JOINT_LABELS, example="不联合"),
        Column("third_party", "可委托第三方协助", "yes_no", example="否"),
        Column("owner", "内设机构", max_length=60, example="水科"),
        Column("partners", "配合部门", "words", max_length=60, help="部门联合事项才填", example="市场监督管理局"),
        Column("expertise", "所需专长", max_length=40, synonyms=("专业要求", "业务专长"), help="用专长字典里的词；空着按监管类别同名匹配"),
        Column("power_ref", "权责清单编号", max_length=60),
        Column("groups", "检查内容类别", "lines", max_length=600, help="规则书列的检查内容，一行一类"),
        Column("remark", "备注", max_length=300),
        *COLUMNS,
    ),
    unit="项",
    notes=(
        "已公布的事项有变化时，导入后成为新的草稿版本，批准公布后才生效。",
        "一个事项有几条对象范围或几个检查项的，一条一行，各行写同一个事项编号、排在一起；写了就是全部，少写的会删去。",
    ),
    parts=PARTS,
)  # fmt: skip


@dataclass
class ItemRegister:
    organisation: Organisation
    book: Rulebook | None = None
    sheet: Sheet = SHEET
    _words: frozenset[str] | None = None

    def resolve(self, rows: list[Row], met: Met) -> Mapping[int, Match]:
        known = self._known({row.values["code"] for row in rows if row.values.get("code")})
        quotas = {quota.id for quota in self.book.quotas} if self.book else set()
        matches = {}
        for group in groups(rows):
            first, code = group[0], str(group[0].values.get("code") or "")
            self._check_code(group, code, met)
            there = known.get(code)
            gather(self.sheet, group, there.values if there else {}, quotas)
            if code and not there and not first.values.get("name") and "name" not in first.raw:
                first.wrong(self.sheet, "name", "是必填项，空着。请填写")
            self._check_expertise(first)
            one_fate(self.sheet, group)
            if there:
                first.values.pop("code", None)
            if code:
                matches[first.number] = Match(code, there)
        return matches

    def _check_expertise(self, row: Row) -> None:
        word = row.values.get("expertise")
        if not word:
            return
        if self._words is None:
            self._words = frozenset(expertise.words(self.organisation))
        if word not in self._words:
            row.wrong(
                self.sheet,
                "expertise",
                f"专长字典里没有“{word}”，也没有人登记这个专长。请先在检查人员的专长字典里加上，或改用已有的词",
            )

    def _check_code(self, group: list[Row], code: str, met: Met) -> None:
        """A code is met once; only rows that bring further lines or check points may repeat it."""
        first = group[0]
        if not code:
            if "code" not in first.raw:
                first.wrong(self.sheet, "code", "是必填项，空着。请填写")
            return
        if not re.fullmatch(r"[0-9A-Za-z._-]{1,32}", code):
            first.wrong(self.sheet, "code", "只能用字母、数字和 . _ -。请改正")
        if code in met.firsts["code"]:
            first.wrong(
                self.sheet, "code",
                f"与第 {met.firsts['code'][code]} 行重复，事项编号相同。请删去一行，或改正其中一个；同一事项的几条对象范围要排在一起",
            )  # fmt: skip
        met.firsts["code"].setdefault(code, first.number)
        for row in group[1:]:
            if not any(key in row.values or key in row.raw for key in (*LINE, *POINT)):
                row.wrong(
                    self.sheet,
                    "code",
                    f"与第 {first.number} 行重复，事项编号相同。请删去一行，或改正其中一个",
                )

    def _known(self, codes: set[str]) -> dict[str, Known]:
        """The latest version of each code."""
        items = InspectionItem.objects.filter(organisation=self.organisation, code__in=codes).order_by(
            "version"
        )
        return {
            record["code"]: Known(record["_id"], record["_version"], record["name"], record)
            for record in item_records(items)
        }

"""A rulebook as people read it: every table, every value in Chinese, where it comes from, the words it rests on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from foundation.rulebook import clauses
from foundation.rulebook.entries import Entry, Value
from foundation.rulebook.model import TABLES, Rulebook
from foundation.rulebook.selectors import Selector
from foundation.rulebook.tables import Quota
from foundation.rulebook.values import MonthDay, Offset, Origin, decimal_text
from planning.rules import naming
from planning.rules.terms import PERIOD_ZH, rate_text

WORDS = {
    "must": "必须", "principle": "原则上", "may": "可以", "at_least": "至少", "target": "计划数", "population": "对象数",
    "officers": "在编在岗持证人数", "manual": "计划填写", "up": "向上取整", "uniform": "等概率", "uninspected_first": "先抽没查过的",
    "draw": "抽取", "check": "年终核对", "one": "一个", "many": "多个", "whole": "全辖区", "own": "各自辖区", "none": "无",
    "floor": "作为下限", "same": "当年", "previous": "上一年", "quarter": "季度", "year": "年", "month": "月", "half_year": "半年",
    "lifecycle": "项目全程", "required": "必须使用", "preferred": "优先使用", "visit": "检查开始", "by_label": "可按标识", "no": "不允许",
    "redraw": "重新抽取", "swap": "对调", "unit_head": "科室负责人", "random": "随机", "pick": "指定", "permit": "排污许可", "own_database": "自建库",
    "pool": "不进可抽名单", "offsite": "改用非现场", "waivable": "可以减免", "always": "一律", "optional": "可选",
    "inspection": "逐次", "period": "按期", "inspection_completed": "检查完成", "period_end": "期末", "visit_end": "检查结束",
    "department": "本部门", "internal_joint": "内部联合", "joint_departments": "部门联合", "internal": "内部联合", "external": "部门联合",
    "onsite": "现场", "documents": "书面", "third_party_assisted": "第三方辅助", "remote_sensing": "遥感", "drone": "无人机",
    "outfall_sampling": "排污口取样", "entry": "录入", "consultation": "会商", "approval": "审批", "publication": "公示",
    "system_admin": "系统管理员", "discipline": "纪检人员", "media": "媒体", "enterprise": "企业", "citizen": "公众",
    "target_name": "对象名称", "inspector_name": "人员姓名", "other_identifying": "其他可识别信息", "certified": "持证执法人员",
    "regulatory_duty": "日常监管人员", "area": "片区", "expertise": "专长", "labels": "标识", "staffing": "人员配备", "support": "保障",
    "item": "事项", "content": "内容", "date": "日期", "result": "结果", "violation": "违法情形", "handling": "处理", "completion": "完成情况",
    "import": "导入", "export": "导出", "both": "双向", "period_start": "该期第一天", "target_": "对象",
    "province": "省级", "city": "市级", "county": "县级", "zone": "园区", "division": "科室", "brigade": "大队",
    "special": "特殊", "key": "重点", "general": "一般",
    "name": "名称", "sex": "性别", "unit": "单位", "post": "职务", "phone": "电话", "certificate_no": "执法证号",
    "certificate_issued_on": "发证日期", "credit_code": "统一社会信用代码", "legal_representative": "法定代表人", "entity_type": "主体类型",
    "established_on": "成立日期", "registration_authority": "登记机关", "management_level": "排污许可管理类别", "control_level": "控制级别",
    "credit_grade": "环境信用等级", "compliance_record": "守法记录", "permit_execution": "许可证执行情况", "petitions": "信访投诉",
    "construction_started_on": "开工日期", "operation_started_on": "投运日期", "onsite_record": "现场检查记录", "monitoring_report": "监测报告",
    "eia_report": "环评文件", "eia_approval": "环评批复", "emergency_plan": "应急预案", "permits": "许可证照", "penalty_decision": "处罚决定书",
    "branch_leader": "分局负责人", "enforcement_unit": "执法机构", "county_brigade": "县级大队", "direct_brigade": "直属大队",
    "judicial_authority": "司法机关", "other_department": "其他部门", "no_problem": "未发现问题", "ordered_correct": "责令改正",
    "case_filed": "立案", "transferred": "移送", "uncooperative": "不配合检查", "deregistered": "注销", "pending": "待定",
    "epidemic_period": "疫情期间",
}  # fmt: skip
_AS_IS = frozenset(
    {
        "id",
        "bodies",
        "quotas",
        "except",
        "doc_no",
        "zh",
        "extends",
        "to",
        "no",
        "platform",
        "switch",
        "targets",
        "item",
    }
)
_CODES = frozenset(
    {"id"}
)  # an entry's own code is shown as it is; a code that names another entry by that entry's name


@dataclass(frozen=True)
class Group:
    """Values of one entry that rest on the same words, with those words: before, mark, after."""

    values: tuple[tuple[str, str], ...]
    origin: Origin
    place: str
    before: str
    mark: str
    after: str

    @property
    def badge(self) -> str:
        """What the origin badge understands."""
        return {
            "law": "law",
            "other_law": "law",
            "interpretation": "AMB",
            "default": "DEFAULT",
            "local": "local",
        }[self.origin.kind]

    @property
    def quoted(self) -> bool:
        return bool(self.before or self.mark or self.after)


@dataclass(frozen=True)
class Block:
    """One entry of a table with its title. rule: what a note of interpretation is attached to, e.g. quota/key"""

    title: str
    anchor: str
    groups: tuple[Group, ...]
    rule: str = ""
    notes: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Chapter:
    name: str
    title: str
    blocks: tuple[Block, ...]


def chapters(book: Rulebook, notes: Mapping[str, Sequence[Any]] | None = None) -> list[Chapter]:
    """Every table of the book that has entries, in the order of the schema. notes: by rule"""
    names = _names(book)
    found = []
    for table in TABLES:
        entries = getattr(book, table.attribute)
        entries = entries if table.many else (entries,)
        if entries:
            blocks = [_block(book, entry, names) for entry in entries]
            found.append(
                Chapter(table.name, table.cls.zh_name, tuple(_noted(table.name, blocks, notes or {})))
            )
    return found


def _noted(table: str, blocks: Sequence[Block], notes: Mapping[str, Sequence[Any]]) -> Iterator[Block]:
    """Each with a name of its own: of several entries with one id the second is …#2, and so on."""
    met: dict[str, int] = {}
    for block in blocks:
        met[block.anchor] = met.get(block.anchor, 0) + 1
        again = f"#{met[block.anchor]}" if met[block.anchor] > 1 else ""
        rule = f"{table}/{block.anchor}{again}"
        yield replace(block, rule=rule, notes=tuple(notes.get(rule, ())))


def rules_of(book: Rulebook) -> dict[str, str]:
    """Rule → chapter and title: everything a note may be attached to."""
    return {
        block.rule: f"{chapter.title}：{block.title}"
        for chapter in chapters(book)
        for block in chapter.blocks
    }


def _names(book: Rulebook) -> dict[str, str]:
    """What the book itself calls the entries its values refer to: bodies, activities, quotas."""
    named = {one.id: one.zh for many in (book.bodies, book.activities) for one in many}
    return {line.id: naming.line_name(book, line) for line in book.quotas} | named


def _block(book: Rulebook, entry: Entry, names: Mapping[str, str]) -> Block:
    title = getattr(entry, "zh", "") or getattr(entry, "id", "") or type(entry).zh_name
    if isinstance(entry, Quota):
        title = f"{naming.line_name(book, entry)}（{entry.id}）"
    return Block(title, getattr(entry, "id", "") or type(entry).table, tuple(_groups(entry, names)))


def _groups(entry: Entry, names: Mapping[str, str]) -> Iterator[Group]:
    """Values in schema order, those of one origin together, where the origin first comes up."""
    found: dict[Origin, list[tuple[str, str]]] = {}
    for value in entry.values():
        if value.value in (None, (), ""):
            continue
        found.setdefault(value.origin, []).append((value.zh, text_of(entry, value, names)))
    for origin, values in found.items():
        clause = clauses.quote(origin.ref) if origin.ref else None
        sentence, mark = (clause.sentence, clause.mark) if clause else ("", "")
        before, middle, after = sentence.partition(mark) if mark else (sentence, "", "")
        yield Group(tuple(values), origin, clause.place if clause else "", before, middle, after)


def text_of(entry: Entry, value: Value, names: Mapping[str, str]) -> str:
    """A value in words."""
    if isinstance(entry, Quota) and value.key == "rates":
        return "、".join(rate_text(entry, rate) for rate in value.value)
    if isinstance(entry, Quota) and value.key == "period":
        return PERIOD_ZH[value.value]
    if value.key in _AS_IS and isinstance(value.value, str):
        return (
            value.value
            if value.key in _CODES
            else names.get(value.value, WORDS.get(value.value, value.value))
        )
    text = plain(value.value, translate=value.key not in _AS_IS)
    return text if value.key in _CODES else "、".join(names.get(word, word) for word in text.split("、"))


def plain(value: Any, *, translate: bool = True) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Selector):
        return naming.describe(value)
    if isinstance(value, Offset | MonthDay):
        return value.zh.strip()
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "、".join(plain(item, translate=translate) for item in value)
    if is_dataclass(value):
        return "，".join(
            f"{field.metadata['spec'].zh if 'spec' in field.metadata else field.name} {plain(getattr(value, field.name))}"
            for field in fields(value)
            if getattr(value, field.name) is not None
        )
    return WORDS.get(str(value), str(value)) if translate else str(value)

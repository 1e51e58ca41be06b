"""Attributes of a target that a selector may use: type, name, values. source: rulebooks.md §4"""

from dataclasses import dataclass, field
from typing import Literal

AttributeType = Literal["word", "words", "yes_no", "number", "date"]


@dataclass(frozen=True)
class Attribute:
    """`values` maps stored words to Chinese; empty = the deployment's own dictionary."""

    type: AttributeType
    zh: str
    values: dict[str, str] = field(default_factory=dict)


TARGET_KINDS = {
    "enterprise": "企业",
    "project": "建设项目",
    "water_source": "饮用水水源地",
    "nature_reserve": "自然保护地",
    "land_party": "土壤污染责任人或土地使用权人",
    "agency": "第三方机构",
    "facility": "公共设施",
}
PERMIT_CLASSES = {"key": "重点管理", "simplified": "简化管理", "registration": "登记管理", "none": "未纳入"}
CONTROL_LEVELS = {
    "national": "国控",
    "provincial": "省控",
    "municipal": "市控",
    "county": "县控",
    "none": "无",
}
APPROVAL_LEVELS = {"ministry": "生态环境部", "province": "省级", "city": "市级", "county": "县级"}
STATUSES = {"operating": "在运行", "suspended": "停产", "closed": "关停", "cancelled": "注销"}
GONE = frozenset({"closed", "cancelled"})

ATTRIBUTES: dict[str, Attribute] = {
    "kind": Attribute("word", "对象类型", TARGET_KINDS),
    "category": Attribute("words", "范围标识"),
    "permit_class": Attribute("word", "排污许可管理类别", PERMIT_CLASSES),
    "key_polluter_list": Attribute("yes_no", "列入重点排污单位名录"),
    "control_level": Attribute("word", "控制级别", CONTROL_LEVELS),
    "credit_grade": Attribute("word", "环境信用等级"),
    "positive_list": Attribute("yes_no", "列入监督执法正面清单"),
    "positive_list_kind": Attribute("words", "正面清单类别"),
    "approval_level": Attribute("word", "环评审批级别", APPROVAL_LEVELS),
    "approved_on": Attribute("date", "环评审批日期"),
    "construction_started_on": Attribute("date", "开工建设日期"),
    "operation_started_on": Attribute("date", "投入生产或使用日期"),
    "completed_on": Attribute("date", "建成日期"),
    "radiation": Attribute("yes_no", "辐射类"),
    "eia_catalogue": Attribute("yes_no", "属于环评分类管理名录"),
    "hw_tonnes_per_year": Attribute("number", "危险废物年产生量（吨）"),
    "hw_self_disposal": Attribute("yes_no", "拥有危险废物自行利用处置设施"),
    "status": Attribute("word", "运行状态", STATUSES),
    "superior_clean_this_year": Attribute("yes_no", "本年度上级已抽查且未发现问题"),
    "inspected_by_subordinate": Attribute("yes_no", "本年度下级已检查"),
    "overlapping_activity": Attribute("words", "与其他检查活动重叠"),
}
OWN_ATTRIBUTES: dict[str, Attribute] = {
    "area": Attribute("word", "片区"),
    "label": Attribute("words", "标识"),
}
"""What only a line of a plan's own may ask for: a rulebook knows no bureau's areas and labels."""

DATE_ATTRIBUTES = tuple(name for name, attribute in ATTRIBUTES.items() if attribute.type == "date")
TIER_LABELS = {"special": "特殊", "key": "重点", "general": "一般"}

"""The tables of a rulebook as frozen values: names, labels and allowed values of rulebooks.md §3."""

# ruff: noqa: RUF009  every call below only declares a field, see schema

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from . import stricter
from .entries import Entry
from .schema import (
    day,
    due_by,
    flag,
    inline,
    inlines,
    month_day,
    offset,
    one_of,
    rate,
    rates,
    selector,
    slug,
    slugs,
    some_of,
    text,
    texts,
    whole,
)
from .selectors import Selector
from .stricter import ranked
from .values import MonthDay, Offset
from .vocabulary import DATE_ATTRIBUTES

PERIODS_PER_YEAR = {"month": 12, "quarter": 4, "half_year": 2, "year": 1}
MODES = (
    "onsite",
    "offsite",
    "documents",
    "third_party_assisted",
    "remote_sensing",
    "drone",
    "outfall_sampling",
)
_STRENGTHS = ("must", "principle")
_stronger = ranked("principle", "must")


@dataclass(frozen=True, kw_only=True)
class Window:
    """A target is eligible from one of its dates until another plus an offset."""

    from_: str = one_of("开始日期属性", *DATE_ATTRIBUTES, key="from")
    until: str = one_of("截止日期属性", *DATE_ATTRIBUTES)
    plus: Offset = offset("截止日期之后")


@dataclass(frozen=True, kw_only=True)
class DrawWindow:
    """When the draw of a period may take place, counted from the first day of the (shifted) period."""

    anchor: str = one_of("起算点", "period_start")
    shift: int = whole("移动期数")
    open: Offset | None = offset("最早", required=False)
    close: Offset | None = offset("最晚", required=False)


@dataclass(frozen=True, kw_only=True)
class Expected:
    quota: str = slug("配额行", refs="quotas")
    count: int = whole("数量")
    about: bool = flag("约数")


@dataclass(frozen=True, kw_only=True)
class Handover:
    to: str = text("移送去向")
    document: str = text("文书", blank=True)
    approver: str = text("批准人", blank=True)


@dataclass(frozen=True, kw_only=True)
class ResultCode:
    id: str = slug("标识")
    zh: str = text("名称")


@dataclass(frozen=True, kw_only=True)
class About(Entry):
    table: ClassVar[str] = "rulebook"
    zh_name: ClassVar[str] = "规则书"
    id: str = slug("编号", tighten=stricter.free)
    zh: str = text("文件标题")
    region: str = text("适用地区")
    issuer: str = text("发布机关")
    doc_no: str | None = text("文号", required=False)
    issued: date | None = day("发布日期", required=False)
    effective_from: date = day("施行日期")
    effective_to: date | None = day("失效日期", required=False)
    extends: str | None = slug("细化的规则书", required=False, tighten=stricter.free)
    citations: tuple[str, ...] = texts("引用的上位文件")


@dataclass(frozen=True, kw_only=True)
class Body(Entry):
    table: ClassVar[str] = "bodies"
    zh_name: ClassVar[str] = "抽取主体"
    id: str = slug("标识")
    zh: str = text("名称")
    level: str = one_of("层级", "province", "city", "county", "zone", "division", "brigade")
    instances: str = one_of("单位个数", "one", "many")
    area: str = one_of("辖区", "whole", "own")


@dataclass(frozen=True, kw_only=True)
class Register(Entry):
    table: ClassVar[str] = "register"
    zh_name: ClassVar[str] = "检查对象名录库"
    source: str = one_of("主要数据来源", "permit", "own_database")
    review_every: str = one_of(
        "定期复核", "quarter", "year", "none", tighten=ranked("none", "year", "quarter")
    )
    event_driven: bool = flag("变更即时登记", tighten=stricter.only_true)
    fields: tuple[str, ...] = texts("必填字段")
    labels: tuple[str, ...] = texts("标识组")
    free_labels: bool = flag("可增设标识组", tighten=stricter.free)
    credit_grades: tuple[str, ...] = texts("信用等级（由好到差）", required=False, default=())
    expected: tuple[Expected, ...] = inlines("文件载明的对象数", Expected, required=False, default=())


@dataclass(frozen=True, kw_only=True)
class Flag(Entry):
    table: ClassVar[str] = "flags"
    zh_name: ClassVar[str] = "风险标志"
    id: str = slug("标识")
    zh: str = text("名称")
    lookback_months: int = whole("有效月数（0＝直至撤销）", tighten=stricter.longer_lookback)


@dataclass(frozen=True, kw_only=True)
class Tier(Entry):
    table: ClassVar[str] = "tiers"
    zh_name: ClassVar[str] = "监管类别"
    id: str = one_of("标识", "special", "key", "general")
    zh: str = text("名称")
    bodies: tuple[str, ...] = slugs(
        "适用主体", required=False, default=(), refs="bodies", tighten=stricter.same
    )
    when: Selector = selector("认定条件", tighten=stricter.wider)
    overlay: bool = flag("另列名单")

    def holds_for(self, body: str) -> bool:
        return not self.bodies or body in self.bodies


@dataclass(frozen=True, kw_only=True)
class Personnel(Entry):
    table: ClassVar[str] = "personnel"
    zh_name: ClassVar[str] = "检查人员名录库"
    include: tuple[str, ...] = some_of("入库人员", "certified", "regulatory_duty", tighten=stricter.subset)
    fields: tuple[str, ...] = texts("必填字段")
    labels: tuple[str, ...] = texts("标识组")
    count_inspections: bool = flag("标注年度检查次数", tighten=stricter.only_true)
    auxiliary_register: bool = flag("设辅助人员库", tighten=stricter.free)


@dataclass(frozen=True, kw_only=True)
class Activity(Entry):
    table: ClassVar[str] = "activities"
    zh_name: ClassVar[str] = "检查活动"
    id: str = slug("标识")
    zh: str = text("名称")
    random: bool = flag("须随机抽取", tighten=stricter.only_true)


@dataclass(frozen=True, kw_only=True)
class ItemRules(Entry):
    table: ClassVar[str] = "item_rules"
    zh_name: ClassVar[str] = "抽查事项清单规则"
    lists: tuple[str, ...] = some_of("清单种类", "department", "joint_departments")
    fields: tuple[str, ...] = texts("必填字段")
    legal_basis_required: bool = flag("须有检查依据", tighten=stricter.only_true)
    change_reasons: tuple[str, ...] = texts("调整事由", tighten=stricter.closed_list)
    contents: tuple[str, ...] = texts("检查内容")


@dataclass(frozen=True, kw_only=True)
class Item(Entry):
    table: ClassVar[str] = "items"
    zh_name: ClassVar[str] = "抽查事项"
    id: str = slug("标识")
    no: str = text("序号")
    zh: str = text("抽查事项名称")
    category: str = text("事项类别", blank=True)
    offices: tuple[str, ...] = texts("发起或检查科室", tighten=stricter.free)
    targets: str = text("检查对象")
    contents: tuple[str, ...] = texts("检查内容")
    basis: tuple[str, ...] = texts("检查依据", tighten=stricter.free)
    modes: tuple[str, ...] = some_of("检查方式", *MODES, tighten=stricter.subset)
    joint: str = one_of(
        "联合", "none", "internal", "external", tighten=ranked("none", "internal", "external")
    )
    third_party: bool = flag("可委托第三方", tighten=stricter.only_false)


@dataclass(frozen=True, kw_only=True)
class Quota(Entry):
    table: ClassVar[str] = "quotas"
    zh_name: ClassVar[str] = "抽查配额"
    local: ClassVar[bool] = False  # True for a line a plan adds to the book
    id: str = slug("标识")
    bodies: tuple[str, ...] = slugs("抽取主体", refs="bodies")
    item: str | None = slug("抽查事项", required=False, refs="items")
    when: Selector = selector("对象范围")
    except_: tuple[str, ...] = slugs(
        "除外的配额行", key="except", required=False, default=(), refs="quotas", tighten=stricter.same
    )
    period: str = one_of("周期", *PERIODS_PER_YEAR)
    basis: str = one_of("计算基数", "population", "officers", "manual")
    rates: tuple[Decimal, ...] = rates("比例", tighten=stricter.higher_each)
    bound: str = one_of("约束", "at_least", "target", tighten=ranked("target", "at_least"))
    rounding: str = one_of("取整", "up")
    order: str = one_of(
        "抽取顺序", "uniform", "uninspected_first", tighten=ranked("uniform", "uninspected_first")
    )
    role: str = one_of("用途", "draw", "check")
    window: Window | None = inline("纳入期限", Window, required=False)
    lifetime_once: bool = flag("终身一次", required=False, default=False)

    @property
    def periods(self) -> int:
        return PERIODS_PER_YEAR[self.period]

    def rate(self, index: int) -> Decimal:
        """Rate of the index-th period of the year, index from 1."""
        return self.rates[0] if len(self.rates) == 1 else self.rates[index - 1]


@dataclass(frozen=True, kw_only=True)
class Stated(Entry):
    table: ClassVar[str] = "stated"
    zh_name: ClassVar[str] = "文件载明的年度数量"
    quotas: tuple[str, ...] = slugs("配额行", refs="quotas")
    count: int = whole("数量")
    about: bool = flag("约数")


@dataclass(frozen=True, kw_only=True)
class Coverage(Entry):
    table: ClassVar[str] = "coverage"
    zh_name: ClassVar[str] = "覆盖要求"
    id: str = slug("标识")
    zh: str = text("名称")
    subject: str = one_of("覆盖对象", "target", "item")
    bodies: tuple[str, ...] = slugs("适用主体", refs="bodies")
    when: Selector = selector("对象范围", tighten=stricter.wider)
    every: str = one_of("周期", "year", "lifecycle")
    times: int = whole("次数", tighten=stricter.higher)
    strength: str = one_of("效力", *_STRENGTHS, tighten=_stronger)
    window: Window | None = inline("期限", Window, required=False)


@dataclass(frozen=True, kw_only=True)
class Cap(Entry):
    table: ClassVar[str] = "caps"
    zh_name: ClassVar[str] = "次数上限"
    id: str = slug("标识")
    every: str = one_of("周期", "year")
    max: int = whole("上限次数", tighten=stricter.lower)
    exempt: Selector = selector("豁免对象", tighten=stricter.narrower)
    strength: str = one_of("效力", *_STRENGTHS, tighten=_stronger)


@dataclass(frozen=True, kw_only=True)
class Exclusion(Entry):
    table: ClassVar[str] = "exclusions"
    zh_name: ClassVar[str] = "排除与减免"
    id: str = slug("标识")
    zh: str = text("名称")
    when: Selector = selector("适用对象")
    effect: str = one_of("效果", "pool", "offsite", "waivable")
    use: str = one_of(
        "适用方式", "always", "principle", "optional", tighten=ranked("optional", "principle", "always")
    )
    switch: str | None = slug("部署开关", required=False)


@dataclass(frozen=True, kw_only=True)
class Draw(Entry):
    table: ClassVar[str] = "draw"
    zh_name: ClassVar[str] = "抽取"
    platform: str = text("载明的平台")
    platform_use: str = one_of("平台使用", "required", "preferred", tighten=ranked("preferred", "required"))
    batches: str = one_of("批次", "one", "many", tighten=ranked("many", "one"))
    window: DrawWindow | None = inline(
        "抽取时间", DrawWindow, required=False, tighten=stricter.tighter_window
    )
    witnesses: tuple[str, ...] = some_of("在场确认", "system_admin", "discipline")
    invitees: tuple[str, ...] = some_of("可邀请", "media", "enterprise", "citizen")
    mask: tuple[str, ...] = some_of("屏蔽信息", "target_name", "inspector_name", "other_identifying")
    list_secret_until: str = one_of("名单保密至", "none", "visit", tighten=ranked("none", "visit"))
    list_locked: bool = flag("名单不得变更", tighten=stricter.only_true)
    directed: str = one_of("定向抽取", "no", "by_label", tighten=ranked("by_label", "no"))
    weights: bool = flag("加权抽取", tighten=stricter.only_false)


@dataclass(frozen=True, kw_only=True)
class Team(Entry):
    table: ClassVar[str] = "team"
    zh_name: ClassVar[str] = "检查组"
    min: int = whole("最少人数", tighten=stricter.higher)
    certified_activities: tuple[str, ...] = slugs("须全部持证的活动", refs="activities")
    match: tuple[str, ...] = some_of("匹配因素", "area", "expertise", "labels", "staffing", "support")
    match_local: bool = flag("属地优先", tighten=stricter.only_true)
    recusal: tuple[str, ...] = some_of("回避处理", "redraw", "swap", tighten=stricter.subset)
    replacement_approver: str = one_of("更换批准人", "unit_head")
    auxiliary: tuple[str, ...] = some_of("辅助人员产生方式", "random", "pick", tighten=stricter.subset)


@dataclass(frozen=True, kw_only=True)
class Inspection(Entry):
    table: ClassVar[str] = "inspection"
    zh_name: ClassVar[str] = "检查"
    modes: tuple[str, ...] = some_of("检查方式（首项为默认）", *MODES, tighten=stricter.subset)
    mobile: str = one_of("移动执法", "must", "principle", "none", tighten=ranked("none", "principle", "must"))
    enter_within: Offset | None = offset("结果录入期限", "wd", required=False, tighten=stricter.shorter)
    enter_from: str | None = one_of("录入期限起算", "visit_end", required=False)
    must_finish: str | None = one_of("须完成于", "period_end", required=False, tighten=stricter.free)
    records: tuple[str, ...] = texts("记录与材料")
    onsite_steps: tuple[str, ...] = texts("现场步骤")
    stages: tuple[str, ...] = some_of("办理环节", "entry", "consultation", "approval", "publication")
    same_target_merge: str = one_of("同一对象合并", *_STRENGTHS, tighten=_stronger)
    handover: tuple[Handover, ...] = inlines("移送", Handover)


@dataclass(frozen=True, kw_only=True)
class Results(Entry):
    table: ClassVar[str] = "results"
    zh_name: ClassVar[str] = "检查结果"
    codes: tuple[ResultCode, ...] = inlines("结果代码", ResultCode)


@dataclass(frozen=True, kw_only=True)
class Disclosure(Entry):
    table: ClassVar[str] = "disclosure"
    zh_name: ClassVar[str] = "公示"
    unit: str = one_of("公示单元", "inspection", "period", tighten=ranked("period", "inspection"))
    within: Offset = offset("公示期限", "wd", tighten=stricter.shorter)
    clock: str = one_of(
        "期限起算",
        "inspection_completed",
        "period_end",
        tighten=ranked("period_end", "inspection_completed"),
    )
    channels: tuple[str, ...] = texts("公示渠道")
    fields: tuple[str, ...] = some_of(
        "公示内容",
        "target",
        "item",
        "content",
        "date",
        "result",
        "violation",
        "handling",
        "completion",
    )
    exempt: tuple[str, ...] = texts("不公示情形", tighten=stricter.subset)
    undisclosed_is_incomplete: bool = flag("未公示视为未完成", tighten=stricter.only_true)
    penalty_followup: bool = flag("处罚后再次公示", tighten=stricter.only_true)


@dataclass(frozen=True, kw_only=True)
class Plan(Entry):
    table: ClassVar[str] = "plan"
    zh_name: ClassVar[str] = "年度计划"
    due: MonthDay | None = month_day("编制截止", required=False, tighten=stricter.free)
    due_year: str | None = one_of("截止年份", "same", "previous", required=False, tighten=stricter.free)
    strength: str = one_of("截止效力", *_STRENGTHS, tighten=_stronger)
    publish_within: Offset | None = offset("公布期限", "wd", required=False, tighten=stricter.shorter)
    publish_by: MonthDay | None = month_day("公布截止", required=False, tighten=stricter.earlier)
    file_to_superior: bool = flag("报上级备案", tighten=stricter.only_true)
    freeze: str = one_of("计划数效力", "none", "floor", tighten=ranked("none", "floor"))
    after: str | None = text("相对期限", required=False)
    kinds: tuple[str, ...] = some_of("计划种类", "department", "internal_joint", "joint_departments")
    fields: tuple[str, ...] = texts("计划必填项")
    joint_fields: tuple[str, ...] = texts("联合计划必填项")


@dataclass(frozen=True, kw_only=True)
class Report(Entry):
    table: ClassVar[str] = "reports"
    zh_name: ClassVar[str] = "报送"
    id: str = slug("标识")
    zh: str = text("名称")
    every: str = one_of("周期", "quarter", "year")
    by: Offset | MonthDay = due_by("期限", tighten=stricter.sooner)
    bodies: tuple[str, ...] = slugs("报送主体", refs="bodies")
    to: str = slug("报送对象", refs="bodies")


@dataclass(frozen=True, kw_only=True)
class System(Entry):
    table: ClassVar[str] = "systems"
    zh_name: ClassVar[str] = "外部系统"
    id: str = slug("标识")
    zh: str = text("名称")
    flow: str = one_of("方向", "import", "export", "both", tighten=stricter.free)
    strength: str = one_of("效力", *_STRENGTHS, tighten=_stronger)


@dataclass(frozen=True, kw_only=True)
class Assessment(Entry):
    table: ClassVar[str] = "assessment"
    zh_name: ClassVar[str] = "考核"
    performance_review: bool = flag("纳入绩效", tighten=stricter.only_true)
    inspector_counts: bool = flag("统计人员次数", tighten=stricter.only_true)
    target_counts: bool = flag("统计对象次数", tighten=stricter.only_true)
    disclosure_rate: Decimal = rate("年度公示率目标", tighten=stricter.higher)
    due_diligence_exemption: bool = flag("尽职免责证明", tighten=stricter.free)

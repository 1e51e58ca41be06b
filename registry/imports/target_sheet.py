"""The columns of the target register, for one bureau: its areas, units and rulebook give the lists."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from foundation.organisation.models import Area, Organisation, Unit
from foundation.rulebook.model import Rulebook
from foundation.sheets.columns import Column, Sheet
from registry.models import Target
from registry.rules import categories

TAG = "tag:"
HELD = (
    "status",
    "status_since",
    "status_reason",
)  # of an entry on file: only asked for, a second person decides


@dataclass(frozen=True)
class Lists:
    """What the columns may contain in this bureau: code → name, name → id."""

    areas: Mapping[str, str]
    units: Mapping[str, str]
    area_ids: Mapping[str, int]
    unit_ids: Mapping[str, int]
    flags: Mapping[str, str]


def lists_of(organisation: Organisation, book: Rulebook | None) -> Lists:
    areas = list(Area.objects.filter(organisation=organisation).order_by("code"))
    units = list(Unit.objects.filter(organisation=organisation).order_by("code"))
    return Lists(
        {area.code: area.name for area in areas},
        {unit.code: unit.name for unit in units},
        {area.code: area.pk for area in areas},
        {unit.code: unit.pk for unit in units},
        {flag.id: flag.zh for flag in book.flags} if book else {},
    )


def target_sheet(lists: Lists, book: Rulebook | None) -> Sheet:
    return Sheet(
        "targets",
        "检查对象",
        (
            *_identity(lists),
            *_entity(),
            *_supervision(book),
            *_project(),
            *_waste(),
            *_risk(lists),
            *_labels(book),
        ),
        unit="家",
        identity="uid",
        notes=(
            "有信用代码的，对象编号可以不填：已登记的按信用代码、许可证编号对上，新的自动编号。",
            "已在册对象的状态不因导入而变：导入后列为待审变更，另一人批准后才生效；同一行的其他各栏立即写入。",
            "风险标记写成：标记|发生日期|依据；几个标记用分号隔开。只增不减，撤销请在对象页面办理。",
        ),
    )


def _identity(lists: Lists) -> tuple[Column, ...]:
    words = {"lookup": dict(lists.areas)}
    return (
        Column("uid", "对象编号", "code", max_length=64, synonyms=("编号", "对象编码", "污染源编码", "单位编号"),
               help="信用代码加场所序号；没有信用代码的按本局编号", example="91140521EMG3Q5GT92-01"),
        Column("name", "名称", required=True, synonyms=("单位名称", "企业名称", "污染源名称", "排污单位名称", "检查对象名称", "项目名称", "对象名称"),
               example="青禾鑫隆焦化有限公司"),
        Column("kind", "对象类型", "choice", choices=dict(Target.Kind.choices), synonyms=("类型",), help="不填为排污单位", example="排污单位"),
        Column("short_name", "简称", max_length=60, example="鑫隆焦化"),
        Column("former_names", "曾用名", "words", help="几个名称用顿号隔开", example="青禾县鑫隆焦化厂"),
        Column("area", "片区", "choice", required=True, choices=words["lookup"], synonyms=("所在乡镇", "乡镇", "所属乡镇", "区域", "所在区域", "所在片区", "镇街", "分布区域"),
               help="本局设置的片区名称", example=next(iter(lists.areas.values()), "东湾镇")),
        Column("unit", "监管单位", "choice", choices=dict(lists.units), synonyms=("管辖", "管辖单位", "所属大队", "监管科室"),
               example=next(iter(lists.units.values()), "")),
        Column("address", "地址", synonyms=("生产经营场所地址", "详细地址", "单位地址"), example="东湾镇工业路 18 号"),
        Column("contact", "环保负责人", max_length=60, synonyms=("联系人", "环保联系人"), example="王某"),
        Column("phone", "联系电话", "code", max_length=40, synonyms=("电话", "手机", "联系方式"), example="13800000000"),
        Column("status", "状态", "choice", choices=dict(Target.Status.choices), synonyms=("运行状态", "生产状态"), help="不填为运行；改已在册的，另一人批准后才生效", example="运行", second=True),
        Column("status_since", "状态起始日", "date", synonyms=("状态日期",), example="2024-05-16", second=True),
        Column("status_reason", "状态依据", synonyms=("状态变更依据", "状态变更原因"), help="改状态时写明停产报告、注销通知书等，批准人会看到", example="", second=True),
    )  # fmt: skip


def _entity() -> tuple[Column, ...]:
    return (
        Column("uscc", "统一社会信用代码", "code", max_length=40, synonyms=("信用代码", "社会信用代码", "统一代码"), help="18 位；没有的不填", example="91140521EMG3Q5GT92", shape=r"[0-9A-Za-z]{18}"),
        Column("legal_representative", "法定代表人", max_length=60, synonyms=("法人", "法人代表", "法定代表人（负责人）"), example="高某"),
        Column("entity_type", "主体类型", max_length=60, synonyms=("企业类型", "市场主体类型"), example="有限责任公司"),
        Column("registration_authority", "登记机关", max_length=100, example="青禾县行政审批服务管理局"),
        Column("founded_on", "成立日期", "date", synonyms=("注册日期",), example="2012-06-01"),
    )  # fmt: skip


def _supervision(book: Rulebook | None) -> tuple[Column, ...]:
    grades = {grade: grade for grade in book.register.credit_grades} if book else {}
    used = categories.used_by(book) if book else {}
    return (
        Column("industry", "行业", max_length=60, synonyms=("行业类别", "所属行业", "国民经济行业"), example="炼焦（2521）"),
        Column("categories", "监管类别", "words", choices=used, max_length=40, synonyms=("范围标识", "监管标签"),
               help="规则书里的局部范围标签，几个用顿号隔开", example=next(iter(used.values()), "")),
        Column("permit_class", "排污许可管理类别", "choice", choices=dict(Target.PermitClass.choices), synonyms=("管理类别", "许可管理类别", "排污许可类别"), example="重点管理"),
        Column("permit_number", "许可证编号", "code", max_length=40, synonyms=("排污许可证编号", "许可证号", "排污许可证号", "登记编号"), help="22 位", example="91140521EMG3Q5GT92001P", shape=r"[0-9A-Za-z]{20,24}"),
        Column("permit_from", "许可证有效期起", "date", synonyms=("有效期起", "有效期开始", "发证日期"), example="2023-06-01", needs="permit_number"),
        Column("permit_until", "许可证有效期止", "date", synonyms=("有效期止", "有效期结束", "有效期至"), example="2028-05-31", needs="permit_number"),
        Column("key_polluter_list", "列入重点排污单位名录", "yes_no", synonyms=("重点排污单位", "是否重点排污单位"), example="是"),
        Column("control_level", "控制级别", "choice", choices=dict(Target.ControlLevel.choices), synonyms=("监管级别", "源控级别"), example="省控"),
        Column("credit_grade", "环境信用等级", "choice" if grades else "text", choices=grades, max_length=10, synonyms=("信用等级", "信用评价"),
               example=next(iter(grades), "")),
        Column("positive_list", "监督执法正面清单", "yes_no", synonyms=("正面清单", "是否正面清单"), example="否"),
        Column("positive_list_kind", "正面清单类别", max_length=40),
    )  # fmt: skip


def _project() -> tuple[Column, ...]:
    return (
        Column("approval_level", "环评审批层级", "choice", choices=dict(Target.ApprovalLevel.choices), synonyms=("审批级别", "审批层级"), example="区县批"),
        Column("approved_on", "环评批复日期", "date", synonyms=("批复日期", "审批日期"), example="2025-03-01"),
        Column("construction_started_on", "开工日期", "date", synonyms=("开工建设日期",)),
        Column("operation_started_on", "投产日期", "date", synonyms=("投入生产日期", "投入运行日期")),
        Column("completed_on", "竣工验收日期", "date", synonyms=("建成日期", "验收日期")),
        Column("radiation", "核与辐射", "yes_no", synonyms=("辐射类", "是否辐射"), example="否"),
        Column("eia_catalogue", "环评分类", max_length=40, synonyms=("环评类别",), example="报告书"),
    )  # fmt: skip


def _waste() -> tuple[Column, ...]:
    return (
        Column("hw_tonnes_per_year", "危险废物年产生量（吨）", "number", synonyms=("危废年产生量", "危险废物年产生量", "危废产生量"), example="12.5"),
        Column("hw_self_disposal", "自行处置危险废物", "yes_no", synonyms=("危废自行处置",), example="否"),
    )  # fmt: skip


def _risk(lists: Lists) -> tuple[Column, ...]:
    if not lists.flags:
        return ()
    first = next(iter(lists.flags.values()))
    return (
        Column("flags", "风险标记", max_length=4000, help=f"标记|发生日期|依据；可以写：{'、'.join(lists.flags.values())}"[:900],
               example=f"{first}|2026-03-02|处罚决定书文号"),
    )  # fmt: skip


def _labels(book: Rulebook | None) -> tuple[Column, ...]:
    """Label groups of the rulebook; a group called like one of our own columns takes a longer title."""
    return tuple(
        Column(TAG + group, f"标识：{group}", "words", max_length=60, synonyms=(f"标识-{group}",))
        for group in (book.register.labels if book else ())
    )


def values_for_model(values: Mapping[str, Any]) -> dict[str, Any]:
    """Column values that are plain fields of Target."""
    special = {"uid", "area", "unit", "flags", *HELD, "uscc", "permit_number", "permit_from", "permit_until",
               "legal_representative", "entity_type", "registration_authority", "founded_on"}  # fmt: skip
    return {key: value for key, value in values.items() if key not in special and not key.startswith(TAG)}

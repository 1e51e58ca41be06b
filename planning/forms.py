"""What planners type in. The rules themselves are in policies and actions."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms

from foundation.organisation.models import Unit
from foundation.rulebook.library import available
from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from foundation.rulebook.tables import Quota as Line
from planning.models import AnnualPlan, AreaProfile, Drawn, PlannedNumber, PlanTask
from planning.rules import months as monthly
from planning.rules import naming, principles
from planning.rules.terms import long_zh, rate_text
from registry.models import InspectionItem

KIND_LABELS = {
    "department": "本部门随机抽查",
    "internal_joint": "内部联合抽查",
    "joint_departments": "部门联合抽查",
}
MODE_LABELS = {
    "onsite": "现场检查", "offsite": "非现场监管", "documents": "书面检查", "third_party_assisted": "委托第三方辅助检查",
    "remote_sensing": "遥感监测", "drone": "无人机巡检", "outfall_sampling": "对外排污口取样监测",
}  # fmt: skip


class PlanForm(forms.Form):
    mark_optional = True
    year = forms.IntegerField(label="年度", min_value=2015, max_value=2100)
    kind = forms.ChoiceField(label="计划类型")
    provisional = forms.BooleanField(
        label="这是暂行计划",
        required=False,
        help_text="年度计划批准前就要抽取时用：按规则书的最低比例，年度计划批准后接续。",
    )
    name = forms.CharField(
        label="计划名称", max_length=200, required=False, help_text="不填则按机构和年度取名。"
    )

    def __init__(self, *args: Any, book: Rulebook, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind, KIND_LABELS[kind]) for kind in book.plan.kinds]


class TaskForm(forms.Form):
    """`rates` are percents for populations and units per officer otherwise; empty = the rulebook's own."""

    mark_optional = True
    name = forms.CharField(label="抽查任务", max_length=200)
    items = forms.ModelMultipleChoiceField(
        InspectionItem.objects.none(), label="抽查事项", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="只列已公布的事项。",
    )  # fmt: skip
    rates = forms.CharField(label="本局比例", required=False)
    rates_reason = forms.CharField(label="提高比例的理由", max_length=300, required=False)
    method = forms.ChoiceField(label="检查方式")
    directed = forms.BooleanField(label="定向抽取", required=False)
    offices = forms.CharField(label="检查主体", help_text="几个科室用顿号隔开。")
    not_joint_reason = forms.CharField(
        label="不能联合的理由", max_length=300, required=False,
        help_text="事项与别的部门或科室共同负责、这项却单独查的填；会印在计划里。",
    )  # fmt: skip
    note = forms.CharField(label="备注", max_length=300, required=False)

    def __init__(self, *args: Any, task: PlanTask, book: Rulebook, **kwargs: Any) -> None:
        line = book.line(task.line)
        kwargs.setdefault("initial", _initial(task, line))
        super().__init__(*args, **kwargs)
        self.line = line
        modes = book.item(line.item).modes if line.item else book.inspection.modes
        self.fields["method"].choices = [(mode, MODE_LABELS[mode]) for mode in modes]
        published = InspectionItem.objects.filter(organisation=task.plan.organisation, status="published")
        self.fields["items"].queryset = published.order_by("code")
        if book.draw.directed == "no":
            del self.fields["directed"]
        if task.plan.is_joint or len(book.plan.kinds) == 1:
            del self.fields["not_joint_reason"]
        if line.basis == "manual" or line.local:
            del self.fields["rates"], self.fields["rates_reason"]
        else:
            self.fields["rates"].help_text = _rates_help(line)

    def clean_rates(self) -> list[Decimal]:
        return read_rates(self.cleaned_data["rates"], percent=self.line.basis == "population")

    def clean_offices(self) -> list[str]:
        return read_list(self.cleaned_data["offices"])


def read_list(text: str) -> list[str]:
    return [word.strip() for word in text.replace("，", "、").split("、") if word.strip()]


def read_rates(text: str, *, percent: bool) -> list[Decimal]:
    """30% 、 25%, or 1:3. raises: ValidationError that shows how to write it"""
    try:
        return [
            _rate(word, percent=percent) for word in read_list(text.replace(",", "、").replace("％", "%"))
        ]
    except InvalidOperation:
        example = "30% 或 30%、30%、25%、25%" if percent else "1:3 或 2、3、2、3"
        raise forms.ValidationError(f"比例没有看懂，请写成 {example}。") from None


def _rate(word: str, *, percent: bool) -> Decimal:
    if not percent:
        return Decimal(word.removeprefix("1:").removeprefix("1：")).normalize()
    return Decimal(word.rstrip("%")) / 100 if word.endswith("%") else Decimal(word)


def _rates_help(line: Line) -> str:
    shown = "、".join(rate_text(line, rate) for rate in line.rates)
    return f"规则书为 {shown}；只能更高。不填按规则书。一个数通用，或逐期写 {line.periods} 个。"


def _initial(task: PlanTask, line: Line) -> dict[str, Any]:
    return {
        "name": task.name, "items": task.items.all(), "method": task.method, "directed": task.directed,
        "offices": "、".join(task.offices), "note": task.note, "not_joint_reason": task.not_joint_reason, "rates_reason": task.rates_reason,
        "rates": "、".join(rate_text(line, Decimal(rate)) for rate in task.rates),
    }  # fmt: skip


class ManualForm(forms.Form):
    number = forms.IntegerField(label="数量", min_value=0)
    source = forms.CharField(label="来源文件", max_length=200)


class IssueForm(forms.Form):
    number = forms.CharField(label="文号", max_length=60)
    issued_on = forms.DateField(label="印发日期", widget=forms.DateInput(attrs={"type": "date"}))


class DayForm(forms.Form):
    day = forms.DateField(label="日期", widget=forms.DateInput(attrs={"type": "date"}))


class EvidenceForm(forms.Form):
    """Why one departs from a rule, and what proves it."""

    mark_optional = True
    reason = forms.CharField(label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    evidence = forms.CharField(label="证据", max_length=300, help_text="文件名称、文号或案号。")
    file = forms.FileField(
        label="证据文件",
        required=False,
        help_text="扫描件、照片或文件，jpg、png、pdf、docx、xlsx，不超过 20 MB；上传即算指纹。",
    )
    no_file_reason = forms.CharField(
        label="没有文件的理由",
        max_length=200,
        required=False,
        help_text="没有文件可附时必填，随例外一起列示。",
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("file") and not data.get("no_file_reason") and "file" not in self.errors:
            self.add_error("file", "请附证据文件；确实没有的，在下面写明为什么没有。")
        return data


class OverrideForm(EvidenceForm):
    field_order = ("rule", "target", "reason", "evidence", "file", "no_file_reason")
    rule = forms.ChoiceField(label="要例外的规则")
    target = forms.CharField(label="检查对象编号", max_length=64, help_text="在名录页可以查到。")

    def __init__(self, *args: Any, book: Rulebook, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rule"].choices = overridable(book, "target")


class ExceptionForm(EvidenceForm):
    """Any exception of a year: for one target, for all of a line, or for a date of the year."""

    field_order = ("year", "rule", "line", "target", "reason", "evidence", "file", "no_file_reason")
    year = forms.IntegerField(label="年度", min_value=2015, max_value=2100)
    rule = forms.ChoiceField(label="要例外的规则")
    line = forms.ChoiceField(label="适用的配额", required=False)
    target = forms.CharField(
        label="检查对象编号",
        max_length=64,
        required=False,
        help_text="只为一家申请时填；期限、抽取时间的例外不填。",
    )

    def __init__(self, *args: Any, book: Rulebook, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rule"].choices = overridable(book)
        lines = [(line.id, naming.line_name(book, line)) for line in book.quotas if line.role == "draw"]
        self.fields["line"].choices = [("", "不限（只为一家，或期限、时间）"), *lines]


def overridable(book: Rulebook, about: str = "") -> list[tuple[str, str]]:
    """Rules one may depart from, with their clause. about: "target" = only those that name a target or a line"""
    return [
        (rule.id, f"{rule.zh}（{rule.clause}）")
        for rule in principles.open_to_exception(book)
        if about in ("", rule.about)
    ]


class DetailsForm(forms.Form):
    """Head of a plan; the lead and the level only where several make it together."""

    mark_optional = True
    name = forms.CharField(label="计划名称", max_length=200)
    lead = forms.ModelChoiceField(
        Unit.objects.none(),
        label="发起科室",
        required=False,
        empty_label="请选择",
        help_text="谁发起、谁组织、谁负责。",
    )
    lead_kind = forms.ChoiceField(label="牵头方", choices=AnnualPlan.LeadKind.choices, required=False)
    lead_name = forms.CharField(
        label="牵头单位", max_length=100, required=False, help_text="别的部门牵头、本局参与时填。"
    )
    level = forms.CharField(label="实施层级", max_length=60, required=False, help_text="例如 市级、区县级。")
    superior_document = forms.CharField(
        label="上级计划", max_length=200, required=False, help_text="文件名称或文号。"
    )
    superior_issued_on = forms.DateField(
        label="上级计划印发日期", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    weighed = forms.CharField(
        label="统筹考虑", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写明区域环境质量、污染源和人员数量、面积、风险等怎样影响频次和比例。",
    )  # fmt: skip

    def __init__(self, *args: Any, plan: AnnualPlan, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {name: getattr(plan, name) for name in self.base_fields})
        super().__init__(*args, **kwargs)
        if plan.is_joint:
            self.fields["lead"].queryset = Unit.objects.filter(organisation=plan.organisation).order_by(
                "code"
            )
        else:
            for name in ("lead", "lead_kind", "lead_name", "level"):
                del self.fields[name]

    def clean_lead_kind(self) -> str:
        return self.cleaned_data["lead_kind"] or AnnualPlan.LeadKind.OWN


class AreaForm(forms.Form):
    """What a bureau writes of one area."""

    mark_optional = True
    quality = forms.CharField(
        label="环境质量", max_length=200, required=False, help_text="例如 断面Ⅲ类，优良天数 85%。"
    )
    quality_source = forms.CharField(
        label="环境质量来源", max_length=200, required=False, help_text="例如 2025年度监测年报。"
    )
    square_km = forms.DecimalField(
        label="面积（平方公里）", max_digits=9, decimal_places=2, min_value=0, required=False
    )
    visits_per_day = forms.IntegerField(
        label="一组一天能查几家",
        min_value=1,
        max_value=20,
        initial=1,
        help_text="本局自己的估计，用来算路程，不是规定的数。",
    )
    trip_days = forms.DecimalField(
        label="每出去一天另在路上几天", max_digits=3, decimal_places=1, min_value=0, initial=0,
        help_text="当天来回填 0；半天填 0.5。也是本局估计。",
    )  # fmt: skip

    def __init__(self, *args: Any, profile: AreaProfile | None, **kwargs: Any) -> None:
        if profile:
            kwargs.setdefault("initial", {name: getattr(profile, name) for name in self.base_fields})
        super().__init__(*args, **kwargs)


class PlanFileForm(forms.Form):
    title = forms.CharField(
        label="文件名称", max_length=200,
        error_messages={"required": "请填写，例如 跨部门抽查工作规范。", "max_length": "最多 200 个字，请缩短。"},
    )  # fmt: skip
    file = forms.FileField(
        label="文件", allow_empty_file=True, error_messages={"required": "请选一个文件，jpg、png、pdf、docx 或 xlsx。"}
    )  # fmt: skip


class AgreementForm(forms.Form):
    agreed_on = forms.DateField(
        label="同意日期", widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "请填写。", "invalid": "请写成 2026-01-20 这样的日期。"},
    )  # fmt: skip
    agreement = forms.CharField(
        label="同意的文件", max_length=200,
        error_messages={"required": "请填写，例如 复函〔2026〕3号。", "max_length": "最多 200 个字，请缩短。"},
    )  # fmt: skip


class MonthsForm(forms.Form):
    """One whole number per month of a period; all empty = even."""

    def __init__(self, *args: Any, number: PlannedNumber, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wanted = [f"m{month}" for month in monthly.months_of(Period.parse(number.period))]
        for name in self.wanted:
            self.fields[name] = forms.IntegerField(min_value=0, required=False)

    @property
    def months(self) -> list[int]:
        given = [self.cleaned_data[name] for name in self.wanted]
        return [] if all(value is None for value in given) else [value or 0 for value in given]


class MakeUpForm(forms.Form):
    """How many of which later period; who they are stays closed. rows: surplus targets of later periods, last drawn first"""

    period = forms.ChoiceField(label="用哪一期多抽的")
    count = forms.IntegerField(label="家数", min_value=1)
    reason = forms.CharField(label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
                             help_text="当时为什么没有抽足，这次在哪次抽取会加抽。")  # fmt: skip

    def __init__(self, *args: Any, rows: Sequence[Drawn], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        spare = Counter(row.period for row in rows)
        self.fields["period"].choices = [
            (period, f"{long_zh(Period.parse(period))}，多抽 {count} 家")
            for period, count in sorted(spare.items())
        ]

    @property
    def drawn(self) -> list[Drawn]:
        of_period = [row for row in self.rows if row.period == self.cleaned_data["period"]]
        return of_period[: self.cleaned_data["count"]]

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        spare = sum(row.period == data.get("period") for row in self.rows)
        if data.get("count", 0) > spare and "period" in data:
            self.add_error("count", f"这一期只多抽了 {spare} 家。请改为不超过 {spare}。")
        return data


class NoteForm(forms.Form):
    mark_optional = True
    text = forms.CharField(
        label="解释", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}), help_text="这条规则在本局怎么理解、怎么执行；不能改变规则书的数"
    )  # fmt: skip
    document = forms.CharField(
        label="解释的文件", max_length=200, required=False, help_text="文号；没有发文的不填"
    )


class AdoptionForm(forms.Form):
    rulebook = forms.ChoiceField(label="规则书")
    effective_from = forms.DateField(label="自何日起采用", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rulebook"].choices = [
            (book.id, f"{book.zh}（{book.id}）") for book in available().values()
        ]


class SimulationForm(forms.Form):
    runs = forms.TypedChoiceField(
        label="模拟多少年",
        coerce=int,
        initial=1000,
        choices=[(100, "100 年（约 1 秒）"), (1000, "1,000 年"), (5000, "5,000 年")],
    )
    seed = forms.IntegerField(
        label="种子", min_value=0, max_value=999_999_999, initial=1, help_text="同一种子结果相同。"
    )


class DutyForm(forms.Form):
    duty = forms.CharField(max_length=80, widget=forms.HiddenInput)
    done_on = forms.DateField(label="办结日期", widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(label="文号或去向", max_length=200)

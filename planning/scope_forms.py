"""Forms with a scope in them: a task of the bureau's own, and the wider scope of a task of the book."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms

from foundation.organisation.models import Organisation
from foundation.rulebook.model import Rulebook
from foundation.rulebook.tables import Quota as Line
from planning import scoping
from planning.actions.own_lines import Terms
from planning.forms import MODE_LABELS, read_list, read_rates
from planning.models import AnnualPlan, PlanTask
from planning.rules.own_lines import OwnLine, raw_of
from planning.rules.principles import DAILY
from planning.rules.terms import PERIOD_ZH, rate_text
from registry.models import InspectionItem

LABELS = {
    "tier": "监管类别", "kind": "对象类型", "area": "片区", "category": "范围标识", "label": "标识", "permit_class": "排污许可管理类别",
    "control_level": "控制级别", "credit_grade": "信用等级", "flag": "风险标志",
}  # fmt: skip
BASES = [("population", "按对象数的比例"), ("officers", "按在编在岗人数"), ("manual", "固定家数")]
_SCOPE = "scope_"


class ScopeForm(forms.Form):
    """Ticks per condition: one of several inside a condition, every condition at once."""

    mark_optional = True

    def __init__(
        self,
        *args: Any,
        choices: Mapping[str, Sequence[tuple[str, str]]],
        scope: Mapping[str, Any],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name in scoping.FIELDS:
            if choices[name]:
                self.fields[_SCOPE + name] = forms.MultipleChoiceField(
                    label=LABELS[name], choices=choices[name], required=False, widget=forms.CheckboxSelectMultiple,
                    initial=scope.get(name, []),
                )  # fmt: skip

    @property
    def scope_fields(self) -> list[forms.BoundField]:
        return [bound for bound in self if bound.name.startswith(_SCOPE)]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        return [bound for bound in self if not bound.name.startswith(_SCOPE)]

    @property
    def when(self) -> list[dict[str, Any]]:
        """One alternative, [] when nothing is ticked: everybody."""
        ticked = {name: self.cleaned_data.get(_SCOPE + name) or [] for name in scoping.FIELDS}
        one = {name: list(values) for name, values in ticked.items() if values}
        return [one] if one else []


@dataclass(frozen=True)
class Start:
    """initial: of plain fields · scope: ticks per condition"""

    initial: Mapping[str, Any] = field(default_factory=dict)
    scope: Mapping[str, Any] = field(default_factory=dict)


NOTHING = Start()


def beside(task: PlanTask, line: Line) -> Start:
    """A task of one's own next to one of the book whose scope cannot grow: same scope, period, people and items, a name of
    its own; number and document are the planner's.
    """
    drawn_by_share = "population" if line.basis == "population" else "manual"
    return Start(
        {
            "name": f"{task.name}（本局加查）", "bodies": list(line.bodies), "period": line.period, "basis": drawn_by_share,
            "method": task.method, "offices": "、".join(task.offices), "items": task.items.all(),
        },
        scoping.editable(line) or {},
    )  # fmt: skip


def lower_grades(book: Rulebook) -> Start:
    """Everybody but the best grade: what is drawn more, so that the best stay at the book's floor. source: NM-25.5, WL-7.5"""
    worse = list(book.register.credit_grades[1:])
    return Start({"name": "信用较低的加查"} if worse else {}, {"credit_grade": worse} if worse else {})


class WeightForm(ScopeForm):
    """One rule: who, how many tickets, why."""

    weight = forms.IntegerField(label="权重", help_text="2 到 20 的整数，几就是几张签。")
    reason = forms.CharField(
        label="理由", max_length=200, help_text="公开的依据，例如 上年被处罚、信访投诉多；会在抽取会上公开。"
    )

    @property
    def row(self) -> dict[str, Any]:
        return {
            "when": self.when,
            "weight": self.cleaned_data["weight"],
            "reason": self.cleaned_data["reason"],
        }


class WidenForm(ScopeForm):
    """Prefilled with the book's own scope where it can be written in ticks, else the ticks are what is added to it."""

    source = forms.CharField(
        label="来源文件",
        max_length=200,
        required=False,
        help_text="扩大了就要写依据，例如 年度监管工作方案的文号。",
    )

    def __init__(self, *args: Any, line: Line, now: OwnLine | None, **kwargs: Any) -> None:
        self.line = line
        ticks = scoping.editable(line)
        self.adds = ticks is None
        shown = (scoping.editable(now) if now else None) or ticks or {}
        kwargs.setdefault("initial", {"source": now.source if now else ""})
        super().__init__(*args, scope=shown, **kwargs)

    @property
    def when(self) -> list[dict[str, Any]]:
        typed = super().when
        return [*raw_of(self.line.when), *typed] if self.adds else typed


class OwnTaskForm(ScopeForm):
    name = forms.CharField(label="抽查任务", max_length=180)
    source = forms.CharField(
        label="来源文件", max_length=200, help_text="规则书以外的任务要有依据，例如 年度监管工作方案的文号。"
    )
    activity = forms.ChoiceField(label="检查活动")
    bodies = forms.MultipleChoiceField(label="由谁抽取", widget=forms.CheckboxSelectMultiple)
    period = forms.ChoiceField(label="周期", choices=list(PERIOD_ZH.items()), initial="quarter")
    basis = forms.ChoiceField(label="数量怎么定", choices=BASES)
    rates = forms.CharField(label="比例", required=False, help_text="10% 或逐期写；按人数算写 1:3。")
    count = forms.IntegerField(
        label="每期家数",
        min_value=0,
        required=False,
        help_text="只在固定家数时填；各期不同的，保存后在任务页逐期改。",
    )
    method = forms.ChoiceField(label="检查方式")
    offices = forms.CharField(
        label="检查主体", required=False, help_text="几个科室用顿号隔开；不填就是抽取主体。"
    )
    items = forms.ModelMultipleChoiceField(
        InspectionItem.objects.none(),
        label="抽查事项",
        widget=forms.CheckboxSelectMultiple,
        help_text="只列已公布的事项。",
    )
    note = forms.CharField(label="备注", max_length=300, required=False)
    below = forms.BooleanField(
        label="只从本年度下级已检查过的对象里抽", required=False, help_text="上级复抽用；与其他条件同时满足"
    )

    def __init__(
        self, *args: Any, plan: AnnualPlan, book: Rulebook, task: PlanTask | None = None, start: Start = NOTHING, **kwargs: Any
    ) -> None:  # fmt: skip
        """start: what a page that leads here has filled in already"""
        line = book.line(task.line) if task else None
        kwargs.setdefault(
            "initial", _initial(task, line) if task and isinstance(line, OwnLine) else start.initial
        )
        super().__init__(*args, scope=(scoping.editable(line) if line else None) or start.scope, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["activity"].choices = [(one.id, one.zh) for one in book.activities if one.random]
        drawing = {body for one in book.quotas for body in one.bodies}
        fields["bodies"].choices = [(body.id, body.zh) for body in book.bodies if body.id in drawing]
        if len(fields["bodies"].choices) == 1:
            fields["bodies"].initial = [fields["bodies"].choices[0][0]]
        fields["method"].choices = [(mode, MODE_LABELS[mode]) for mode in book.inspection.modes]
        published = InspectionItem.objects.filter(organisation=plan.organisation, status="published")
        fields["items"].queryset = published.order_by("code")

    def clean_offices(self) -> list[str]:
        return read_list(self.cleaned_data["offices"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        basis = data.get("basis")
        try:
            data["rates"] = (
                [] if basis == "manual" else read_rates(data.get("rates", ""), percent=basis == "population")
            )
        except forms.ValidationError as unreadable:
            self.add_error("rates", unreadable)
        if basis == "manual" and data.get("count") is None and "count" not in self.errors:
            self.add_error("count", "请填每期家数；没有就填 0。")
        if basis != "manual" and not data.get("rates") and "rates" not in self.errors:
            self.add_error("rates", "请填比例，例如 10%；按人数算写 1:3。")
        return data

    @property
    def when(self) -> list[dict[str, Any]]:
        typed = super().when
        if not self.cleaned_data.get("below"):
            return typed
        return [{**(typed[0] if typed else {}), scoping.CHECKED_BELOW: True}]

    @property
    def terms(self) -> Terms:
        data = {name: self.cleaned_data[name] for name in OwnTaskForm.base_fields if name != "below"}
        if data["basis"] != "manual":
            data["count"] = None
        return Terms(when=self.when, **data)


def _initial(task: PlanTask, line: OwnLine) -> dict[str, Any]:
    first = task.numbers.order_by("period").first()
    return {
        "name": line.zh, "source": line.source, "activity": line.activity or DAILY, "bodies": list(line.bodies), "period": line.period,
        "basis": line.basis, "rates": "、".join(rate_text(line, rate) for rate in line.rates), "count": first.manual if first else None,
        "method": task.method, "offices": "、".join(task.offices), "items": task.items.all(), "note": task.note,
        "below": bool((scoping.editable(line) or {}).get(scoping.CHECKED_BELOW)),
    }  # fmt: skip


def second_look(organisation: Organisation, year: int) -> Start:
    """What a superior's second look starts from; every word of it can still be changed. source: NM-30.2"""
    return Start({
        "name": f"{year}年下级已查对象复抽", "below": True, "period": "year", "basis": "manual",
        "note": f"{organisation.name}从下级当年已抽查的对象中再次抽查，看抽查质量",
    })  # fmt: skip

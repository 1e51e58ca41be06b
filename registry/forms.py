"""Forms of the registers: they convert and check single fields; the rules are in the actions."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.db.models import F

from foundation.organisation.models import Area, Organisation, Unit
from foundation.rulebook.model import Rulebook
from foundation.sheets.columns import tidy
from registry.imports.items import JOINT_LABELS, MODE_LABELS
from registry.models import InspectionItem, PriorInspection, Target
from registry.rules import categories, states, uscc
from registry.rules.tiers import LABELS

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class WordsField(forms.CharField):
    """Several words in one box, separated by 、"""

    def prepare_value(self, value: Any) -> Any:
        return "、".join(value) if isinstance(value, (list, tuple)) else value

    def clean(self, value: Any) -> list[str]:  # type: ignore[override]
        text = super().clean(value)
        return list(dict.fromkeys(tidy(word) for word in re.split(r"[、，,;；\n]+", text) if word.strip()))


class LinesField(forms.CharField):
    """One entry per line."""

    widget = forms.Textarea(attrs={"rows": 4})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, (list, tuple)) else value

    def clean(self, value: Any) -> list[str]:  # type: ignore[override]
        return [tidy(line) for line in super().clean(value).splitlines() if line.strip()]


class TidyField(forms.CharField):
    def to_python(self, value: Any) -> Any:
        return tidy(super().to_python(value) or "")


def _day(label: str, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=DATE, required=options.pop("required", False), **options)


class TargetForm(forms.ModelForm):
    """`values`, `entity`, `permit`, `tags` are what the action takes."""

    mark_optional = True
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    uid = forms.CharField(
        label="对象编号", required=False, max_length=64, help_text="有信用代码的可不填，自动编号"
    )
    name = TidyField(label="名称", max_length=200)
    former_names = WordsField(label="曾用名", required=False, help_text="改名时旧名自动记入；几个用顿号隔开")
    uscc = forms.CharField(
        label="统一社会信用代码", required=False, max_length=40, help_text="18 位；没有的不填"
    )
    legal_representative = TidyField(label="法定代表人", required=False, max_length=60)
    entity_type = TidyField(label="主体类型", required=False, max_length=60)
    registration_authority = TidyField(label="登记机关", required=False, max_length=100)
    founded_on = _day("成立日期")
    reason = TidyField(
        label="修改原因",
        required=False,
        max_length=300,
        help_text="写明依据，例如企业来函、现场核实；记入变更记录",
    )
    permit_number = forms.CharField(label="许可证编号", required=False, max_length=40, help_text="22 位")
    permit_from = _day("许可证有效期起")
    permit_until = _day("许可证有效期止")

    class Meta:
        model = Target
        fields = [
            "kind", "name", "short_name", "area", "unit", "address", "contact", "phone", "industry", "permit_class",
            "key_polluter_list", "control_level", "credit_grade", "positive_list", "positive_list_kind", "approval_level",
            "approved_on", "construction_started_on", "operation_started_on", "completed_on", "radiation", "eia_catalogue",
            "hw_tonnes_per_year", "hw_self_disposal",
        ]  # fmt: skip
        widgets = dict.fromkeys(
            ("approved_on", "construction_started_on", "operation_started_on", "completed_on"), DATE
        )

    def __init__(self, *args: Any, organisation: Organisation, book: Rulebook | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.book = book
        self.fields["area"].queryset = Area.objects.filter(organisation=organisation).order_by("code")
        self.fields["unit"].queryset = Unit.objects.filter(organisation=organisation).order_by("code")
        self.fields["unit"].empty_label = "（未指定）"
        self.fields["approval_level"].choices = [("", "（不是建设项目）"), *Target.ApprovalLevel.choices]
        self._set_grades()
        self._set_categories()
        self._set_tags()
        self._set_entity()
        if self.instance.pk:
            del self.fields["uid"]
            self.fields["reason"].required = True

    def _set_grades(self) -> None:
        grades = self.book.register.credit_grades if self.book else ()
        if grades:
            choices = [("", "未评"), *((grade, grade) for grade in grades)]
            self.fields["credit_grade"] = forms.ChoiceField(
                label="环境信用等级", choices=choices, required=False
            )

    def _set_categories(self) -> None:
        used = categories.used_by(self.book) if self.book else {}
        if used:
            self.fields["categories"] = forms.MultipleChoiceField(
                label="监管类别", choices=list(used.items()), required=False, widget=forms.CheckboxSelectMultiple,
                help_text="规则书里的局部范围标签",
            )  # fmt: skip
        else:
            self.fields["categories"] = WordsField(
                label="监管类别", required=False, help_text="几个用顿号隔开"
            )
        if self.instance.pk:
            self.initial["categories"] = self.instance.categories
            self.initial["former_names"] = self.instance.former_names
            self.initial["version"] = self.instance.version

    def _set_tags(self) -> None:
        """One box per label group of the rulebook."""
        self.groups = list(self.book.register.labels) if self.book else []
        held: dict[str, list[str]] = {}
        if self.instance.pk:
            for tag in self.instance.tags.order_by("id"):
                held.setdefault(tag.group, []).append(tag.value)
        for number, group in enumerate(self.groups):
            self.fields[f"tag_{number}"] = WordsField(label=group, required=False)
            self.initial[f"tag_{number}"] = held.get(group, [])

    def _set_entity(self) -> None:
        entity = self.instance.entity if self.instance.pk else None
        if entity:
            for name in (
                "uscc",
                "legal_representative",
                "entity_type",
                "registration_authority",
                "founded_on",
            ):
                self.initial[name] = getattr(entity, name)
        permit = (
            self.instance.permits.order_by(F("valid_until").desc(nulls_last=True), "-id").first()
            if self.instance.pk
            else None
        )
        if permit:
            self.initial.update(
                permit_number=permit.number, permit_from=permit.valid_from, permit_until=permit.valid_until
            )

    def clean_uscc(self) -> str:
        text = self.cleaned_data["uscc"].strip()
        return _checked(lambda: uscc.parse(text).code) if text else ""

    def clean_permit_number(self) -> str:
        text = self.cleaned_data["permit_number"].strip()
        return _checked(lambda: uscc.parse_permit(text)[0]) if text else ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, end = data.get("permit_from"), data.get("permit_until")
        if start and end and end < start:
            self.add_error("permit_until", f"早于有效期起 {start}。请核对两个日期")
        if (start or end) and not data.get("permit_number") and "permit_number" not in self.errors:
            self.add_error("permit_number", "填了许可证有效期，没有许可证编号。请补上编号")
        return data

    def _post_clean(self) -> None:
        """The instance stays as it is: the action writes it, under a lock."""

    @property
    def values(self) -> dict[str, Any]:
        names = [*self.Meta.fields, "former_names", "categories"]
        values = {name: self.cleaned_data[name] for name in names}
        for name, value in values.items():
            if value is None and not Target._meta.get_field(name).null:
                values[name] = ""
        if self.cleaned_data.get("uid"):
            values["uid"] = self.cleaned_data["uid"].strip()
        return values

    @property
    def entity(self) -> dict[str, Any]:
        names = ("uscc", "legal_representative", "entity_type", "registration_authority", "founded_on")
        return {name: self.cleaned_data[name] for name in names}

    @property
    def permit(self) -> dict[str, Any]:
        return {
            "number": self.cleaned_data["permit_number"],
            "valid_from": self.cleaned_data["permit_from"],
            "valid_until": self.cleaned_data["permit_until"],
        }

    @property
    def tags(self) -> dict[str, list[str]]:
        return {group: self.cleaned_data[f"tag_{number}"] for number, group in enumerate(self.groups)}

    def sections(self) -> list[dict[str, Any]]:
        """Fields in the order of the page."""
        head = [
            "name",
            "kind",
            "uid",
            "short_name",
            "area",
            "unit",
            "address",
            "contact",
            "phone",
            "former_names",
        ]
        return [
            self._section("基本情况", head),
            self._section("市场主体", ["uscc", "legal_representative", "entity_type", "registration_authority", "founded_on"]),
            self._section("监管属性", [
                "industry", "permit_class", "permit_number", "permit_from", "permit_until", "key_polluter_list", "control_level",
                "credit_grade", "positive_list", "positive_list_kind", "categories",
            ]),
            self._section("建设项目", [
                "approval_level", "approved_on", "construction_started_on", "operation_started_on", "completed_on", "radiation",
                "eia_catalogue",
            ]),
            self._section("危险废物", ["hw_tonnes_per_year", "hw_self_disposal"]),
            self._section("标识", [f"tag_{number}" for number in range(len(self.groups))]),
            self._section("为什么改", ["reason"] if self.instance.pk else []),
        ]  # fmt: skip

    def _section(self, legend: str, names: list[str]) -> dict[str, Any]:
        return {"legend": legend, "fields": [self[name] for name in names if name in self.fields]}


def _checked(parse: Any) -> str:
    try:
        return parse()
    except uscc.CodeWrong as error:
        raise forms.ValidationError(error.message) from None


class StatusForm(forms.Form):
    status = forms.ChoiceField(label="改为")
    since = _day("从哪一天起", required=True)
    reason = TidyField(label="原因和依据", max_length=200, help_text="例如停产报告、注销通知书文号")

    def __init__(self, *args: Any, target: Target, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        able = states.STATUS_TRANSITIONS[target.status]
        self.fields["status"].choices = [
            (code, label) for code, label in states.STATUS_LABELS.items() if code in able
        ]


class FlagForm(forms.Form):
    flag = forms.ChoiceField(label="标记")
    happened_on = _day("发生日期", required=True)
    evidence = TidyField(label="依据", max_length=200, help_text="例如处罚决定书文号")

    def __init__(self, *args: Any, book: Rulebook | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["flag"].choices = [(flag.id, flag.zh) for flag in (book.flags if book else ())]


class TierForm(forms.Form):
    body = forms.ChoiceField(label="抽取主体")
    tier = forms.ChoiceField(label="改定为", choices=list(LABELS.items()))
    reason = TidyField(label="理由", max_length=300, help_text="依据的事实或文件；会一直显示在一企一档上")

    def __init__(self, *args: Any, book: Rulebook, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].choices = [(body.id, body.zh) for body in book.bodies]


class PriorForm(forms.Form):
    level = forms.ChoiceField(label="谁检查的", choices=PriorInspection.Level.choices)
    on = _day("检查日期", required=True)
    problem_found = forms.BooleanField(label="发现问题", required=False)
    counted = forms.BooleanField(
        label="计入年度次数",
        required=False,
        initial=True,
        help_text="只有本局的随机抽查计入；举报核查、案件调查、整改复查不计",
    )
    source = TidyField(label="来源", max_length=100, help_text="台账名称或检查任务编号")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_on(self) -> date:
        on = self.cleaned_data["on"]
        if on > self.today:
            raise forms.ValidationError(f"{on} 还没有到，请核对日期")
        return on


CATEGORIES = ("一般检查事项", "重点检查事项")


class ItemForm(forms.Form):
    mark_optional = True
    code = forms.RegexField(
        r"^[0-9A-Za-z._-]{1,32}\Z",
        label="事项编号",
        error_messages={"invalid": "只能用字母、数字和 . _ -，1 至 32 位"},
    )
    name = TidyField(label="抽查事项", max_length=200)
    no = TidyField(label="序号", max_length=20, required=False)
    category = forms.ChoiceField(label="事项类别", required=False)
    owner = TidyField(label="内设机构", max_length=60, required=False, help_text="负责这一事项的科室、大队")
    power_ref = TidyField(label="权责清单编号", max_length=60, required=False)
    offices = WordsField(label="检查主体", required=False, help_text="几个用顿号隔开")
    targets = TidyField(label="检查对象", max_length=300, required=False)
    contents = LinesField(label="检查内容", help_text="一行一条，每条是检查单的一项；要点、标准在事项页另填")
    groups = forms.MultipleChoiceField(
        label="检查内容类别",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="规则书列的检查内容，可多选",
    )
    basis = LinesField(label="检查依据", required=False, help_text="一行一条，写明法律名称和条款")
    modes = forms.MultipleChoiceField(
        label="检查方式", choices=list(MODE_LABELS.items()), widget=forms.CheckboxSelectMultiple
    )
    joint = forms.ChoiceField(
        label="联合检查", choices=list(JOINT_LABELS.items()), help_text="部门联合的列入部门联合抽查事项清单"
    )
    partners = WordsField(label="配合部门", required=False, help_text="部门联合事项才填，几个用顿号隔开")
    expertise = forms.ChoiceField(
        label="所需专长", required=False,
        help_text="检查组里至少一人要有。不选的，按对象的监管类别与人员专长同名匹配。列表取自检查人员的专长字典",
    )  # fmt: skip
    third_party = forms.BooleanField(label="可委托第三方协助（只作辅助，不得独立检查）", required=False)

    def __init__(
        self, *args: Any, item: InspectionItem | None = None, book: Rulebook | None = None, words: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        known = dict.fromkeys([*words, *([item.expertise] if item and item.expertise else [])])
        self.fields["expertise"].choices = [
            ("", "不指定（按监管类别同名匹配）"),
            *((word, word) for word in known),
        ]
        if book and book.item_rules.legal_basis_required:
            self.fields["basis"].required = True
        _choose(self.fields["category"], ["", *CATEGORIES, item.category if item else ""])
        _choose(
            self.fields["groups"],
            [*(book.item_rules.contents if book else ()), *(item.groups if item else ())],
        )
        if not self.fields["groups"].choices:
            del self.fields["groups"]
        if item:
            del self.fields["code"]
            for name in self.fields:
                self.initial.setdefault(name, getattr(item, name))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("joint") == "external" and not data.get("partners") and "partners" not in self.errors:
            self.add_error("partners", "部门联合事项要写明配合部门。请填写，或改成不联合")
        return data

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "code"}


def _choose(field: forms.Field, words: list[str]) -> None:
    field.choices = [(word, word or "未分类别") for word in dict.fromkeys(words)]  # type: ignore[attr-defined]


class ReviewForm(forms.Form):
    """`values()` are what the action takes besides who and when."""

    mark_optional = True
    period = forms.ChoiceField(label="复核哪一期")
    unit = forms.ModelChoiceField(
        label="单位", queryset=Unit.objects.none(), required=False, empty_label="全部名录",
        help_text="各单位分别报清单的，逐个登记",
    )  # fmt: skip
    added = forms.IntegerField(label="新增", min_value=0, initial=0)
    closed = forms.IntegerField(label="关停、取缔", min_value=0, initial=0)
    changed = forms.IntegerField(label="其他变更", min_value=0, initial=0)
    material = forms.CharField(
        label="依据的清单或材料", max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="没有增减的，写“无新增、无关停”", error_messages={"required": "请写明依据的清单或材料"},
    )  # fmt: skip

    def __init__(
        self, *args: Any, periods: list[tuple[str, str]], organisation: Organisation, **given: Any
    ) -> None:
        super().__init__(*args, **given)
        self.fields["period"].choices = periods
        self.fields["unit"].queryset = Unit.objects.filter(organisation=organisation).order_by("code")

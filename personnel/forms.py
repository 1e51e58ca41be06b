"""What is typed about an inspector, a leave, an account, an import."""

import re
from typing import Any

from django import forms
from django.utils import timezone

from foundation.errors import RuleBroken
from foundation.organisation.models import Area, Organisation, Unit, User
from foundation.organisation.pages import over_version
from foundation.rulebook.model import Rulebook
from foundation.workdays.rules import check_plausible
from personnel.models import Absence, Assistant, Certificate, Inspector, Posting, Speciality

FIELDS = (
    "uid", "name", "sex", "unit", "post", "phone", "duty", "certificate_no", "certificate_type", "certificate_issuer",
    "certificate_issued_on", "certificate_valid_until", "established", "specialities", "service_since",
)  # fmt: skip
PAPER = (
    "certificate_no",
    "certificate_type",
    "certificate_issuer",
    "certificate_issued_on",
    "certificate_valid_until",
)
GROUPS = (
    ("基本情况", ("name", "sex", "unit", "post", "phone", "uid", "duty", "service_since")),
    (
        "执法证",
        (
            "certificate_no",
            "certificate_type",
            "certificate_issuer",
            "certificate_issued_on",
            "certificate_valid_until",
        ),
    ),
    ("抽取所用", ("areas", "specialities", "established", "posted_since", "effective_on")),
)
_WORDS = re.compile(r"[、，,;；\n]+")


def ask_for(fields: dict[str, forms.Field]) -> None:
    """An empty compulsory field is named, with what to do."""
    for field in fields.values():
        verb = "选择" if isinstance(field, forms.ChoiceField | forms.FileField) else "填写"
        field.error_messages["required"] = f"请{verb}{field.label}。"


def day_field(label: str, **options: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, widget=widget, **options)


class InspectorForm(forms.ModelForm):
    """Create or edit; `version` is what the editor has read."""

    mark_optional = True
    certificate_issued_on = day_field("发证日期", required=False)
    certificate_valid_until = day_field("有效期至", required=False)
    service_since = day_field("从事本岗位起始", required=False)
    specialities = forms.CharField(
        label="业务专长", required=False, help_text="几个专长用顿号隔开，例如 水、危险废物"
    )
    areas = forms.ModelMultipleChoiceField(
        Area.objects.none(), label="片区", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="负责哪些乡镇、园区；不选表示不分片",
    )  # fmt: skip
    posted_since = day_field("到岗日期", required=False, help_text="不填表示建档以前就在岗")
    effective_on = day_field(
        "变动自哪天起", required=False, help_text="改了单位、职务或在编才用到；不填就是今天"
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Inspector
        fields = FIELDS

    def __init__(self, *args: Any, organisation: Organisation, book: Rulebook | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation, self.instance.organisation = organisation, organisation
        self.fields["unit"].queryset = Unit.objects.filter(organisation=organisation).order_by("code")
        self.fields["areas"].queryset = Area.objects.filter(organisation=organisation).order_by("code")
        self.fields["uid"].required = False
        self.fields["uid"].help_text = "不填就用执法证号；没有执法证的填工号"
        for name in book.personnel.fields if book else ():
            self.fields[name].required = not name.startswith("certificate_")
        ask_for(self.fields)
        if self.instance.pk:
            for name in ("uid", "posted_since", *PAPER):
                del self.fields[name]
            self.initial["areas"] = list(self.instance.areas.values_list("pk", flat=True))
            self.initial["specialities"] = "、".join(self.instance.specialities)
            self.initial["version"] = self.instance.version
        else:
            del self.fields["effective_on"]
        words = Speciality.objects.of(organisation).offered().order_by("word").values_list("word", flat=True)
        if words:
            self.fields[
                "specialities"
            ].help_text = f"字典：{'、'.join(words)}。几个用顿号隔开，字典之外的也可以写"

    def clean_specialities(self) -> list[str]:
        words = [word.strip() for word in _WORDS.split(self.cleaned_data["specialities"]) if word.strip()]
        if any(len(word) > 40 for word in words):
            raise forms.ValidationError("每个专长最多 40 个字。请用顿号隔开。")
        return list(dict.fromkeys(words))

    def clean_uid(self) -> str:
        return self._free("uid", "人员编号")

    def clean_certificate_no(self) -> str:
        return self._free("certificate_no", "执法证号")

    def _free(self, name: str, what: str) -> str:
        value = self.cleaned_data[name].strip()
        other = (
            Inspector.objects.of(self.organisation)
            .filter(**{name: value})
            .exclude(pk=self.instance.pk)
            .first()
        )
        if value and other:
            raise forms.ValidationError(f"{what} {value} 已登记在{other.name}名下。请核对。")
        return value

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        issued, until = cleaned.get("certificate_issued_on"), cleaned.get("certificate_valid_until")
        if cleaned.get("certificate_no") and not until and "certificate_valid_until" not in self.errors:
            self.add_error("certificate_valid_until", "填了执法证号就要填有效期至。")
        if issued and until and until < issued:
            self.add_error("certificate_valid_until", f"早于发证日期 {issued}。请核对两个日期。")
        if not self.instance.pk and not cleaned.get("uid") and not cleaned.get("certificate_no"):
            self.add_error("uid", "没有执法证的人员要填人员编号（工号）。")
        return cleaned

    def again(self, version: int) -> "InspectorForm":
        """The same form, to be saved over the version that came between."""
        self.data = over_version(self.data, version)
        return self

    def values(self) -> dict[str, Any]:
        """Model fields without the areas, as the actions take them."""
        return {name: self.cleaned_data[name] for name in FIELDS if name in self.fields}

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [(legend, [self[name] for name in names if name in self.fields]) for legend, names in GROUPS]


class AbsenceForm(forms.Form):
    mark_optional = True
    reason = forms.ChoiceField(label="原因", choices=Absence.Reason.choices)
    since = day_field("起")
    until = day_field("止", required=False, help_text="还不知道哪天回来可以不填，回来后再补")
    note = forms.CharField(label="说明", required=False, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_for(self.fields)


class ReturnForm(forms.Form):
    until = day_field("离岗到哪一天")


class AccountForm(forms.Form):
    user = forms.ModelChoiceField(
        User.objects.none(), label="登录账号", required=False, empty_label="（不关联）",
        help_text="关联后，本人登录可看自己的档案和检查任务",
    )  # fmt: skip

    def __init__(self, *args: Any, inspector: Inspector, **kwargs: Any) -> None:
        super().__init__(*args, initial={"user": inspector.user_id}, **kwargs)
        taken = Inspector.objects.exclude(user=None).exclude(pk=inspector.pk)
        free = User.objects.filter(organisation=inspector.organisation, is_active=True)
        self.fields["user"].queryset = free.exclude(pk__in=taken.values("user")).order_by("username")
        self.fields["user"].label_from_instance = lambda user: f"{user.name}（{user.username}）"


class CertificateForm(forms.ModelForm):
    """A certificate of one person; with `reason` when what is on file is corrected."""

    mark_optional = True
    issued_on = day_field("发证日期", required=False)
    valid_until = day_field("有效期至")
    reason = forms.CharField(label="为什么更正", max_length=200)

    class Meta:
        model = Certificate
        fields = ("number", "kind", "issuer", "issued_on", "valid_until", "entitles", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            del self.fields["reason"]
        ask_for(self.fields)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        issued, until = cleaned.get("issued_on"), cleaned.get("valid_until")
        if issued and until and until < issued:
            self.add_error("valid_until", f"早于发证日期 {issued}。请核对两个日期。")
        return cleaned

    def _post_clean(self) -> None:
        """The action writes; the instance stays as it is on file."""

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class RevokeForm(forms.Form):
    revoked_on = day_field("自哪天起作废")
    reason = forms.CharField(label="原因", max_length=200, help_text="例如调离、遗失补办、被吊销")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_for(self.fields)


class PostingForm(forms.ModelForm):
    """A period in post."""

    mark_optional = True
    since = day_field("起", required=False, help_text="不填表示建档以前就在岗")
    until = day_field("止", required=False, help_text="不填表示至今")
    reason = forms.CharField(label="原因和依据", max_length=200, help_text="例如任免文件文号")

    class Meta:
        model = Posting
        fields = ("unit", "post", "established", "since", "until", "reason")

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.filter(organisation=organisation).order_by("code")
        ask_for(self.fields)

    def _post_clean(self) -> None:
        """The action writes; the instance stays as it is on file."""


class LeaveForm(forms.Form):
    """Leaving the post, or coming back, from a day on; which of the two, says the form, not the state when it arrives."""

    turn = forms.ChoiceField(
        choices=[("leave", "离开岗位"), ("return", "恢复岗位")], widget=forms.HiddenInput
    )
    on = day_field("自哪天起")
    reason = forms.CharField(label="原因", max_length=200, help_text="例如调离、退休、调回执法岗位")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_for(self.fields)


class ViewForm(forms.Form):
    """What the overview pages can be narrowed to; each page names the fields it has."""

    on = day_field("哪一天", required=False)
    start = day_field("从哪天起", required=False)
    by = forms.ChoiceField(label="每列", choices=[("", "一周"), ("day", "一天")], required=False)
    unit = forms.ModelChoiceField(Unit.objects.none(), label="单位", required=False, empty_label="全部")
    area = forms.ModelChoiceField(
        Area.objects.none(), label="片区", required=False, empty_label="全部", to_field_name="code"
    )
    speciality = forms.ChoiceField(label="业务专长", required=False)
    kind = forms.ChoiceField(label="证件类型", required=False)

    def __init__(
        self, data: Any, *, organisation: Organisation, names: tuple[str, ...], **choices: list[str]
    ) -> None:
        super().__init__(data.copy())
        for name in ("on", "start"):
            self.data.setdefault(name, timezone.localdate().isoformat())
        self.fields = {name: self.fields[name] for name in names}
        if "unit" in names:
            self.fields["unit"].queryset = Unit.objects.filter(organisation=organisation).order_by("code")
        if "area" in names:
            self.fields["area"].queryset = Area.objects.filter(organisation=organisation).order_by("code")
        for name, words in choices.items():
            self.fields[name].choices = [("", "全部"), *((word, word) for word in words)]
        self.full_clean()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for name in ("on", "start"):
            try:
                check_plausible(given.get(name), str(self.base_fields[name].label))
            except RuleBroken as broken:
                self.add_error(name, broken.message)
        return given

    def value(self, name: str) -> Any:
        """What was asked for; None for nonsense."""
        return self.cleaned_data.get(name) or None


class AssistantForm(forms.ModelForm):
    """Create or edit; `version` is what the editor has read."""

    mark_optional = True
    valid_from = day_field("委托起")
    valid_until = day_field("委托止")
    specialities = forms.CharField(label="业务专长", required=False, help_text="几个专长用顿号隔开")
    areas = forms.ModelMultipleChoiceField(
        Area.objects.none(),
        label="片区",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="不选表示不限",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Assistant
        fields = (
            "uid", "kind", "name", "institution", "title", "phone", "specialities", "basis", "document", "valid_from",
            "valid_until", "note",
        )  # fmt: skip

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["areas"].queryset = Area.objects.filter(organisation=organisation).order_by("code")
        ask_for(self.fields)
        self.initial["specialities"] = "、".join(self.instance.specialities or ())
        if self.instance.pk:
            del self.fields["uid"]
            self.initial["areas"] = list(self.instance.areas.values_list("pk", flat=True))
            self.initial["version"] = self.instance.version

    def clean_specialities(self) -> list[str]:
        words = [word.strip() for word in _WORDS.split(self.cleaned_data["specialities"]) if word.strip()]
        return list(dict.fromkeys(words))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("valid_from"), cleaned.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", f"早于委托起 {first}。请核对两个日期。")
        return cleaned

    def _post_clean(self) -> None:
        """The action writes; the instance stays as it is on file."""

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.fields}

    def plain(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in ("areas", "version")]

    def again(self, version: int) -> "AssistantForm":
        """The same form, to be saved over the version that came between."""
        self.data = over_version(self.data, version)
        return self


class EndForm(forms.Form):
    ended_on = day_field("自哪天解除")
    reason = forms.CharField(label="原因", max_length=200)


class AssistantFilterForm(forms.Form):
    q = forms.CharField(label="名称、机构、编号、文号", required=False)
    kind = forms.ChoiceField(label="类别", choices=[("", "全部"), *Assistant.Kind.choices], required=False)
    state = forms.ChoiceField(
        label="委托", choices=[("", "全部"), ("now", "在委托期内"), ("over", "不在委托期内")], required=False
    )


class StaffForm(forms.Form):
    """A staff list pasted from a table: name, unit, certificate number, one person a line."""

    staff = forms.CharField(
        label="花名册", widget=forms.Textarea(attrs={"rows": 8}), max_length=40_000,
        help_text="从 Excel 复制“姓名、单位、执法证号”三列粘贴到这里，一行一人；单位和证号可以没有",
        error_messages={"required": "请粘贴花名册，一行一人。"},
    )  # fmt: skip

    def people(self) -> list[tuple[str, str, str]]:
        lines = [
            re.split(r"[\t,，]+| {2,}", line.strip()) for line in self.cleaned_data["staff"].splitlines()
        ]
        rows = [([*map(str.strip, line), "", "", ""])[:3] for line in lines if line and line[0]]
        return [(row[0], row[1], row[2]) for row in rows if row[0] != "姓名"]

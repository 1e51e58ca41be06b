"""Forms convert and complain; they write nothing."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from foundation.organisation.models import Organisation
from inspections.models import Audit, Feedback, FollowUp, Handover, Visit, VisitItem
from inspections.rules import outcomes
from inspections.rules.signing import Signed
from personnel.models import Assistant
from registry.models import CheckPoint, PriorInspection, Target


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **kwargs) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class DispatchForm(forms.Form):
    mark_optional = True
    scheduled_on = forms.DateField(label="检查日期", widget=DateInput())
    mode = forms.ChoiceField(label="检查方式")
    mode_reason = forms.CharField(
        label="理由", required=False, max_length=200, help_text="用默认方式以外的方式时填写"
    )
    assistants = forms.IntegerField(label="协助人数", min_value=0, max_value=20, initial=0)

    def __init__(self, *args, choices: list[tuple[str, str]], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mode"].choices = choices


class AssistantForm(forms.Form):
    assistant = forms.ModelChoiceField(
        queryset=Assistant.objects.none(), label="辅助人员", empty_label="请选择", error_messages={"required": "请选择辅助人员。"}
    )  # fmt: skip
    task = forms.CharField(label="协助内容", max_length=200, help_text="例如采样、仪器操作、资料查阅")

    def __init__(self, *args, people: QuerySet[Assistant], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assistant"].queryset = people
        self.fields["assistant"].label_from_instance = lambda row: (
            f"{row.name}（{row.get_kind_display()}，委托至 {row.valid_until}）"
        )


class WaiveForm(forms.Form):
    activity = forms.ChoiceField(label="代替它的检查")
    prior = forms.ModelChoiceField(
        queryset=PriorInspection.objects.none(), label="那次检查", empty_label="请选择", error_messages={"required": "请选择那次检查。"}
    )  # fmt: skip
    reason = forms.CharField(label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args, activities: dict[str, str], priors, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["activity"].choices = list(activities.items())
        self.fields["prior"].queryset = priors
        self.fields["prior"].label_from_instance = lambda row: f"{row.on} {row.source}"


class TermsForm(forms.ModelForm):
    mark_optional = True

    class Meta:
        model = FollowUp
        fields = ("demand", "due_on", "handed_to")
        widgets = {"due_on": DateInput(), "demand": forms.Textarea(attrs={"rows": 2})}


class CloseForm(forms.Form):
    on = forms.DateField(label="办结日期", widget=DateInput())
    note = forms.CharField(label="复查或办理情况", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class HandoverForm(forms.Form):
    mark_optional = True
    kind = forms.ChoiceField(
        label="文书种类", choices=Handover.Kind.choices, widget=forms.RadioSelect, error_messages={"required": "请选择文书种类。"}
    )  # fmt: skip
    to_whom = forms.CharField(
        label="受移送机关",
        max_length=100,
        help_text="对这个问题有管辖权的机构，如 某县生态环境综合行政执法大队",
    )
    basis = forms.CharField(
        label="移送依据和理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}), help_text="写明依据的条款，为什么由对方处理"
    )  # fmt: skip
    materials = forms.CharField(
        label="随附材料", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}), help_text="如 现场检查记录 1 份、照片 3 张"
    )  # fmt: skip
    sent_on = forms.DateField(label="移送日期", widget=DateInput())


class ReceiptForm(forms.Form):
    mark_optional = True
    received_on = forms.DateField(label="签收日期", widget=DateInput())
    received_by = forms.CharField(label="签收人", max_length=60)
    case_number = forms.CharField(
        label="案号", required=False, max_length=80, help_text="对方立案后填；还没有立案的先空着"
    )


class SpecialForm(forms.Form):
    activity = forms.ChoiceField(
        label="情形", widget=forms.RadioSelect, error_messages={"required": "请选择情形。"}
    )
    target = forms.CharField(
        label="检查对象", max_length=100, help_text="名录里的对象编号、统一社会信用代码或全称"
    )
    reference = forms.CharField(
        label="来源编号", max_length=80, help_text="举报受理号、转办文号、移送函号、监测报告编号等"
    )
    reason = forms.CharField(label="事由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    planned_on = forms.DateField(label="拟检查日期", widget=DateInput())

    def __init__(self, *args, choices: dict[str, str], organisation: Organisation, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.organisation = organisation
        self.fields["activity"].choices = list(choices.items())

    def clean_target(self) -> Target:
        words = self.cleaned_data["target"].strip()
        named = Q(uid=words) | Q(name=words) | Q(entity__uscc=words)
        found = list(Target.objects.filter(named, organisation=self.organisation).order_by("id")[:2])
        if not found:
            raise forms.ValidationError(
                "名录里没有这个对象。请核对编号、信用代码或全称；不在名录里的先登记进名录。"
            )
        if len(found) > 1:
            raise forms.ValidationError("名录里不止一个对象叫这个名称或用这个代码，请填对象编号。")
        return found[0]


class FinishSpecialForm(forms.Form):
    checked_on = forms.DateField(label="检查日期", widget=DateInput())
    problem_found = forms.TypedChoiceField(
        label="结果", choices=[("0", "未发现问题"), ("1", "发现问题")], widget=forms.RadioSelect, coerce=lambda value: value == "1",
        error_messages={"required": "请选择结果。"},
    )  # fmt: skip
    outcome = forms.CharField(label="检查情况", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class ArriveForm(forms.Form):
    mark_optional = True
    steps = forms.MultipleChoiceField(
        label="逐项办理后勾选",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请逐项办理后勾选。"},
    )
    received_by = forms.CharField(label="被检查单位在场人员", max_length=60, required=False)
    code = forms.CharField(
        label="入企码", max_length=80, required=False, help_text="当地使用入企扫码的，填扫码结果"
    )

    def __init__(self, *args, steps: tuple[str, ...], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if steps:
            self.fields["steps"].choices = [(step, step) for step in steps]
        else:
            del self.fields["steps"]


class StatusForm(forms.Form):
    mark_optional = True
    state = forms.ChoiceField(
        label="生产状态", choices=list(outcomes.PRODUCTION.items()), widget=forms.RadioSelect,
        error_messages={"required": "请选择生产状态。"},
    )  # fmt: skip
    note = forms.CharField(
        label="说明", required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="关闭、注销、迁出的，写明现场情况",
    )  # fmt: skip
    sampled = forms.TypedChoiceField(
        label="是否采样", choices=[("yes", "采了样"), ("no", "没有采样")], widget=forms.RadioSelect,
        coerce=lambda word: word == "yes", empty_value=None, error_messages={"required": "请选择是否采样。"},
        help_text="采了样的，要上传现场勘查笔录才能签字",
    )  # fmt: skip
    source = forms.CharField(
        label="所用文件或数据来源", max_length=200, error_messages={"required": "请写明所用的文件号，或平台和时段。"},
        help_text="例如 在线监控平台 2026-11-01 至 11-20 数据",
    )  # fmt: skip

    def __init__(self, *args, sampling: bool, source: bool, **kwargs) -> None:
        """sampling: the rulebook asks whether samples were taken · source: the check is off site"""
        super().__init__(*args, **kwargs)
        if not sampling:
            del self.fields["sampled"]
        if not source:
            del self.fields["source"]

    @staticmethod
    def start(visit: Visit) -> dict[str, Any]:
        said = {None: "", True: "yes", False: "no"}[visit.sampled]
        return {
            "state": visit.production_state, "note": visit.production_note, "sampled": said, "source": visit.off_site_source
        }  # fmt: skip


class ItemForm(forms.Form):
    """One item of a visit: p<id> and n<id> for every check point, then the result."""

    result = forms.ChoiceField(label="本事项结果", required=False)
    note = forms.CharField(
        label="其他情况", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    demand = forms.CharField(
        label="整改要求", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    demand_due_on = forms.DateField(label="整改期限", required=False, widget=DateInput())

    def __init__(self, *args, points: list[CheckPoint], codes: dict[str, str], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.points = points
        blank = "按上面的选择" if points else "请选择"
        self.fields["result"].choices = [("", blank), *outcomes.item_codes(codes).items()]
        for point in points:
            self.fields[f"p{point.pk}"] = forms.ChoiceField(
                label=f"{point.no}．{point.title}", required=False,
                choices=[("clear", "未发现问题"), ("problem", "发现问题"), ("na", "不涉及")],
            )  # fmt: skip
            self.fields[f"n{point.pk}"] = forms.CharField(
                label=f"{point.no}．{point.title}的说明", required=False, max_length=1000
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        found = any(data.get(f"p{point.pk}") == "problem" for point in self.points)
        if found and data.get("result") in ("", outcomes.NO_PROBLEM):
            self.add_error("result", "有发现问题的行，请选处理方式。")
        return data

    def answers(self) -> dict[int, tuple[str, str]]:
        """Check point id → (answer, note) of the lines that were answered."""
        data = self.cleaned_data
        return {p.pk: (data[f"p{p.pk}"], data[f"n{p.pk}"]) for p in self.points if data[f"p{p.pk}"]}

    @staticmethod
    def start(item: VisitItem, answers: dict[int, Any]) -> dict[str, Any]:
        """Initial values from what was saved."""
        values: dict[str, Any] = {
            "result": item.result, "note": item.note, "demand": item.demand, "demand_due_on": item.demand_due_on
        }  # fmt: skip
        for pk, check in answers.items():
            values[f"p{pk}"], values[f"n{pk}"] = check.result, check.note
        return values


class SignForm(forms.Form):
    """Conclusion and signatures; pads send `<name>` (PNG data URL) and `<name>_typed`."""

    outcome = forms.ChoiceField(label="检查结果", required=False)
    summary = forms.CharField(label="检查情况", max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    correction_reason = forms.CharField(
        label="更正理由", required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    enterprise_name = forms.CharField(label="被检查单位签字人姓名", required=False, max_length=60)
    refused = forms.BooleanField(label="拒签或不在场", required=False)
    refusal_note = forms.CharField(label="拒签或不在场的原因", required=False, max_length=200)
    witness_name = forms.CharField(label="见证人姓名和单位", required=False, max_length=60)

    def __init__(self, *args, choices: list[tuple[str, str]], correcting: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = choices
        if not correcting:
            del self.fields["correction_reason"]

    def signatures(self, team: list[tuple[int, str]]) -> list[Signed]:
        """team: (inspector id, registered name), lead first; who left the pad and the name empty has not signed."""
        given = [self._member(pk, name) for pk, name in team]
        return [signed for signed in (*given, *self._enterprise()) if signed is not None]

    def _member(self, pk: int, name: str) -> Signed | None:
        image, typed = self._pad(f"sign-{pk}")
        if not image and not typed:
            return None
        return Signed("inspector", typed or name, pk, image)

    def _enterprise(self) -> list[Signed]:
        data = self.cleaned_data
        image, typed = self._pad("enterprise")
        name = typed or data["enterprise_name"]
        if data["refused"]:
            party = Signed("enterprise", name, refused=True, note=data["refusal_note"])
            witness_image, witness_typed = self._pad("witness")
            witness = witness_typed or data["witness_name"]
            return [party, Signed("witness", witness, image=witness_image)] if witness else [party]
        if not image and not typed:
            return []
        return [Signed("enterprise", name, image=image)]

    def _pad(self, name: str) -> tuple[str, str]:
        return self.data.get(name, ""), self.data.get(f"{name}_typed", "").strip()


def first_error(form: forms.Form) -> str:
    return next(
        (
            f"{form.fields[name].label or ''}：{errors[0]}" if name in form.fields else errors[0]
            for name, errors in form.errors.items()
        ),
        "",
    )


YES_NO = [("1", "是"), ("0", "否")]


def _yes_no(label: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, choices=YES_NO, widget=forms.RadioSelect, coerce=lambda value: value == "1",
        error_messages={"required": "请选择是或否。"},
    )  # fmt: skip


class FeedbackForm(forms.Form):
    """`website` is a trap for machines: people do not see it."""

    mark_optional = True

    rating = forms.ChoiceField(
        label="对这次检查总体评价", choices=Feedback.Rating.choices, widget=forms.RadioSelect,
        error_messages={"required": "请选择总体评价。"},
    )  # fmt: skip
    showed_certificate = _yes_no("检查人员出示了执法证")
    explained = _yes_no("检查人员说明了检查事项和依据")
    statement = forms.CharField(
        label="陈述", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="对检查过程和结果的意见，1000 字以内",
    )  # fmt: skip
    from_name = forms.CharField(label="填写人", required=False, max_length=60)
    website = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_website(self) -> str:
        if self.cleaned_data.get("website"):
            raise forms.ValidationError("提交没有成功，请刷新页面后重填。")
        return ""

    def given(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "website"}


class MonitoringForm(forms.Form):
    """A monitoring on the day of the visit."""

    mark_optional = True
    unit = forms.CharField(label="监测单位", max_length=100, help_text="例如 县生态环境监测站")
    what = forms.CharField(label="点位和项目", max_length=300, help_text="例如 总排口 COD、氨氮")
    sampler = forms.CharField(label="采样人", max_length=100, required=False)


class MonitoringResultForm(forms.Form):
    mark_optional = True
    sampler = forms.CharField(label="采样人", max_length=100)
    result = forms.CharField(label="监测结果", max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    exceeded = forms.TypedChoiceField(
        label="是否超标", choices=[("", "请选择"), ("no", "未超标"), ("yes", "超标")], coerce=lambda word: word == "yes", empty_value=None
    )  # fmt: skip
    file = forms.FileField(
        label="监测报告", help_text="扫描件或照片，jpg、png、pdf、docx、xlsx，不超过 20 MB"
    )


class PartnerForm(forms.Form):
    mark_optional = True
    name = forms.CharField(label="参加部门", max_length=100, help_text="例如 县水利局")
    people = forms.CharField(label="人员", max_length=200, required=False)
    basis = forms.CharField(label="依据", max_length=200, help_text="政府的统一要求、联合方案或函件的文号")


class AuditForm(forms.Form):
    audited = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label="被稽查机构",
        error_messages={"required": "请选择被稽查机构。"},
    )
    method = forms.ChoiceField(label="方式", choices=Audit.Method.choices)
    first = forms.DateField(label="稽查时段起", widget=DateInput())
    last = forms.DateField(label="稽查时段止", widget=DateInput())
    subject = forms.CharField(
        label="稽查内容", max_length=500, widget=forms.Textarea(attrs={"rows": 3}), help_text="例如 抽查比例、亮证和记录、公示期限"
    )  # fmt: skip

    def __init__(self, *args, organisations, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["audited"].queryset = organisations


class FindingForm(forms.Form):
    mark_optional = True
    problem = forms.CharField(label="问题", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    visit = forms.CharField(
        label="检查任务编号", max_length=40, required=False, help_text="问题出在哪次检查；不针对某一次的不填"
    )
    demand = forms.CharField(label="整改要求", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    due_on = forms.DateField(label="整改期限", widget=DateInput())

    def __init__(self, *args, audited: Organisation, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.audited = audited

    def clean_visit(self) -> Visit | None:
        number = self.cleaned_data["visit"].strip()
        if not number:
            return None
        found = Visit.objects.filter(organisation=self.audited, number=number).first()
        if found is None:
            raise forms.ValidationError(f"{self.audited.name}没有这个编号的检查任务，请核对。")
        return found

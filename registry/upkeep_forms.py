"""Forms for keeping the target register: labels, permits, ratings, dictionary, merges, batches."""

from datetime import date
from typing import Any

from django import forms

from foundation.rulebook.model import Rulebook
from registry.forms import DATE, TidyField, WordsField
from registry.models import Target
from registry.rules import credit, states, uscc


def _day(label: str, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=DATE, required=options.pop("required", False), **options)


class PermitForm(forms.Form):
    mark_optional = True
    number = forms.CharField(
        label="许可证编号", max_length=40, help_text="22 位；编号相同的改有效期，不同的另记一张"
    )
    category = forms.ChoiceField(label="管理类别", choices=Target.PermitClass.choices[:3])
    valid_from = _day("有效期起")
    valid_until = _day("有效期止")

    def clean_number(self) -> str:
        try:
            return uscc.parse_permit(self.cleaned_data["number"])[0]
        except uscc.CodeWrong as wrong:
            raise forms.ValidationError(wrong.message) from None


class RatingForm(forms.Form):
    mark_optional = True
    scheme = forms.ChoiceField(
        label="评价办法", choices=[(row.id, row.zh) for row in credit.schemes()],
        help_text="只有规则书用的那套等级才影响层级",
    )  # fmt: skip
    grade = forms.ChoiceField(
        label="等级", choices=[(grade, grade) for grade in dict.fromkeys(g for row in credit.schemes() for g in row.grades)]
    )  # fmt: skip
    rated_on = _day("评定日期", required=True)
    valid_until = _day("有效期止")
    source = TidyField(label="依据", max_length=200, help_text="例如评价结果通报文号")


class LabelForm(forms.Form):
    """Labels of one group; groups are the rulebook's, plus free ones where it allows them."""

    mark_optional = True
    group = forms.CharField(label="标识类别", max_length=40)
    values = WordsField(
        label="标识", required=False, help_text="几个用顿号隔开；清空就是取下这一类的全部标识"
    )
    valid_from = _day("起")
    valid_until = _day("止", help_text="过了这一天会列入“标识已过有效期”")

    def __init__(self, *args: Any, book: Rulebook | None, held: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = list(dict.fromkeys([*(book.register.labels if book else ()), *held]))
        if book and not book.register.free_labels:
            self.fields["group"] = forms.ChoiceField(
                label="标识类别", choices=[(name, name) for name in groups]
            )
        elif groups:
            self.fields["group"].help_text = f"已有：{'、'.join(groups)}；也可以另起一类"


class TermForm(forms.Form):
    mark_optional = True
    group = forms.CharField(label="标识类别", max_length=40)
    value = TidyField(label="标识", max_length=60)
    valid_from = _day("启用日期")
    valid_until = _day("停用日期", help_text="停用后不能再给，已给的保留")
    source = TidyField(label="出处", max_length=200, required=False, help_text="例如绩效分级技术指南文号")

    def __init__(self, *args: Any, book: Rulebook | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if book and not book.register.free_labels:
            choices = [(name, name) for name in book.register.labels]
            self.fields["group"] = forms.ChoiceField(label="标识类别", choices=choices)


class ReasonForm(forms.Form):
    reason = TidyField(label="原因和依据", max_length=300)


class BatchLabelForm(forms.Form):
    group = forms.CharField(label="标识类别", max_length=40)
    values = WordsField(label="加上的标识", help_text="几个用顿号隔开；原有的标识保留")

    def __init__(self, *args: Any, book: Rulebook | None, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if book and not book.register.free_labels:
            choices = [(name, name) for name in book.register.labels]
            self.fields["group"] = forms.ChoiceField(label="标识类别", choices=choices)


class BatchFlagForm(forms.Form):
    flag = forms.ChoiceField(label="标记")
    happened_on = _day("发生日期", required=True)
    evidence = TidyField(label="依据", max_length=200, help_text="例如通报文号；所选对象都用这一条")

    def __init__(self, *args: Any, book: Rulebook | None, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(flag.id, flag.zh) for flag in (book.flags if book else ())]
        self.fields["flag"] = forms.ChoiceField(label="标记", choices=choices)


class BatchStatusForm(forms.Form):
    status = forms.ChoiceField(label="申请改为", choices=list(states.STATUS_LABELS.items()))
    since = _day("从哪一天起", required=True)
    reason = TidyField(label="原因和依据", max_length=200, help_text="每个对象各提一项申请，由分管领导审批")

    def __init__(self, *args: Any, book: Rulebook | None, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["since"].initial = today

"""Forms of the staff pages."""

from django import forms

from disclosure.models import DisclosureTask
from foundation.rulebook.model import Rulebook


class TaskFilter(forms.Form):
    q = forms.CharField(label="名称或编号", required=False, max_length=100)
    kind = forms.ChoiceField(
        label="类别", required=False, choices=[("", "全部"), *DisclosureTask.Kind.choices]
    )
    due_by = forms.DateField(
        label="期限不晚于", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}), help_text="更正和撤回的理由会原样公开"
    )  # fmt: skip


class ExemptionForm(forms.Form):
    exemption = forms.ChoiceField(label="不公开的情形", widget=forms.RadioSelect)
    reason = forms.CharField(
        label="具体理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}), help_text="只在内部报告中列出"
    )  # fmt: skip

    def __init__(self, *args, book: Rulebook, **given) -> None:
        super().__init__(*args, **given)
        self.fields["exemption"].choices = [(word, word) for word in book.disclosure.exempt]


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label="答复", max_length=1000, widget=forms.Textarea(attrs={"rows": 5}), help_text="会公开在这条结果下面，不要写姓名和电话"
    )  # fmt: skip
    accepted = forms.TypedChoiceField(
        label="结论", choices=[("1", "采纳"), ("0", "不采纳")], widget=forms.RadioSelect, coerce=lambda value: value == "1"
    )  # fmt: skip

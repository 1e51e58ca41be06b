"""Forms of the parts of an item and of its legal basis."""

from typing import Any

from django import forms

from foundation.rulebook.model import Rulebook
from registry.forms import DATE, TidyField
from registry.models import ItemScope
from registry.rules.citations import article

SHORT = forms.Textarea(attrs={"rows": 2})


class PointForm(forms.Form):
    """One row of the checklist; a row without 检查项 is left out."""

    mark_optional = False
    title = TidyField(label="检查项", max_length=200, required=False)
    points = TidyField(label="检查要点", max_length=500, required=False, widget=SHORT)
    standard = TidyField(label="检查标准", max_length=500, required=False, widget=SHORT)
    method = TidyField(label="检查方式", max_length=60, required=False)
    key = "title"


class ScopeForm(forms.Form):
    """One line of the item; a row without 检查对象 is left out."""

    mark_optional = False
    quota = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    target = TidyField(label="检查对象", max_length=300, required=False, widget=SHORT)
    size = TidyField(label="现有数量", max_length=40, required=False, help_text="如“约26家”")
    frequency = TidyField(label="抽查频次", max_length=60, required=False, help_text="如“4次/年”")
    period = forms.ChoiceField(
        label="周期", choices=[("", "未定"), *ItemScope.Period.choices], required=False
    )
    ratio = TidyField(
        label="抽查比例", max_length=200, required=False, widget=SHORT, help_text="如“每季度抽查10%”"
    )
    rate = forms.DecimalField(
        label="比例数", max_digits=8, decimal_places=4, min_value=0, required=False, help_text="10% 填 0.1"
    )
    count = TidyField(label="抽取数量", max_length=40, required=False, help_text="如“约12”")
    key = "target"

    def clean_rate(self) -> Any:
        rate = self.cleaned_data["rate"]
        if rate == 0:
            raise forms.ValidationError("比例数要大于 0；没有定比例的空着")
        return rate


class RowSet(forms.BaseFormSet):
    """`rows()` are what the action takes: filled rows in their order; blanked ones are gone."""

    def clean(self) -> None:
        for form in self.forms:
            data = getattr(form, "cleaned_data", {})
            others = [name for name, value in data.items() if value and name not in (form.key, "quota")]
            if others and not data.get(form.key):
                form.add_error(
                    form.key, f"这一行填了{form.fields[others[0]].label}，没有填{form.fields[form.key].label}"
                )

    def rows(self) -> list[dict[str, Any]]:
        return [form.cleaned_data for form in self.forms if form.cleaned_data.get(form.key)]


PointSet = forms.formset_factory(PointForm, formset=RowSet, extra=3, max_num=200, absolute_max=200)
ScopeSet = forms.formset_factory(ScopeForm, formset=RowSet, extra=2, max_num=60, absolute_max=60)


class RevisionForm(forms.Form):
    mark_optional = True
    change = forms.ChoiceField(label="调整事由")
    reason = TidyField(
        label="调整说明",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="改什么、依据哪份文件",
    )

    def __init__(self, *args: Any, book: Rulebook | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = book.item_rules.change_reasons if book else ()
        self.fields["change"].choices = [(word, word) for word in named]  # type: ignore[attr-defined]
        if not named:
            del self.fields["change"]


class BasisForm(forms.Form):
    mark_optional = True
    law = TidyField(label="名称", max_length=120, help_text="不加书名号")
    article = TidyField(label="条", max_length=40, required=False, help_text="如“第二十四条”；全文空着")
    document_no = TidyField(label="文号", max_length=60, required=False)
    text = forms.CharField(
        label="条文",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="照官方文本抄录",
    )
    effective_from = forms.DateField(label="施行日期", widget=DATE, required=False)
    repealed_on = forms.DateField(label="废止日期", widget=DATE, required=False, help_text="现行有效的空着")
    source = TidyField(label="出处", max_length=200, required=False, help_text="核对用的官方文本")

    def clean_article(self) -> str:
        return article(self.cleaned_data["article"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, end = data.get("effective_from"), data.get("repealed_on")
        if start and end and end < start:
            self.add_error("repealed_on", f"早于施行日期 {start}。请核对两个日期")
        return data


class RemapForm(forms.Form):
    mark_optional = True
    old_law = forms.CharField(max_length=120, widget=forms.HiddenInput)
    old_article = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    new_law = TidyField(label="新法律", max_length=120, help_text="不加书名号")
    new_article = TidyField(label="新条", max_length=40, help_text="如“第五十一条”；另一人核对后才改到事项里")
    source = TidyField(label="条号从哪里来", max_length=200, required=False, help_text="核对的人会看到")

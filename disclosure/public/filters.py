"""Search and facets of the results as a GET form: every view has a link of its own."""

import difflib
from typing import Any

from django import forms
from django.db.models import QuerySet

from disclosure.models import Publication
from foundation.sheets.columns import tidy

LONGEST_LIST = 200


class ResultSearch(forms.Form):
    q = forms.CharField(label="企业名称、信用代码或编号", required=False, max_length=100)
    since = forms.DateField(
        label="检查日期自", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(label="至", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    result = forms.ChoiceField(label="结果", required=False)
    tier = forms.ChoiceField(label="层级", required=False)
    area = forms.ChoiceField(label="乡镇", required=False)
    item = forms.ChoiceField(label="事项", required=False)
    updated_since = forms.DateField(
        label="公示日期自", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        for name, values in facets().items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", "全部"), *((value, value) for value in values)]

    def found(self) -> QuerySet[Publication]:
        """Matching current results, newest first; a field that cannot be read is left out and says so."""
        rows = Publication.objects.results().current().newest_first()
        if not self.is_valid():
            rows = rows.none() if set(self.errors) - set(self.fields) else rows
        given = self.cleaned_data
        rows = rows.search(tidy(given.get("q") or ""))
        for name, lookup in _LOOKUPS.items():
            if given.get(name):
                rows = rows.filter(**{lookup: given[name]})
        if given.get("item"):
            rows = rows.filter(items__contains=f"|{given['item']}|")
        return rows.updated_since(given["updated_since"]) if given.get("updated_since") else rows


_LOOKUPS = {
    "since": "happened_on__gte", "until": "happened_on__lte", "result": "status", "tier": "tier", "area": "area",
}  # fmt: skip


def facets() -> dict[str, list[str]]:
    """Values that occur among published results; four queries."""
    rows = Publication.objects.results()
    joined = rows.exclude(items="").values_list("items", flat=True).distinct()[: LONGEST_LIST * 5]
    items = sorted({name for text in joined for name in text.split("|") if name})
    return {
        "result": _distinct(rows, "status"), "tier": _distinct(rows, "tier"), "area": _distinct(rows, "area"),
        "item": items[:LONGEST_LIST],
    }  # fmt: skip


def _distinct(rows: QuerySet[Publication], name: str) -> list[str]:
    values = rows.exclude(**{name: ""}).order_by(name).values_list(name, flat=True).distinct()
    return list(values[:LONGEST_LIST])


def suggestions(words: str) -> list[str]:
    """Names like the one that was not found: 您要找的是不是…"""
    names = Publication.objects.results().values_list("subject", flat=True).distinct()[:5000]
    return difflib.get_close_matches(tidy(words), list(names), n=3, cutoff=0.4)


class ObjectionForm(forms.Form):
    """`website` is a trap for machines: people do not see it."""

    mark_optional = True

    number = forms.CharField(label="公示编号", max_length=40, help_text="写在结果页面上方，如 2026-4-01-003")
    kind = forms.ChoiceField(
        label="要提交什么", choices=[("objection", "异议：认为公示内容有误"), ("statement", "企业陈述：希望刊登在结果下面")],
        widget=forms.RadioSelect, initial="objection",
    )  # fmt: skip
    from_name = forms.CharField(label="您的姓名或单位", max_length=60, help_text="不公开")
    contact = forms.CharField(label="联系方式", max_length=60, help_text="只用来答复，不公开")
    text = forms.CharField(
        label="内容", max_length=1000, widget=forms.Textarea(attrs={"rows": 6}), help_text="写明哪一项不符、依据是什么，1000 字以内"
    )  # fmt: skip
    website = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_website(self) -> str:
        if self.cleaned_data.get("website"):
            raise forms.ValidationError("提交没有成功，请刷新页面后重填。")
        return ""


class ReceiptForm(forms.Form):
    receipt = forms.CharField(label="回执号", max_length=20, help_text="如 20261119-7KQ3MX")

    def clean_receipt(self) -> str:
        return str(self.cleaned_data["receipt"]).strip().upper()

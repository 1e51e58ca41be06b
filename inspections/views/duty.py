"""履职状态: choose an inspector or a target and a day; see, print, export what was assigned and done by then. source: AMB-58"""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from foundation.intake.files import workbook
from foundation.organisation.models import Organisation
from inspections import duty
from inspections.forms import DateInput
from inspections.views.common import need
from personnel.models import Inspector
from registry.models import Target


class DutyForm(forms.Form):
    """Whose or whose target's tasks, and on which day."""

    who = forms.ModelChoiceField(
        label="检查人员", queryset=Inspector.objects.none(), required=False, empty_label="不限"
    )
    target = forms.CharField(label="检查对象编号", max_length=40, required=False)
    on = forms.DateField(
        label="截至哪一天", widget=DateInput(), error_messages={"required": "请填日期", "invalid": "日期写成 2026-11-20"}
    )  # fmt: skip

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation = organisation
        self.fields["who"].queryset = Inspector.objects.of(organisation).order_by("name")

    def clean_target(self) -> Target | None:
        uid = self.cleaned_data["target"].strip()
        if not uid:
            return None
        found = Target.objects.of(self.organisation).filter(uid=uid).first()
        if found is None:
            raise forms.ValidationError("名录里没有这个编号的检查对象，请核对。")
        return found

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and not given.get("who") and not given.get("target"):
            raise forms.ValidationError("请选检查人员，或填检查对象编号。")
        return given


@never_cache
@require_GET
def state(request: HttpRequest) -> HttpResponseBase:
    """?format=xlsx: a table; ?print=1: one sheet of paper."""
    need(request, "personnel.view")
    organisation = request.user.organisation
    asked = any(name in request.GET for name in ("who", "target", "on"))
    form = DutyForm(
        request.GET if asked else None, organisation=organisation, initial={"on": timezone.localdate()}
    )
    if not form.is_valid():
        return render(request, "inspections/duty.html", {"form": form}, status=422 if asked else 200)
    given = form.cleaned_data
    rows = duty.rows_on(
        organisation, given["on"], request.user, inspector=given["who"], target=given["target"]
    )
    if request.GET.get("format"):
        return workbook([(duty.SHEET, duty.records(rows))], f"履职状态_{given['on']}")
    return _page(request, form, rows)


def _page(request: HttpRequest, form: DutyForm, rows: list[duty.Row]) -> HttpResponse:
    context = {
        "form": form, "on": form.cleaned_data["on"], "rows": [{"row": row, "steps": duty.told(row.steps)} for row in rows],
        "asked": True, "query": request.GET.urlencode(), "bureau_name": request.user.organisation.name, "today": timezone.localdate(),
    }  # fmt: skip
    name = "inspections/duty_print.html" if request.GET.get("print") else "inspections/duty.html"
    return render(request, name, context)

"""Declaring a conflict of interest."""

from typing import Any

from django import forms
from django.utils import timezone

from draws.models import ConflictOfInterest
from personnel.models import Inspector
from registry.models import Target


class ConflictForm(forms.Form):
    inspector = forms.ModelChoiceField(
        label="检查人员", queryset=Inspector.objects.none(), error_messages={"required": "请选择检查人员"}
    )
    uid = forms.CharField(
        label="企业", max_length=64, help_text="检查对象编号或统一社会信用代码；填信用代码的，对它的全部检查对象有效",
        error_messages={"required": "请填写对象编号或信用代码"},
    )  # fmt: skip
    relation = forms.ChoiceField(label="关系", choices=ConflictOfInterest.Relation.choices)
    since = forms.DateField(
        label="起", widget=forms.DateInput(attrs={"type": "date"}), initial=timezone.localdate
    )
    until = forms.DateField(label="止", widget=forms.DateInput(attrs={"type": "date"}), required=False)
    evidence = forms.CharField(
        label="依据",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明依据，例如申报表编号"},
    )
    mark_optional = True

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["inspector"].queryset = people
        only = list(people[:2])
        if len(only) == 1:
            self.fields["inspector"].initial = only[0]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("inspector") and said.get("uid"):
            organisation = said["inspector"].organisation
            said["target"] = Target.objects.of(organisation).filter(uid=said["uid"].strip()).first()
            said["entity"] = None
            if said["target"] is None:
                owned = (
                    Target.objects.of(organisation)
                    .filter(entity__uscc=said["uid"].strip())
                    .select_related("entity")
                    .first()
                )
                said["entity"] = owned.entity if owned else None
            if not (said["target"] or said["entity"]):
                self.add_error("uid", "名录里没有这个编号或信用代码，请核对")
        return said

    def given(self) -> dict[str, Any]:
        """Arguments of actions.declare_conflict."""
        said = self.cleaned_data
        return {
            key: said[key]
            for key in ("inspector", "relation", "since", "until", "evidence", "target", "entity")
        }

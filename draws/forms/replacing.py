"""Asking for a replacement: only what its kind needs, only reasons that fit it."""

from typing import Any

from django import forms

from draws.models import ReplacementRequest
from draws.rules import grounds
from personnel.models import Inspector

FIELDS = {
    grounds.RECUSE: ("target", "inspector"), grounds.SWAP: ("target", "inspector"), grounds.ABSENT: ("inspector",),
    grounds.VOID: ("target",), grounds.ADD: ("inspectors",),
}  # fmt: skip
MISSING = {"target": "请选择检查对象", "inspector": "请选择检查人员", "inspectors": "请选择要增补的检查人员"}


class ReplacementForm(forms.Form):
    """`targets`, `people`: (commitment, words) of what may be replaced; `others`: who may be added."""

    kind = forms.ChoiceField(choices=ReplacementRequest.Kind.choices, widget=forms.HiddenInput)
    target = forms.ChoiceField(label="检查对象")
    inspector = forms.ChoiceField(label="检查人员")
    inspectors = forms.ModelMultipleChoiceField(
        label="增补人员", queryset=Inspector.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    why = forms.ChoiceField(
        label="原因类别", error_messages={"required": "请选择原因类别", "invalid_choice": "这个原因不适用于这一类替换，请重选"}
    )  # fmt: skip
    reason = forms.CharField(
        label="原因", max_length=300, widget=forms.Textarea(attrs={"rows": 3}), error_messages={"required": "请写明原因"}
    )  # fmt: skip
    evidence = forms.CharField(
        label="证据", max_length=300, help_text="材料名称或编号", error_messages={"required": "名单锁定以后变更要有证据，请填材料名称或编号"}
    )  # fmt: skip
    mark_optional = True

    def __init__(
        self, *args: Any, kind: str, targets: list[tuple[str, str]], people: list[tuple[str, str]], others: Any, evidence: bool, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        for name in set(MISSING) - set(FIELDS[kind]):
            del self.fields[name]
        fields: dict[str, Any] = self.fields
        choices = {"target": targets, "inspector": people}
        for name in FIELDS[kind]:
            fields[name].error_messages["required"] = MISSING[name]
            if name in choices:
                fields[name].choices = [("", "请选择"), *choices[name]]
            else:
                fields[name].queryset = others
        fields["why"].choices = list(grounds.REASONS[kind].items())
        self.fields["evidence"].required = evidence
        self.fields["kind"].initial = kind

"""Asking to leave a target out, or to put one back."""

from typing import Any

from django import forms

from foundation.organisation.models import Organisation
from registry.models import Target


class PoolChangeForm(forms.Form):
    """`rules`: what may be set aside, from the rulebook; empty = nothing can be put back."""

    mark_optional = True
    kind = forms.ChoiceField(
        label="类别", choices=[("exclude", "排除：本次不抽"), ("include", "放回：按规则抽不到，本次可抽")], widget=forms.RadioSelect,
        initial="exclude", error_messages={"required": "请选择排除还是放回"},
    )  # fmt: skip
    uid = forms.CharField(
        label="检查对象编号", max_length=64, error_messages={"required": "请填写检查对象编号"}
    )
    rule = forms.ChoiceField(label="为它放开哪一条", required=False, help_text="只有放回才选")
    reason = forms.CharField(
        label="理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明理由"},
    )
    evidence = forms.CharField(
        label="证据",
        max_length=300,
        help_text="文件名称、文号或案号",
        error_messages={"required": "请写明证据"},
    )

    file = forms.FileField(
        label="证据文件",
        required=False,
        help_text="扫描件、照片或文件，不超过 20 MB；上传即算指纹。放回必须附，或写明没有的理由",
    )
    no_file_reason = forms.CharField(label="没有文件的理由", max_length=200, required=False)

    def __init__(
        self, *args: Any, organisation: Organisation, rules: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.organisation = organisation
        self.fields["rule"].choices = [("", "不放开"), *rules]

    def clean_uid(self) -> Target:
        uid = self.cleaned_data["uid"].strip()
        found = Target.objects.of(self.organisation).filter(uid=uid).first()
        if found is None:
            raise forms.ValidationError(f"名录里没有编号 {uid}，请在“检查对象”里核对")
        return found

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("kind") == "include" and not said.get("rule"):
            self.add_error("rule", "放回要选明为它放开的是哪一条")
        proved = said.get("file") or said.get("no_file_reason") or "file" in self.errors
        if said.get("kind") == "include" and not proved:
            self.add_error("file", "放回是例外，请附证据文件；确实没有的，在下面写明为什么没有")
        return said

    def given(self) -> dict[str, Any]:
        """Arguments of actions.ask_pool_change."""
        said = self.cleaned_data
        return {
            "kind": said["kind"],
            "target": said["uid"],
            "rule": said["rule"],
            "reason": said["reason"],
            "evidence": said["evidence"],
            "files": [said["file"]] if said["file"] else [],
            "no_file_reason": said["no_file_reason"],
        }

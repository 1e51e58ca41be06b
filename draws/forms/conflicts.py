"""What is typed about a conflict of interest."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from draws.models import ConflictOfInterest
from foundation.organisation.models import Organisation
from personnel.models import Assistant, Inspector
from registry.models import Entity, Target

DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """None or several files; what they are is checked by the action."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [super(FilesField, self).clean(one, initial) for one in (data or []) if one]


class ConflictForm(forms.Form):
    """people: for whom this person may declare; with only one there is nothing to choose. helpers: assistants likewise"""

    mark_optional = True
    inspector = forms.ModelChoiceField(
        label="检查人员", queryset=Inspector.objects.none(), error_messages={"required": "请选择检查人员"}
    )
    assistant = forms.ModelChoiceField(
        label="辅助人员", queryset=Assistant.objects.none(), required=False, help_text="替辅助人员申报时选；与检查人员只选一个"
    )  # fmt: skip
    uid = forms.CharField(
        label="企业", max_length=100, help_text="检查对象编号、全称或统一社会信用代码；填信用代码的，对它的全部检查对象有效",
        error_messages={"required": "请填写对象编号、全称或信用代码"},
    )  # fmt: skip
    relation = forms.ChoiceField(label="关系", choices=ConflictOfInterest.Relation.choices)
    since = forms.DateField(
        label="起", widget=DAY, initial=timezone.localdate, error_messages={"required": "请填写起始日期"}
    )
    until = forms.DateField(label="止", widget=DAY, required=False, help_text="还在继续的不填")
    evidence = forms.CharField(
        label="依据", max_length=300, widget=forms.Textarea(attrs={"rows": 2}), help_text="例如申报表编号、任职时间",
        error_messages={"required": "请写明依据，例如申报表编号"},
    )  # fmt: skip
    proof = FilesField(
        label="佐证材料",
        required=False,
        help_text="照片、PDF 或 Word，每个不超过 20 MB；只有您和纪检监督员看得到",
    )

    def __init__(
        self,
        *args: Any,
        people: QuerySet[Inspector],
        helpers: QuerySet[Assistant] | None = None,
        conflict: ConflictOfInterest | None = None,
        **kwargs: Any,
    ) -> None:
        if conflict is not None:
            kwargs["initial"] = first_of(conflict) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.fields["inspector"].queryset = people  # type: ignore[attr-defined]
        only = list(people[:2])
        self._offer(helpers if conflict is None else None)
        if len(only) == 1 and "assistant" not in self.fields:
            self.fields["inspector"].initial = only[0]
            self.fields["inspector"].widget = forms.HiddenInput()
        self.held = conflict.person if conflict is not None else None
        if conflict is not None:
            self.fields["inspector"].required = False
            self.fields["inspector"].disabled = True
            self.fields["inspector"].widget = forms.HiddenInput()

    def _offer(self, helpers: QuerySet[Assistant] | None) -> None:
        """The second list only where there is somebody on it."""
        if helpers is None or not helpers.exists():
            del self.fields["assistant"]
            return
        self.fields["assistant"].queryset = helpers  # type: ignore[attr-defined]
        self.fields["inspector"].required = False

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        said.setdefault("assistant", None)
        if "assistant" in self.fields and bool(said.get("inspector")) == bool(said["assistant"]):
            self.add_error("inspector", "请选一名检查人员或一名辅助人员，只选一个")
        person = said.get("inspector") or said["assistant"] or self.held
        if said.get("until") and said.get("since") and said["until"] < said["since"]:
            self.add_error("until", f"早于起始日期 {said['since']}，请核对")
        if person and said.get("uid"):
            try:
                said["target"], said["entity"] = subject_of(person.organisation, said["uid"].strip())
            except forms.ValidationError as unclear:
                self.add_error("uid", unclear)
        return said

    def given(self) -> dict[str, Any]:
        """Arguments of actions.declare_conflict."""
        said = self.cleaned_data
        names = ("inspector", "assistant", "relation", "since", "until", "evidence", "target", "entity")
        return {name: said[name] for name in names} | {"files": said["proof"]}


def first_of(conflict: ConflictOfInterest) -> dict[str, Any]:
    """A declaration as it was typed."""
    named = conflict.target.uid if conflict.target else conflict.entity.uscc if conflict.entity else ""
    return {
        "inspector": conflict.inspector, "uid": named, "relation": conflict.relation, "since": conflict.since,
        "until": conflict.until, "evidence": conflict.evidence,
    }  # fmt: skip


def subject_of(organisation: Organisation, named: str) -> tuple[Target | None, Entity | None]:
    """One target by number or full name, or the entity of a credit code. raises: ValidationError"""
    own = Target.objects.of(organisation)
    target = own.filter(uid=named).first()
    if target:
        return target, None
    owned = own.filter(entity__uscc=named).select_related("entity").first()
    if owned:
        return None, owned.entity
    same = list(own.filter(name=named)[:2])
    if len(same) == 1:
        return same[0], None
    if same:
        raise forms.ValidationError("有几个同名的对象，请填对象编号或信用代码")
    raise forms.ValidationError("名录里没有这个编号、全称或信用代码，请核对")


class WithdrawalForm(forms.Form):
    reason = forms.CharField(
        label="撤回的理由", max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明撤回的理由"},
    )  # fmt: skip

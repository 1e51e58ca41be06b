"""What is typed about a draw that was held elsewhere; the action decides."""

from typing import Any

from django import forms

from draws.models import OffPlatformDraw
from draws.offplatform import line_name_of
from draws.rules.offplatform import Line, read_lines
from foundation.organisation.models import Organisation, User
from foundation.organisation.roles import Role
from planning.models import Quota

WHEN = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class OffPlatformForm(forms.Form):
    """`quotas`: the confirmed quotas of the period; a box for the list of each."""

    mark_optional = True
    kind = forms.ChoiceField(
        label="怎样抽的",
        choices=OffPlatformDraw.Kind.choices,
        initial=OffPlatformDraw.Kind.PAPER,
        widget=forms.RadioSelect,
    )
    held_at = forms.DateTimeField(
        label="抽取时间", widget=WHEN, error_messages={"required": "请填写抽取时间", "invalid": "时间写成 2026-10-13T09:30"}
    )  # fmt: skip
    place = forms.CharField(label="地点", max_length=100, error_messages={"required": "请填写地点"})
    reason = forms.CharField(
        label="为什么没有在本系统抽", max_length=300, widget=forms.Textarea(attrs={"rows": 2}), help_text="如停电、断网、上级要求用省平台",
        error_messages={"required": "请写明为什么没有在本系统抽"},
    )  # fmt: skip
    method = forms.CharField(
        label="办法和在场的人", max_length=500, widget=forms.Textarea(attrs={"rows": 2}), help_text="纸签怎样做、谁抽、谁监督",
        error_messages={"required": "请写明怎样抽的、谁在场"},
    )  # fmt: skip
    platform = forms.CharField(
        label="平台名称", max_length=60, required=False, help_text="在其他平台抽的必填"
    )
    platform_number = forms.CharField(
        label="平台上的编号", max_length=60, required=False, help_text="在其他平台抽的必填"
    )
    approver = forms.ModelChoiceField(
        label="批准人", queryset=User.objects.none(), empty_label="请选择", error_messages={"required": "请选择批准人"}
    )  # fmt: skip
    file = forms.FileField(
        label="证据文件", help_text="签字的抽取记录照片或 PDF、平台导出的名单，不超过 20 MB", error_messages={"required": "请附证据文件"}
    )  # fmt: skip

    def __init__(
        self, *args: Any, organisation: Organisation, user: User, quotas: list[Quota], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        leaders = User.objects.filter(
            organisation=organisation, is_active=True, grants__role=Role.HEAD, grants__revoked_at=None
        )
        self.fields["approver"].queryset = leaders.exclude(pk=user.pk).order_by("name")  # type: ignore[attr-defined]
        self.quotas = quotas
        for quota in quotas:
            self.fields[f"list-{quota.pk}"] = forms.CharField(
                label=f"{quota.unit.name} {line_name_of(quota)}（应抽 {quota.required} 家）", required=False,
                widget=forms.Textarea(attrs={"rows": 3}), help_text="一行一家：对象编号 检查人员编号 检查人员编号",
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("kind") == OffPlatformDraw.Kind.PLATFORM:
            for name, what in (("platform", "平台名称"), ("platform_number", "平台上的编号")):
                if not given.get(name):
                    self.add_error(name, f"在其他平台抽的，请填{what}")
        return given

    @property
    def lists(self) -> list[forms.BoundField]:
        return [self[f"list-{quota.pk}"] for quota in self.quotas]

    def lines(self) -> list[tuple[Quota, Line]]:
        """(quota, target and inspectors by code), in the order of the boxes."""
        return [
            (quota, line)
            for quota in self.quotas
            for line in read_lines(self.cleaned_data.get(f"list-{quota.pk}") or "")
        ]

    def told(self) -> dict[str, Any]:
        """What the action takes beside the list."""
        return {name: value for name, value in self.cleaned_data.items() if not name.startswith("list-")}

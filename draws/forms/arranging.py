"""A new draw and its arrangement: what is drawn, when, where, before whom."""

from typing import Any

from django import forms
from django.utils import timezone

from draws.models import Draw, DrawStratum
from draws.rules.lotteries import LOTTERIES
from foundation.organisation.models import Organisation, User
from foundation.organisation.roles import Role
from planning.models import Quota


class DrawForm(forms.Form):
    """`quotas`: the confirmed quotas that may be drawn in the period; one row of fields for each."""

    kind = forms.ChoiceField(
        label="性质", choices=Draw.Kind.choices, initial=Draw.Kind.FORMAL, widget=forms.RadioSelect
    )
    scheduled_at = forms.DateTimeField(
        label="时间", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"required": "请填写抽取会的时间", "invalid": "时间写成 2026-10-13T09:30"},
    )  # fmt: skip
    place = forms.CharField(label="地点", max_length=100, error_messages={"required": "请填写地点"})
    discipline = forms.ModelChoiceField(
        label="纪检监督员", queryset=User.objects.none(), required=False, empty_label="不指定",
        help_text="持有乙方密钥，办理抽验、重来、中止；不能是主持人本人",
    )  # fmt: skip
    team_size = forms.IntegerField(label="每组人数", min_value=1, max_value=9)
    pub_source = forms.ChoiceField(
        label="公共彩票",
        choices=[("", "不约定"), *LOTTERIES.items()],
        required=False,
        help_text="约定一期冻结之后开奖的彩票，一并算入种子",
    )
    pub_issue = forms.RegexField(
        r"^[0-9]{4,12}\Z",
        label="彩票期号",
        required=False,
        error_messages={"invalid": "期号是 4 至 12 位数字"},
    )
    pub_expected_at = forms.DateTimeField(
        label="预计开奖时间", required=False, help_text="要在抽取会之后",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": "时间写成 2026-10-13T21:15"},
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        organisation: Organisation,
        quotas: list[Quota],
        team_size: int,
        user: User,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.quotas = quotas
        self.fields["team_size"].initial = team_size
        people = User.objects.filter(
            organisation=organisation, is_active=True, grants__role=Role.DISCIPLINE, grants__revoked_at=None
        )
        self.fields["discipline"].queryset = people.exclude(pk=user.pk).distinct().order_by("name")
        for quota in quotas:
            self.fields[f"take-{quota.pk}"] = forms.BooleanField(label="抽取", required=False, initial=True)
            self.fields[f"planned-{quota.pk}"] = forms.IntegerField(
                label="本批抽",
                required=False,
                min_value=0,
                max_value=1_000_000,
                widget=forms.NumberInput(attrs={"placeholder": "抽足"}),
            )
            self.fields[f"extra-{quota.pk}"] = forms.IntegerField(
                label="加抽",
                required=False,
                min_value=0,
                max_value=10_000,
                widget=forms.NumberInput(attrs={"placeholder": "家数"}),
            )
            self.fields[f"why-{quota.pk}"] = forms.CharField(
                label="加抽理由",
                required=False,
                max_length=200,
                widget=forms.TextInput(attrs={"placeholder": "理由"}),
            )

    def rows(self) -> list[dict[str, Any]]:
        """Bound fields of each quota, for the table."""
        return [
            {
                "quota": quota,
                **{name: self[f"{name}-{quota.pk}"] for name in ("take", "planned", "extra", "why")},
            }
            for quota in self.quotas
        ]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not any(said.get(f"take-{quota.pk}") for quota in self.quotas):
            raise forms.ValidationError("至少选一条已确认的配额")
        if bool(said.get("pub_source")) != bool(said.get("pub_issue")):
            self.add_error("pub_issue", "约定彩票要同时写明期号")
        self._check_lottery(said)
        return said

    def _check_lottery(self, said: dict[str, Any]) -> None:
        if not said.get("pub_source"):
            return
        expected, held = said.get("pub_expected_at"), said.get("scheduled_at")
        if expected is None:
            self.add_error("pub_expected_at", "约定彩票要写明预计开奖时间")
        elif held and expected <= held:
            self.add_error("pub_expected_at", "开奖要在抽取会之后，请改约后面的一期")

    def portions(self) -> list[tuple[Quota, int | None, bool, int, str]]:
        """(quota, planned, last, extra, reason); an empty number means the whole rest in one last batch."""
        said = self.cleaned_data
        return [
            (
                quota, said[f"planned-{quota.pk}"], said[f"planned-{quota.pk}"] is None, said[f"extra-{quota.pk}"] or 0,
                said[f"why-{quota.pk}"],
            )
            for quota in self.quotas
            if said[f"take-{quota.pk}"]
        ]  # fmt: skip

    def given(self) -> dict[str, Any]:
        """Arguments of actions.prepare besides who and where from."""
        said = self.cleaned_data
        pub = (said["pub_source"], said["pub_issue"]) if said["pub_source"] else None
        return {
            "kind": said["kind"], "quotas": self.portions(), "scheduled_at": said["scheduled_at"], "place": said["place"],
            "discipline": said["discipline"], "team_size": said["team_size"], "pub": pub, "pub_expected_at": said["pub_expected_at"],
        }  # fmt: skip


class ArrangeForm(DrawForm):
    """The same fields for a draw that exists: its kind stays, what it takes is filled in."""

    kind = None  # type: ignore[assignment]  # Django: a field of the parent taken out

    @classmethod
    def of(cls, draw: Draw, quotas: list[Quota], data: Any = None) -> "ArrangeForm":
        strata = {row.quota_id: row for row in draw.strata.all()}
        initial: dict[str, Any] = {
            "scheduled_at": timezone.localtime(draw.scheduled_at), "place": draw.place, "discipline": draw.discipline_id,
            "pub_source": draw.pub_source, "pub_issue": draw.pub_issue,
            "pub_expected_at": timezone.localtime(draw.pub_expected_at) if draw.pub_expected_at else None,
        }  # fmt: skip
        for quota in quotas:
            initial |= _taken(quota, strata.get(quota.pk))
        return cls(
            data,
            organisation=draw.organisation,
            quotas=quotas,
            team_size=draw.team_size,
            user=draw.operator,
            initial=initial,
        )

    def given(self) -> dict[str, Any]:
        """Arguments of actions.revise."""
        said = self.cleaned_data
        return {
            "quotas": self.portions(), "scheduled_at": said["scheduled_at"], "place": said["place"], "discipline": said["discipline"],
            "team_size": said["team_size"], "pub": (said["pub_source"], said["pub_issue"]), "pub_expected_at": said["pub_expected_at"],
        }  # fmt: skip


def _taken(quota: Quota, row: DrawStratum | None) -> dict[str, Any]:
    """What the draw takes of a quota, as the form's fields."""
    return {
        f"take-{quota.pk}": row is not None, f"planned-{quota.pk}": row.planned if row and not row.last else None,
        f"extra-{quota.pk}": row.extra or None if row else None, f"why-{quota.pk}": row.extra_reason if row else "",
    }  # fmt: skip

"""Forms of the draw pages; the actions decide, these only read what was typed."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils import timezone

from draws.models import Draw, DrawStratum, Seat
from draws.rules.mc1.voids import WORDS as VOID_WORDS
from draws.rules.protocol import CODE_LENGTH
from foundation.organisation.models import Organisation, User
from foundation.organisation.roles import Role
from planning.models import Quota
from registry.models import Target

SEAT_ROLES = [
    ("npc", "人大代表"), ("cppcc", "政协委员"), ("enterprise", "企业代表"), ("media", "媒体代表"), ("citizen", "群众代表"),
    ("discipline", "纪检监督员"), ("operator", "组织方"), ("dice", "现场骰子"), ("other", "其他"),
]  # fmt: skip
LOTTERIES = [("", "不约定"), ("cn.ssq", "双色球"), ("cn.dlt", "大乐透"), ("cn.3d", "福彩 3D")]


class JoinForm(forms.Form):
    code = forms.CharField(
        label="席位码", max_length=12, error_messages={"required": f"请输入纸条上的 {CODE_LENGTH} 位席位码"},
        widget=forms.TextInput(attrs={
            "autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false", "class": "code-in", "autofocus": True,
        }),
    )  # fmt: skip

    def clean_code(self) -> str:
        code = "".join(self.cleaned_data["code"].split()).replace("-", "").upper()
        if len(code) != CODE_LENGTH:
            raise forms.ValidationError(f"席位码是 {CODE_LENGTH} 位字母和数字，现在是 {len(code)} 位")
        return code


class SignForm(forms.Form):
    opinion = forms.ChoiceField(
        label="意见", choices=[("agree", "对过程无异议"), ("object", "有异议，写明如下")], widget=forms.RadioSelect,
        initial="agree", error_messages={"required": "请选择“无异议”或“有异议”"},
    )  # fmt: skip
    statement = forms.CharField(
        label="异议原话", required=False, max_length=500, help_text="照写您的话，原样写进记录单，不影响封存",
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip
    signature = forms.CharField(required=False, widget=forms.HiddenInput)
    signature_typed = forms.CharField(label="姓名", required=False, max_length=40)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        drawn = said.get("signature", "")
        if drawn and not drawn.startswith("data:image/png;base64,"):
            raise forms.ValidationError("签名图片不完整，请点“重写”再签一次")
        if not drawn and not said.get("signature_typed", "").strip():
            raise forms.ValidationError("请手写签名，或输入姓名")
        if said.get("opinion") == "object" and not said.get("statement", "").strip():
            self.add_error("statement", "有异议的，请写明异议内容")
        return said

    def words(self) -> dict[str, str]:
        """Arguments of actions.sign."""
        said = self.cleaned_data
        return {
            "opinion": said["opinion"], "statement": said["statement"],
            "signature": said["signature"] or said["signature_typed"].strip(),
        }  # fmt: skip


class SeatForm(forms.Form):
    role = forms.ChoiceField(label="角色", choices=SEAT_ROLES)
    title = forms.CharField(
        label="称谓", max_length=40, required=False, help_text="大屏显示这个，不显示姓名；不填用角色名"
    )
    holder = forms.CharField(label="姓名", max_length=40, required=False, help_text="只写进记录单")
    method = forms.ChoiceField(
        label="方式", choices=Seat.Method.choices, widget=forms.RadioSelect, initial=Seat.Method.SEALED,
        help_text="封签：在自己的手机上定数。当众掷骰：主持人记、另一人复诵，至少 18 枚十面骰",
    )  # fmt: skip
    user = forms.ModelChoiceField(
        label="用账号入席", queryset=User.objects.none(), required=False, help_text="有系统账号的人可以不用席位码",
        empty_label="不用账号，发席位码",
    )  # fmt: skip
    mark_optional = True

    def __init__(self, *args: Any, draw: Draw, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.draw = draw
        people = User.objects.filter(organisation=draw.organisation, is_active=True).exclude(
            pk=draw.operator_id
        )
        self.fields["user"].queryset = people.order_by("name")

    @classmethod
    def of(cls, seat: Seat, data: Any = None) -> "SeatForm":
        fields = ("role", "title", "holder", "method", "user")
        initial = {name: getattr(seat, name) for name in fields}
        known = dict(SEAT_ROLES)
        form = cls(data, draw=seat.draw, initial=initial)
        if seat.role not in known:
            form.fields["role"].choices = [*SEAT_ROLES, (seat.role, seat.title)]
        return form

    def words(self) -> dict[str, Any]:
        """Arguments of actions.edit_seat."""
        said = self.cleaned_data
        roles = dict(self.fields["role"].choices)
        return {**said, "title": said["title"].strip() or roles[said["role"]]}

    def seat(self) -> dict[str, Any]:
        """Arguments of actions.add_seat; the id is the next free S number, D for dice."""
        said = self.cleaned_data
        letter = "D" if said["method"] == Seat.Method.SPOKEN else "S"
        taken = set(self.draw.seats.values_list("seat", flat=True))
        number = next(n for n in range(1, 99) if f"{letter}{n}" not in taken)
        return {**self.words(), "seat": f"{letter}{number}"}


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
        choices=LOTTERIES,
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

    kind = None

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
        }


class TwoSignaturesForm(forms.Form):
    """The operator is signed in; the second person enters his own password."""

    username = forms.CharField(
        label="第二人账号",
        help_text="纪检监督员；没有指定的，由分管领导",
        error_messages={"required": "请第二人填写自己的账号"},
    )
    password = forms.CharField(
        label="第二人密码", widget=forms.PasswordInput(attrs={"autocomplete": "off"}), strip=False, help_text="由其本人输入",
        error_messages={"required": "请第二人输入自己的密码"},
    )  # fmt: skip

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("username") and said.get("password"):
            said["second"] = authenticate(self.request, username=said["username"], password=said["password"])
            if said["second"] is None:
                self.add_error("password", "第二人的账号或密码不对，请其本人重新输入")
        return said


class WithdrawForm(TwoSignaturesForm):
    field_order = ("reason", "username", "password")
    reason = forms.CharField(
        label="为什么不再举行", max_length=480, widget=forms.Textarea(attrs={"rows": 3}), help_text="向所有人原样显示",
        error_messages={"required": "请写明为什么不再举行"},
    )  # fmt: skip


class VoidForm(TwoSignaturesForm):
    """Both signatures on one form."""

    field_order = ("why", "text", "username", "password")
    why = forms.ChoiceField(label="类别", choices=list(VOID_WORDS.items()))
    text = forms.CharField(
        label="原因", max_length=500, widget=forms.Textarea(attrs={"rows": 3}), help_text="向所有人原样显示",
        error_messages={"required": "中止要写明原因"},
    )  # fmt: skip

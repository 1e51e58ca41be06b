"""Taking a seat, and arranging one."""

from typing import Any

from django import forms

from draws.models import Draw, Seat
from draws.rules.protocol import CODE_LENGTH
from foundation.organisation.models import User

SEAT_ROLES = [
    ("npc", "人大代表"), ("cppcc", "政协委员"), ("enterprise", "企业代表"), ("media", "媒体代表"), ("citizen", "群众代表"),
    ("discipline", "纪检监督员"), ("operator", "组织方"), ("dice", "现场骰子"), ("other", "其他"),
]  # fmt: skip


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

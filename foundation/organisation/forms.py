"""Signing in; a new account."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import validate_password

from foundation.organisation.models import Organisation, Unit, User


class LoginForm(AuthenticationForm):
    error_messages = {
        "invalid_login": "账号或密码不对。连续错 5 次会锁定 15 分钟。",
        "inactive": "账号已停用，请联系系统管理员。",
    }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "账号"
        self.fields["password"].label = "密码"


class AccountForm(forms.Form):
    username = forms.CharField(label="账号", max_length=40, help_text="2 至 40 位字母、数字或 . _ -")
    name = forms.CharField(label="姓名", max_length=40)
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label="内设机构", required=False, empty_label="（不属于某个科室）"
    )
    password = forms.CharField(
        label="初始密码", widget=forms.PasswordInput, help_text="至少 10 位；本人第一次登录后须改掉"
    )

    def __init__(self, *args: object, organisation: Organisation, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.filter(organisation=organisation).order_by("code")

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        validate_password(password)
        return password


class UnitForm(forms.Form):
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label="内设机构", required=False, empty_label="（不属于某个科室）"
    )

    def __init__(self, *args: object, person: User, **kwargs: object) -> None:
        super().__init__(*args, initial={"unit": person.unit_id}, **kwargs)
        self.fields["unit"].queryset = Unit.objects.filter(organisation=person.organisation).order_by("code")

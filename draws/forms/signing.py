"""Signatures: of a seat, and of two people on one act."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest

from draws.rules.mc1.voids import WORDS as VOID_WORDS


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

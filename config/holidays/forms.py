"""The two steps: the file as it comes, and its rows carried over to the confirmation."""

import json

from django import forms

from foundation.errors import RuleBroken
from foundation.sheets import guard
from foundation.workdays.imports import HolidayFile, parse_holidays

ROWS = "rows.json"


class NoticeForm(forms.Form):
    year = forms.IntegerField(label="年份", min_value=2000, max_value=2200)
    source = forms.CharField(
        label="通知文号", max_length=200, help_text="如 国办发明电〔2025〕7号，会显示在每个期限旁边",
    )  # fmt: skip


class UploadForm(NoticeForm):
    file = forms.FileField(
        label="放假安排文件", allow_empty_file=True, error_messages={"required": "请选择文件。"}
    )

    def parsed(self) -> HolidayFile:
        """raises: RuleBroken for a file that cannot be read at all"""
        file = self.cleaned_data["file"]
        return parse_holidays(guard.taken(file), file.name, self.cleaned_data["year"])


class ConfirmForm(NoticeForm):
    """`rows` is what the first step read; it is checked again from the beginning."""

    rows = forms.CharField(widget=forms.HiddenInput, max_length=40_000)

    @staticmethod
    def carried(parsed: HolidayFile) -> str:
        days = [{"date": row.date.isoformat(), "kind": row.kind, "name": row.name} for row in parsed.rows]
        return json.dumps(days, ensure_ascii=False)

    def clean(self):
        super().clean()
        given = self.cleaned_data
        if given.get("rows") and given.get("year"):
            try:
                given["parsed"] = parse_holidays(given["rows"].encode(), ROWS, given["year"])
            except RuleBroken as broken:
                self.add_error(None, broken.message)
        return given

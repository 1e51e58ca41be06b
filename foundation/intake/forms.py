"""What people fill in on the pages of an import."""

from typing import Any

from django import forms

from foundation.asked import whole
from foundation.intake.models import Mapping
from foundation.sheets import guard
from foundation.sheets.columns import Sheet
from foundation.sheets.errors import SheetRefused
from foundation.sheets.heads import SKIP, Header, normal

LEAVE_OUT = "-"
_KINDS = "请选择 .xlsx、.xls 或 .csv 文件"


class UploadForm(forms.Form):
    """A file, and the source it comes from; without a source the headers are recognised by themselves."""

    mark_optional = True
    file = forms.FileField(
        label="选择文件",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"id": "file-file"}),
        error_messages={"required": f"没有选择文件。{_KINDS}"},
    )
    source = forms.ChoiceField(
        label="来源",
        required=False,
        help_text="对过列的来源会按表头自动认出；同一来源换了表头时在这里指定",
    )

    def __init__(self, *args: Any, mappings: list[Mapping], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mappings = {mapping.name: mapping for mapping in mappings}
        self.fields["source"].choices = [("", "按表头自动认"), *((name, name) for name in self.mappings)]  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        try:
            guard.check_length(file.size)
        except SheetRefused as refused:
            raise forms.ValidationError(refused.message) from None
        return file

    @property
    def mapping(self) -> Mapping | None:
        return self.mappings.get(self.cleaned_data["source"])


class ColumnsForm(forms.Form):
    """One choice per header of the file, and the name under which the answer is remembered."""

    source = forms.CharField(
        label="记住这个对应，来源叫",
        required=False,
        max_length=40,
        help_text="下次上传同一来源的文件会自动认出。不记住就空着",
    )

    def __init__(
        self, *args: Any, sheet: Sheet, headers: list[Header], sources: tuple[str, ...], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sheet, self.headers = sheet, headers
        self.fields["source"].widget.attrs["list"] = "source-names"
        self.sources = sources
        options = [(column.key, _option(column)) for column in sheet.columns]
        for header in headers:
            self.fields[self.name_of(header)] = forms.ChoiceField(
                label=f"{header.letters} 列 {header.title}", required=False, initial=header.key or LEAVE_OUT,
                choices=[(LEAVE_OUT, "不导入"), *options],
            )  # fmt: skip

    @staticmethod
    def name_of(header: Header) -> str:
        return f"at{header.place}"

    @property
    def rows(self) -> list[tuple[Header, forms.BoundField]]:
        return [(header, self[self.name_of(header)]) for header in self.headers]

    @property
    def missing(self) -> list[str]:
        """Compulsory columns that no header stands for yet."""
        have = {header.key for header in self.headers}
        return [column.title for column in self.sheet.required if column.key not in have]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        seen: dict[str, Header] = {}
        for header in self.headers:
            key = cleaned.get(self.name_of(header), "")
            if key in ("", LEAVE_OUT):
                continue
            if key in seen:
                other, title = seen[key], self.sheet.column(key).title
                self.add_error(
                    self.name_of(header),
                    f"与 {other.letters} 列“{other.title}”都选了“{title}”。请改正其中一列",
                )
            seen[key] = header
        return cleaned

    @property
    def columns(self) -> dict[str, str]:
        """header → our column; what is understood without being told is left out."""
        ours = {normal(title): c.key for c in self.sheet.columns for title in (c.title, c.key, *c.synonyms)}
        chosen = {h.title: self.cleaned_data.get(self.name_of(h)) or LEAVE_OUT for h in self.headers}
        named = {title: SKIP if key == LEAVE_OUT else key for title, key in chosen.items()}
        return {title: key for title, key in named.items() if key != ours.get(normal(title), SKIP)}


def _option(column: Any) -> str:
    return f"{column.title}（必填）" if column.required else column.title


class SourceForm(forms.Form):
    name = forms.CharField(label="名称", max_length=40, error_messages={"required": "请填写来源的名称。"})


class CommitForm(forms.Form):
    skip_errors = forms.TypedChoiceField(
        choices=[("0", "改完再一起导入"), ("1", "留到下次")],
        coerce=lambda value: value == "1",
        required=False,
    )


def corrections(posted: dict[str, str], written: dict[int, dict[str, str]]) -> dict[int, dict[str, str]]:
    """{row: {column: text}} of the boxes in which something was changed. Boxes are called fix-<row>-<column>."""
    found: dict[int, dict[str, str]] = {}
    for name, text in posted.items():
        kind, _, rest = name.partition("-")
        number, _, key = rest.partition("-")
        row = whole(number)
        if kind != "fix" or row is None or not key:
            continue
        before = written.get(row, {}).get(key, "")
        if text.strip() != before.strip():
            found.setdefault(row, {})[key] = text
    return found

"""Form widgets that are drawn often."""

from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString


class LeanSelect(forms.Select):
    """The same markup without a template per option: lists have a dozen of these, with hundreds of options."""

    def render(self, name: str, value: Any, attrs: dict | None = None, renderer: Any = None) -> SafeString:
        chosen = {str(one) for one in self.format_value(value)}
        options = format_html_join(
            "\n", '<option value="{}"{}>{}</option>',
            ((key, " selected" if key in chosen else "", label) for key, label in self._pairs()),
        )  # fmt: skip
        return format_html(
            "<select{}>{}</select>", flatatt(self.build_attrs({**self.attrs, "name": name}, attrs)), options
        )

    def _pairs(self) -> list[tuple[str, Any]]:
        pairs: Any = self.choices
        return [("" if key is None else str(key), conditional_escape(str(label))) for key, label in pairs]

"""Form widgets that are drawn often."""

from functools import lru_cache
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe


class LeanSelect(forms.Select):
    """The same markup without a template per option: lists have a dozen of these, with hundreds of options."""

    def render(self, name: str, value: Any, attrs: dict | None = None, renderer: Any = None) -> SafeString:
        chosen = {str(one) for one in self.format_value(value)}
        options = mark_safe("\n".join([_option(key, label, key in chosen) for key, label in self._pairs()]))  # noqa: S308 made by format_html
        return format_html(
            "<select{}>{}</select>", flatatt(self.build_attrs({**self.attrs, "name": name}, attrs)), options
        )

    def _pairs(self) -> list[tuple[str, str]]:
        pairs: Any = self.choices
        return [("" if key is None else str(key), str(label)) for key, label in pairs]


@lru_cache(maxsize=4096, typed=True)
def _option(key: str, label: str, chosen: bool) -> str:
    return format_html('<option value="{}"{}>{}</option>', key, " selected" if chosen else "", label)

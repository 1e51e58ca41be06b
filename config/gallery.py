"""Component gallery at /desk/_ui/: every component in its states, every layout once; DEBUG and tests only."""

import re
from datetime import date
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from config import gallery_samples

TIER_CHOICES = [("", "全部"), ("key", "重点"), ("special", "特殊"), ("general", "一般")]
LAYOUTS = ("workbench", "quotas", "public", "result", "phone", "item", "seat", "seed", "teams", "document")


class FilterForm(forms.Form):
    q = forms.CharField(label="企业名称或信用代码", required=False)
    tier = forms.ChoiceField(label="层级", choices=TIER_CHOICES, required=False)
    town = forms.ChoiceField(label="乡镇", choices=[("", "全部"), ("dongwan", "东湾镇")], required=False)
    since = forms.DateField(
        label="上次检查不早于", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


class RecusalForm(forms.Form):
    mark_optional = True
    kind = forms.ChoiceField(
        label="回避原因",
        choices=[("", "请选择"), ("kin", "亲属"), ("share", "持股"), ("post", "任职")],
        error_messages={"required": "请选择一类"},
    )
    evidence = forms.CharField(label="证据编号", error_messages={"required": "没有填写"})
    until = forms.DateField(
        label="截止日期",
        help_text="填日期即可，页面换算成工作日",
        widget=forms.DateInput(attrs={"type": "date"}),
        initial=date(2026, 12, 8),
    )
    note = forms.CharField(label="说明", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    way = forms.ChoiceField(
        label="处理方式",
        choices=[("out", "排除这 5 家，改查其余 7 家"), ("keep", "保留，报分管领导批准")],
        widget=forms.RadioSelect,
    )
    agreed = forms.BooleanField(label="我已核对证据原件")


def rail(now: int) -> list[dict[str, str]]:
    """Ceremony steps with step `now` (from 1) in progress."""
    words = gallery_samples.RAIL_WORDS
    states = ["done"] * (now - 1) + ["now"] + ["todo"] * (len(words) - now)
    return [{"label": word, "state": state} for word, state in zip(words, states, strict=True)]


def icon_names() -> list[str]:
    """Ids in the sprite, without the tier shapes and the mark."""
    sprite = Path(str(finders.find("img/icons.svg"))).read_text(encoding="utf-8")
    return [name for name in re.findall(r'id="([^"]+)"', sprite) if name != "mark" and "tier-" not in name]


def samples(request: HttpRequest) -> dict[str, Any]:
    """Everything the gallery shows: the constants of gallery_samples in lower case, and the forms."""
    values = {name.lower(): value for name, value in vars(gallery_samples).items() if name.isupper()}
    return values | {
        "filter_form": FilterForm(request.GET or None),
        "clean_form": RecusalForm(),
        "broken_form": RecusalForm({}),
        "page_obj": Paginator(range(896), 50).get_page(request.GET.get("page", 2)),
        "icons": icon_names(),
        "search_url": request.path,
    }


def _only_in_development() -> None:
    if not (settings.DEBUG or getattr(settings, "TESTING", False)):
        raise Http404("组件样例页只在开发和测试时提供")


@login_not_required
def components(request: HttpRequest) -> HttpResponse:
    """All components."""
    _only_in_development()
    return render(request, "dev/components.html", samples(request))


@login_not_required
def layout(request: HttpRequest, layout: str) -> HttpResponse:
    """One sample page of a layout."""
    _only_in_development()
    if layout not in LAYOUTS:
        raise Http404("没有这个样例")
    steps = rail({"seed": 5, "teams": 7, "seat": 7}.get(layout, 1))
    extra = {"steps": steps, "hash_value": gallery_samples.HASH, "page_url": request.build_absolute_uri()}
    return render(request, f"dev/layout_{layout}.html", samples(request) | extra)


@login_not_required
def progress(request: HttpRequest) -> HttpResponse:
    """Answer of the polled progress sample: finished."""
    _only_in_development()
    values = {"url": request.path, "value": 912, "max": 912, "text": "已核对 912 / 912 行", "done": True}
    return render(request, "components/progress.html", values)

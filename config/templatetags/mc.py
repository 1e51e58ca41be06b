"""Template tags of the front end: `{% load mc %}`. Each tag fills one template in templates/components/."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode
from zlib import crc32

from django import forms, template
from django.conf import settings
from django.core.paginator import Page
from django.http import QueryDict
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from config import charts, presenters

register = template.Library()


def component(name: str, **values: Any) -> SafeString:
    """Renders one component with exactly these values, without surrounding white space."""
    return mark_safe(render_to_string(f"components/{name}.html", values).strip())  # noqa: S308 template output


@lru_cache(maxsize=2048, typed=True)
def _drawn(name: str, **values: Any) -> SafeString:
    """A mark that depends on these words only; lists show the same few on every row."""
    return component(name, **values)


def mark(name: str, **values: Any) -> SafeString:
    return component(name, **values) if settings.DEBUG else _drawn(name, **values)


def _stable_id(prefix: str, *words: Any) -> str:
    """The same id for the same content, so that unchanged public pages stay byte-identical."""
    return f"{prefix}{crc32('|'.join(map(str, words)).encode()):08x}"


def _request_get(context: template.Context) -> QueryDict:
    request = getattr(context, "request", None) or context.get("request")
    return request.GET if request is not None else QueryDict()


# ---------- links ----------


@register.simple_tag(takes_context=True)
def qs(context: template.Context, **changes: Any) -> str:
    """This page's query string with some keys changed; None removes a key. Always starts with "?"."""
    query = _request_get(context).copy()
    for key, value in changes.items():
        query.pop(key, None)
        if value is not None:
            query[key] = str(value)
    return "?" + query.urlencode()


@register.simple_tag(takes_context=True)
def sort_th(context: template.Context, name: str, label: str, numeric: bool = False) -> SafeString:
    """A <th> whose link sorts by `name` (parameter `sort`, minus for descending) and keeps the filters."""
    now = _request_get(context).get("sort", "")
    state = {name: "ascending", f"-{name}": "descending"}.get(now, "none")
    url = qs(context, sort=f"-{name}" if state == "ascending" else name, page=None)
    return component("sort_th", label=label, url=url, state=state, numeric=numeric)


@register.simple_tag(takes_context=True)
def pagination(
    context: template.Context, page_obj: Page, unit: str = "条", param: str = "page"
) -> SafeString:
    """共 N 条 and page links that keep the query string."""
    paginator, here = page_obj.paginator, page_obj.number
    numbers = presenters.page_numbers(here, paginator.num_pages) if paginator.num_pages > 1 else []
    links = [
        {"gap": True} if n is None else {"label": n, "url": qs(context, **{param: n}), "current": n == here}
        for n in numbers
    ]
    return component(
        "pagination",
        total=paginator.count, more=getattr(paginator, "more", False), unit=unit, links=links,
        first=page_obj.start_index(), last=page_obj.end_index(),
        previous=qs(context, **{param: here - 1}) if page_obj.has_previous() else "",
        next=qs(context, **{param: here + 1}) if page_obj.has_next() else "",
    )  # fmt: skip


# ---------- icons and marks ----------


@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """One symbol of static/img/icons.svg; decorative unless it has a label. size: "", "s" or "l"."""
    css = f"icon icon--{size}" if size else "icon"
    href = f"{static('img/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}"></use></svg>', css, label, href
        )
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"></use></svg>', css, href)


@register.simple_tag
def status_tag(word: str, tone: str = "", icon: str = "") -> SafeString:
    """Status word with its mark (presenters.STATUS_MARKS); tone and icon override; unknown words: plain."""
    if word is None or word == "":
        return SafeString("")
    found = presenters.status_mark(word)
    return mark(
        "status_tag",
        label=word,
        tone=tone or found.tone,
        icon=icon or found.icon,
        struck=found.struck and not tone,
    )


@register.simple_tag
def tier_tag(code: str, boxed: bool = False, plain: bool = False) -> str:
    """Tier as shape + word. plain=True gives text only (◆重点), for printed documents."""
    found = presenters.tier(code)
    if found is None:
        return str(code or "")
    if plain:
        return found.sign + found.label
    return mark("tier_tag", css=found.css, shape=found.shape, label=found.label, boxed=boxed)


@register.simple_tag
def origin_badge(kind: str) -> SafeString:
    """法规 / 解释 / 默认 for a rulebook `src` value or a kind."""
    found = presenters.origin(kind)
    return component("origin_badge", css=found.css, label=found.label)


@register.simple_tag
def clause_place(ref: str) -> SafeString:
    """第十条第二款, its number in the rulebook on hover."""
    place = presenters.clause_place(ref)
    if place == str(ref or ""):
        return format_html("{}", place)
    return format_html('<span title="条款编号 {}">{}</span>', ref, place)


@register.filter
def clause_places(text: Any) -> str:
    return presenters.clause_places(text)


@register.simple_tag
def clause_quote(text: str, phrase: str = "", source: str = "", url: str = "") -> SafeString:
    """Quotation of a source text with one phrase marked."""
    before, mark, after = presenters.quote_parts(str(text or ""), str(phrase or ""))
    return component("clause_quote", before=before, mark=mark, after=after, source=source, url=url)


@register.simple_tag
def due_text(deadline: date | None, today: date | None, left: int | None) -> SafeString:
    """Deadline in working days. left: working days from today to the deadline, negative when overdue."""
    if not deadline or not today or left is None or left == "":
        return SafeString("")
    shown = presenters.due(_as_date(deadline), _as_date(today), int(left))
    return component("due_text", tone=shown.tone, words=shown.words, day=shown.day, icon=shown.icon)


def _as_date(value: date | datetime) -> date:
    value = _local(value)
    return value.date() if isinstance(value, datetime) else value


@register.simple_tag
def notice_tone(level: str) -> dict[str, str]:
    """Css tone and icon of a notice; understands the level tags of django.contrib.messages."""
    tones = {"success": "ok", "warning": "warn", "error": "bad", "debug": "info"}
    words = str(level or "info").split()
    known = [tones.get(word, word) for word in words if tones.get(word, word) in _NOTICE_ICONS]
    tone = known[-1] if known else "info"
    return {"css": tone, "icon": _NOTICE_ICONS[tone]}


_NOTICE_ICONS = {"info": "info", "ok": "okc", "warn": "alert", "bad": "no"}


# ---------- forms ----------


@register.simple_tag
def field(bound: forms.BoundField, hint: str = "", after: str = "", **attrs: str) -> SafeString:
    """Label, help, errors and widget of one form field, tied together by aria attributes.

    attrs: extra widget attributes; underscores become hyphens (autocomplete="off", data_x="1")
    """
    if not bound:
        return SafeString("")
    kind = _field_kind(bound)
    hint = hint or str(bound.help_text or "")
    ids = [f"{bound.id_for_label or bound.auto_id}-hint"] if hint else []
    ids += [f"{bound.id_for_label or bound.auto_id}-err{n}" for n in range(1, len(bound.errors) + 1)]
    extra = {key.replace("_", "-"): value for key, value in attrs.items()}
    if kind not in ("group", "hidden"):
        extra |= {"aria-describedby": " ".join(ids)} if ids else {}
        extra |= {"aria-invalid": "true"} if bound.errors else {}
    return component(
        "field",
        widget=bound.as_widget(attrs=extra), kind=kind, label=bound.label, hint=hint, after=after,
        errors=bound.errors,
        id=bound.auto_id if kind == "group" else bound.id_for_label or bound.auto_id, described=" ".join(ids),
        optional=not bound.field.required and bool(getattr(bound.form, "mark_optional", False)),
    )  # fmt: skip


def _field_kind(bound: forms.BoundField) -> str:
    widget = bound.field.widget
    if bound.is_hidden:
        return "hidden"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "group"
    return "plain"


@register.simple_tag
def error_summary(form: forms.BaseForm | None) -> SafeString:
    """Everything wrong with a form, each line a link to its field; nothing when it is clean."""
    errors = form.errors if form is not None and form.is_bound else {}
    rows = []
    for name, messages in errors.items():
        bound = form[name] if form is not None and name in form.fields else None
        target = (bound.id_for_label or bound.auto_id) if bound else ""
        rows += [{"id": target, "label": bound.label if bound else "", "text": text} for text in messages]
    return component("error_summary", errors=rows, count=len(rows))


@register.simple_tag(takes_context=True)
def filter_bar(
    context: template.Context,
    form: forms.BaseForm,
    main: str = "",
    label: str = "筛选",
    keep: str = "sort,view",
) -> SafeString:
    """Filter form (GET): fields named in `main` (default the first three) in the bar, the rest folded."""
    query = _request_get(context)
    bounds = list(form.visible_fields())
    first = [name.strip() for name in main.split(",") if name.strip()] or [b.name for b in bounds[:3]]
    more = [b for b in bounds if b.name not in first]
    kept = [(key, query[key]) for key in keep.split(",") if key in query]
    return component(
        "filter_bar",
        label=label, main=[form[name] for name in first], more=more, hidden=kept,
        more_open=any(query.get(b.html_name) for b in more), chips=_chips(context, bounds),
        reset_url="?" + urlencode(kept),
    )  # fmt: skip


def _chips(context: template.Context, bounds: Iterable[forms.BoundField]) -> list[dict[str, str]]:
    query = _request_get(context)
    out = []
    for bound in bounds:
        values = [value for value in query.getlist(bound.html_name) if value]
        if values:
            words = dict(getattr(bound.field, "choices", None) or ())
            shown = "、".join(str(words.get(value, value)) for value in values)
            url = qs(context, **{bound.html_name: None, "page": None})
            out.append({"label": f"{bound.label}：{shown}", "url": url})
    return out


@register.simple_tag(takes_context=True)
def confirm_button(
    context: template.Context, url: str, label: str, *, title: str = "", text: str = "", confirm: str = "",
    cancel: str = "取消", danger: bool = False, primary: bool = False, small: bool = False, icon: str = "",
    reason: str = "", reason_name: str = "reason", **hidden: Any,
) -> SafeString:  # fmt: skip
    """POST button that asks first. `reason` labels a required text box; other keywords: hidden fields."""
    return component(
        "confirm_button",
        url=url, label=label, title=title or f"{label}？", text=text, confirm=confirm or label,
        cancel=cancel,
        danger=danger, primary=primary, small=small, icon=icon, reason=reason, reason_name=reason_name,
        id=_stable_id("confirm", url, label), hidden=list(hidden.items()),
        csrf_token=context.get("csrf_token", ""),
    )  # fmt: skip


# ---------- codes and charts ----------


@register.simple_tag
def hash_block(value: str) -> SafeString:
    """A fingerprint in groups of eight; read aloud as its first eight characters only."""
    short = presenters.spoken(str(value or "")[:8])
    return component("hash_block", groups=presenters.hash_groups(value), short=short)


@register.simple_tag
def short_code(value: str, big: bool = False) -> SafeString:
    """校验码 0b33-d54c of a hash or of an already short code."""
    code = presenters.short_hash(value)
    return component("short_code", code=code, spoken=presenters.spoken(code), big=big)


@register.simple_tag
def qr(text: str, title: str = "二维码", caption: str = "", border: int = 2) -> SafeString:
    """QR code as inline SVG."""
    svg = mark_safe(presenters.qr_svg(str(text), title, border))  # noqa: S308 made by segno from escaped text
    return component("qr", svg=svg, caption=caption)


@register.simple_tag
def ratio_bar(part: float | None, whole: float | None) -> SafeString:
    """Decorative bar; write the figures beside it."""
    width = min(100.0, max(0.0, 100 * float(part or 0) / float(whole))) if whole else 0.0
    return component("ratio_bar", width=f"{width:.2f}".rstrip("0").rstrip("."))


@register.simple_tag
def bar_chart(
    title: str, labels: Sequence[str], values: Sequence[float], unit: str = "", width: int = 356
) -> SafeString:
    """Bars, one per label."""
    return _chart(title, unit, charts.bar_chart(labels, values, unit, width))


@register.simple_tag
def stacked_chart(
    title: str, labels: Sequence[str], series: Iterable[Mapping[str, Any]], unit: str = "",
    totals: Sequence[float] | None = None, totals_label: str = "应抽", width: int = 356,
) -> SafeString:  # fmt: skip
    """Stacked bars; series = [{label, values, css}], css k-key, k-spec, k-gen for tiers."""
    options = {"unit": unit, "totals": totals or None, "totals_label": totals_label, "width": width}
    return _chart(title, unit, charts.stacked_chart(labels, series, **options))


@register.simple_tag
def line_chart(
    title: str, labels: Sequence[str], series: Iterable[Mapping[str, Any]], unit: str = "", width: int = 356
) -> SafeString:
    """Lines; None in values leaves a gap."""
    return _chart(title, unit, charts.line_chart(labels, series, unit=unit, width=width))


def _chart(title: str, unit: str, chart: charts.Chart) -> SafeString:
    return component("chart", chart=chart, title=title, unit=unit, id=_stable_id("chart", title, chart.rows))


# ---------- filters ----------


def _local(value: Any) -> Any:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


register.filter("cn_date", lambda value: presenters.cn_date(_local(value)))
register.filter("cn_day", lambda value: presenters.cn_day(_local(value)))
register.filter("cn_time", lambda value: presenters.cn_time(_local(value)))
register.filter("cn_period", presenters.cn_period)
register.filter("percent", presenters.percent)
register.filter("masked_name", presenters.masked_name)
register.filter("masked_number", presenters.masked_number)
register.filter("hash_groups", presenters.hash_groups)
register.filter("short_hash", presenters.short_hash)

"""Components render, escape what users typed, and leave nothing undefined."""

import copy
import re
from datetime import date
from html.parser import HTMLParser

import pytest
from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.template import Context, RequestContext, Template
from django.test import RequestFactory, override_settings

from config import gallery

ATTACK = "<img src=x onerror=alert(1)>\"'&"
UNDEFINED = "UNDEFINED:%s"


def strict_templates():
    """The project's template settings with undefined variables made visible."""
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["OPTIONS"]["string_if_invalid"] = UNDEFINED
    return templates


def rendered(source: str, path: str = "/?q=x&page=3", **values) -> str:
    context = RequestContext(RequestFactory().get(path), values)
    context["csrf_token"] = "token"
    return Template("{% load mc %}" + source).render(context)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, list[str]]] = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, [name for name, _ in attrs]))


def _read(html: str) -> list[tuple[str, list[str]]]:
    reader = _Reader()
    reader.feed(html)
    return reader.seen


def elements(html: str) -> set[str]:
    """Names of the elements a browser would make of it."""
    return {tag for tag, _ in _read(html)}


def inline_code(html: str) -> list[str]:
    """style and on… attributes, style elements and scripts without an address."""
    found = [
        f"{tag} {name}" for tag, names in _read(html) for name in names if name == "style" or name[:2] == "on"
    ]
    return found + [
        tag for tag, names in _read(html) if tag == "style" or (tag == "script" and "src" not in names)
    ]


class AttackForm(forms.Form):
    name = forms.CharField(label=ATTACK, help_text=ATTACK, initial=ATTACK)
    kind = forms.ChoiceField(label="类别", choices=[("a", ATTACK)], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label=ATTACK)

    def clean_name(self):
        raise forms.ValidationError(ATTACK)


SNIPPETS = {
    "status_tag": "{% status_tag x %}",
    "status_tag_toned": '{% status_tag x tone="warn" icon="bang" %}',
    "tier_tag": "{% tier_tag x %}",
    "origin_badge": "{% origin_badge x %}",
    "clause_quote": "{% clause_quote x phrase=x source=x %}",
    "short_code": "{% short_code x %}",
    "hash_block": "{% hash_block x %}",
    "qr": "{% qr x title=x caption=x %}",
    "icon": '{% icon "okc" label=x %}',
    "sort_th": '{% sort_th "name" x %}',
    "confirm_button": "{% confirm_button x x title=x text=x confirm=x reason=x %}",
    "bar_chart": "{% bar_chart x xs ns unit=x %}",
    "stacked_chart": "{% stacked_chart x xs series unit=x totals=ns totals_label=x %}",
    "line_chart": "{% line_chart x xs series unit=x %}",
    "field": "{% field form.name after=x %}{% field form.kind %}{% field form.agreed %}",
    "error_summary": "{% error_summary form %}",
    "page_head": '{% include "components/page_head.html" with title=x sub=x actions=rows only %}',
    "crumb": '{% include "components/crumb.html" with trail=rows only %}',
    "sec_head": '{% include "components/sec_head.html" with title=x note=x url=x url_label=x only %}',
    "tabs": '{% include "components/tabs.html" with tabs=rows label=x only %}',
    "empty_state": '{% include "components/empty_state.html" with title=x text=x action_url=x action_label=x only %}',
    "error_state": '{% include "components/error_state.html" with title=x text=x retry_url=x only %}',
    "notice_bar": '{% include "components/notice_bar.html" with tone="warn" title=x text=x url=x url_label=x only %}',
    "toast": '{% include "components/toast.html" with text=x tone="ok" only %}',
    "stats": '{% include "components/stats.html" with figures=rows only %}',
    "bar_ladder": '{% include "components/bar_ladder.html" with rows=numbers only %}',
    "steps": '{% include "components/steps.html" with steps=rows label=x only %}',
    "rail": '{% include "components/rail.html" with steps=rows only %}',
    "phone_rail": '{% include "components/phone_rail.html" with steps=rows only %}',
    "task_list": '{% include "components/task_list.html" with tasks=rows only %}',
    "check_list": '{% include "components/check_list.html" with checks=rows only %}',
    "summary_list": '{% include "components/summary_list.html" with rows=rows only %}',
    "timeline": '{% include "components/timeline.html" with entries=rows only %}',
    "diff_table": '{% include "components/diff_table.html" with rows=rows caption=x name_label=x only %}',
    "upload_box": '{% include "components/upload_box.html" with name="f" label=x hint=x accept=x only %}',
    "upload_list": '{% include "components/upload_list.html" with files=rows only %}',
    "signature_pad": '{% include "components/signature_pad.html" with name="s" label=x person=x only %}',
    "dialog": '{% include "components/dialog.html" with id="d" title=x text=x confirm_label=x only %}',
    "progress": '{% include "components/progress.html" with url=x value=1 max=2 text=x only %}',
    "batch_bar": '{% include "components/batch_bar.html" with actions=rows unit=x only %}',
    "number_explain": '{% include "components/number_explain.html" with explain=explain only %}',
    "fieldset": '{% include "components/fieldset.html" with legend=x fields=bounds hint=x only %}',
}


def attack_values() -> dict:
    keys = [
        "label",
        "title",
        "text",
        "note",
        "value",
        "url",
        "url_label",
        "name",
        "old",
        "new",
        "message",
        "status",
        "hint",
        "unit",
        "icon_text",
        "date",
    ]
    row = dict.fromkeys(keys, ATTACK) | {"state": "bad", "tone": "warn", "current": True, "count": ATTACK}
    form = AttackForm({"name": ATTACK})
    return {
        "x": ATTACK, "xs": [ATTACK, "b"], "ns": [1, 2], "rows": [row], "form": form, "bounds": list(form),
        "numbers": [row | {"value": 3}], "series": [{"label": ATTACK, "values": [1, 2]}],
        "explain": dict.fromkeys(("title", "text", "phrase", "source", "since", "since_url", "since_label"), ATTACK)
        | {"parts": [row], "origins": [row | {"kind": ATTACK}], "source_url": ATTACK},
    }  # fmt: skip


@pytest.mark.parametrize("name", SNIPPETS)
def test_what_users_type_is_escaped(name):
    html = rendered(SNIPPETS[name], **attack_values())
    assert html.strip()
    assert "img" not in elements(html)
    assert inline_code(html) == []


@pytest.mark.parametrize("name", SNIPPETS)
def test_missing_parameters_leave_no_trace(name):
    """Everything optional left out: no undefined value is printed."""
    values = attack_values()
    bare = {
        "label": "标签",
        "value": 1,
        "state": "todo",
        "title": "题",
        "name": "名",
        "date": "2026-11-20",
        "text": "文",
    }
    values |= {"rows": [bare], "numbers": [bare], "explain": {"title": "题", "parts": [], "origins": []}}
    source = re.sub(r" (?:note|hint|sub|person|retry_url|url|action_url)=x(?= )", "", SNIPPETS[name])
    if name == "progress":
        source = SNIPPETS[name]
    with override_settings(TEMPLATES=strict_templates()):
        html = rendered(source, **values)
    missing = set(re.findall(r"UNDEFINED:[\w.]+", html)) - {
        "UNDEFINED:task.status", "UNDEFINED:row.note", "UNDEFINED:check.url_label", "UNDEFINED:fig.note",
        "UNDEFINED:tab.url", "UNDEFINED:file.message", "UNDEFINED:act.url",
    }  # fmt: skip
    assert missing == set()


def test_a_field_is_tied_to_its_help_and_errors():
    html = rendered("{% field form.name %}", form=AttackForm({"name": "x"}))
    assert 'aria-describedby="id_name-hint id_name-err1"' in html
    assert 'id="id_name-hint"' in html
    assert 'id="id_name-err1"' in html
    assert 'aria-invalid="true"' in html
    assert '<label for="id_name">' in html


def test_a_clean_field_claims_no_error():
    html = rendered('{% field form.name autocomplete="off" %}', form=AttackForm())
    assert "aria-invalid" not in html
    assert 'autocomplete="off"' in html


def test_choices_are_grouped_under_a_legend():
    html = rendered("{% field form.kind %}", form=AttackForm({}))
    assert html.count("<legend") == 1
    assert html.count('type="radio"') == 1
    assert "f--err" in html


def test_the_error_summary_links_to_each_field_and_is_silent_when_clean():
    html = rendered("{% error_summary form %}", form=AttackForm({"name": "x"}))
    assert "有 3 处需要改" in html
    assert 'href="#id_name"' in html
    assert rendered("{% error_summary form %}", form=AttackForm()).strip() == ""


def test_page_links_keep_the_filters():
    page = Paginator(range(896), 50).get_page(3)
    html = rendered('{% pagination page unit="家" %}', path="/?q=青禾&tier=key&page=3", page=page)
    assert "共 896 家，第 101 至 150 家" in html
    assert "tier=key&amp;page=4" in html
    assert html.count('aria-current="page"') == 1


def test_one_page_needs_no_links():
    html = rendered("{% pagination page %}", page=Paginator(range(3), 50).get_page(1))
    assert "共 3 条" in html
    assert "<a " not in html


def test_sorting_twice_turns_the_order_and_returns_to_the_first_page():
    up = rendered('{% sort_th "name" "企业" %}', path="/?page=3")
    down = rendered('{% sort_th "name" "企业" %}', path="/?sort=name&page=3")
    assert 'href="?sort=name"' in up
    assert 'aria-sort="none"' in up
    assert 'href="?sort=-name"' in down
    assert 'aria-sort="ascending"' in down


def test_chosen_filters_can_be_taken_off_one_by_one():
    path = "/?q=青禾&tier=key&sort=-name&page=2"
    form = gallery.FilterForm(RequestFactory().get(path).GET)
    html = rendered('{% filter_bar form main="q,tier" %}', path=path, form=form)
    assert "层级：重点" in html
    assert html.count('class="chip"') == 2
    assert 'name="sort" value="-name"' in html
    assert "更多条件" in html
    assert 'aria-label="去掉条件：层级：重点"' in html
    assert "page=" not in html


def test_a_confirmed_post_carries_the_token_and_its_hidden_fields():
    html = rendered('{% confirm_button "/x/" "撤回" reason="原因" version=3 %}')
    assert 'method="post" action="/x/"' in html
    assert 'name="csrfmiddlewaretoken" value="token"' in html
    assert 'name="version" value="3"' in html
    assert "required" in html


def test_the_deadline_tag_is_silent_without_a_deadline():
    source = "{% due_text day today left %}"
    assert rendered(source, day=None, today=date(2026, 11, 20), left=3).strip() == ""
    assert "剩 3 个工作日" in rendered(source, day=date(2026, 11, 25), today=date(2026, 11, 20), left=3)


def test_progress_polls_until_it_is_done():
    source = (
        '{% include "components/progress.html" with url="/p/" value=1 max=2 text="核对" done=done only %}'
    )
    assert 'hx-trigger="every 1s"' in rendered(source, done=False)
    assert "hx-" not in rendered(source, done=True)


def test_the_same_chart_twice_is_the_same_bytes():
    source = "{% bar_chart '应抽' xs ns %}"
    assert rendered(source, xs=["一", "二"], ns=[1, 2]) == rendered(source, xs=["一", "二"], ns=[1, 2])


def test_tags_work_without_a_request():
    html = Template("{% load mc %}{% tier_tag 'key' plain=True %}{% qs page=2 %}").render(Context())
    assert html == "◆重点?page=2"

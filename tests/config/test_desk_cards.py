"""Beside the to-do list: the next draw's checklist and the pages to go to when nothing waits."""

from types import SimpleNamespace

import pytest

from config import desk_cards


@pytest.mark.parametrize(
    "held, labels",
    [
        (set(), []),
        ({"ledger.view"}, ["操作记录"]),
        ({"draws.operate", "draws.supervise"}, ["抽取会"]),
        ({"planning.view", "registry.edit", "disclosure.view", "ledger.view"}, ["本季配额", "名录数据质量", "日程", "待公示"]),
    ],
)  # fmt: skip
def test_an_empty_desk_leads_to_the_pages_of_ones_work(held, labels):
    assert [one["label"] for one in desk_cards.shortcuts_of(frozenset(held))] == labels


def test_preparation_counts_what_is_done_and_marks_what_is_stuck(monkeypatch):
    tasks = [
        {"label": "席位", "status": "4 / 4", "tone": ""},
        {"label": "演练", "status": "没有演练", "tone": "info"},
        {"label": "人员", "status": "人手不足", "tone": "warn"},
    ]
    monkeypatch.setattr(desk_cards, "groups_of", lambda draw: [("准备", tasks[:2]), ("到会", tasks[2:])])
    draw = SimpleNamespace(number="140521-2026Q4-01")
    found = desk_cards.preparation_of(draw, frozenset({"draws.view"}))
    assert (found["done"], found["total"]) == (1, 3)
    assert [check["state"] for check in found["checks"]] == ["done", "todo", "block"]
    assert desk_cards.preparation_of(draw, frozenset()) is None
    assert desk_cards.preparation_of(None, frozenset({"draws.view"})) is None

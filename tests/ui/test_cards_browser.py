"""Tables on a phone: one card per row with the column's name before each cell, the table's meaning kept."""

import pytest

from tests.ui.test_gallery_browser import visit as visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
CARDS = "table.tbl.is-cards"


def test_a_wide_table_becomes_cards_only_on_a_phone(visit):
    assert visit(width=1366).locator(CARDS).count() == 0
    page = visit(width=390)
    table = page.locator(CARDS).first
    assert table.get_attribute("role") == "table"
    assert table.evaluate("t => t.parentElement.scrollWidth <= t.parentElement.clientWidth")
    first = table.locator("tbody tr").first
    assert first.locator(".card__name").count() == 1
    heads = set(table.locator("thead th").all_text_contents())
    assert any("，次" in head for head in heads)
    assert first.locator("[data-unit]").first.get_attribute("data-unit") == "次", (
        "the unit stands behind the number"
    )
    said = first.locator("[data-th]").evaluate_all("cells => cells.map(c => c.dataset.th)")
    assert said
    assert all(any(word in head for head in heads) for word in said)


def test_the_cards_come_when_the_window_narrows(visit):
    page = visit(width=1366)
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator(CARDS).first.wait_for(state="attached")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_only_the_way_back_is_left_of_the_trail(visit):
    page = visit("quotas", width=390)
    shown = [item.inner_text() for item in page.locator(".crumb li").all() if item.is_visible()]
    assert len(shown) == 1

"""Chart geometry."""

import pytest

from config import charts

QUARTERS = ["一季度", "二季度", "三季度", "四季度"]


def stacked(**options):
    rows = [
        {"label": "重点", "values": [32, 32, 33, 22], "css": "k-key"},
        {"label": "一般", "values": [70, 71, 71, 0], "css": "k-gen"},
    ]
    return charts.stacked_chart(QUARTERS, rows, unit="家", **options)


def test_stacked_parts_touch_and_end_at_their_sum():
    chart = stacked()
    first = [rect for rect in chart.rects if rect.x == chart.rects[0].x]
    lower, upper = first
    assert lower.y + lower.height == pytest.approx(chart.base)
    assert upper.y + upper.height == pytest.approx(lower.y)
    assert upper.height / lower.height == pytest.approx(70 / 32, rel=0.01)


def test_a_zero_part_draws_nothing():
    assert len(stacked().rects) == 7


def test_needed_totals_are_outlined_and_written_above():
    chart = stacked(totals=[102, 103, 104, 119])
    assert [rect.css for rect in chart.rects].count("k-need") == 4
    assert "22/119" in [text.text for text in chart.texts]
    assert chart.legend[-1].label == "应抽"
    assert chart.rows[-1] == ("四季度", "22", "0", "119")


def test_nothing_leaves_the_drawing_area():
    chart = stacked(totals=[102, 103, 104, 119])
    for rect in chart.rects:
        assert rect.x >= chart.left - 4
        assert rect.x + rect.width <= chart.right + 4
        assert rect.y >= 0


def test_an_empty_chart_says_so():
    assert charts.bar_chart([], []).description == "没有数据"
    assert charts.bar_chart(["一季度"], [0]).rects == ()


def test_a_missing_value_breaks_the_line_instead_of_falling_to_zero():
    chart = charts.line_chart(QUARTERS, [{"label": "本局", "values": [12.5, None, 11.4, 11]}])
    assert [len(line.dots) for line in chart.lines] == [1, 2]
    assert chart.rows[1] == ("二季度", "无")
    assert chart.rows[0] == ("一季度", "12.5")


@pytest.mark.parametrize("highest, step", [(119, 50), (4, 1), (3, 1), (896, 250), (0, 1), (0.8, 0.2)])
def test_grid_steps_are_round_numbers(highest, step):
    assert charts.nice_step(highest) == pytest.approx(step)


def test_crowded_labels_are_thinned_out():
    labels = [f"{month}月份完成" for month in range(1, 25)]
    chart = charts.bar_chart(labels, list(range(24)))
    shown = [text.text for text in chart.texts if not text.css]
    assert 0 < len(shown) < 24

"""What the screens show first, and the lottery that was agreed upon. source: ui.md §2.3, MC1 §12"""

from datetime import timedelta

import pytest
from django.test import Client

from draws import queries, scenes
from draws.scenes.strata import in_show_order, lines_of
from draws.views.live import chained
from tests.draws import factories as make
from tests.draws.pages import words

pytestmark = pytest.mark.django_db


def tiers(stage, name: str) -> list[str]:
    return [row.tier for row in stage.data[name]]


def test_strata_are_shown_key_special_general_and_the_manifest_keeps_its_own_order():
    house = make.create_house()
    draw, _ = make.signed(house, quotas=house.quotas[::-1])
    assert [line.tier for line in lines_of(draw)] == ["general", "special", "key"]
    events = chained(draw)
    shown = ["key", "special", "general"]
    for frame in scenes.frames_of(events):
        stage = scenes.stage_of(draw, events, frame, "observer")
        for name in ("lines", "strata"):
            if name in stage.data and frame.scene != "round":
                assert tiers(stage, name) == shown, frame
    frozen = [stratum["id"] for stratum in queries.state_of(draw).manifest["strata"]]
    page = words(Client().get(f"/draw/{draw.number}/?at={events[-2]['seq']}&scene=draw"))
    at = [page.index(f'data-layer="{name}"') for name in frozen]
    assert at == sorted(at, reverse=True)


def test_lines_without_a_tier_come_last_and_keep_their_order():
    class Line:
        def __init__(self, tier: str, name: str) -> None:
            self.tier, self.name = tier, name

    rows = [
        Line("", "a"),
        Line("general", "b"),
        Line("", "c"),
        Line("key", "d"),
        Line("special", "e"),
        Line("key", "f"),
    ]
    assert "".join(row.name for row in in_show_order(rows)) == "dfebac"


def test_everybody_sees_which_lottery_goes_into_the_seed_and_when_it_is_drawn():
    house = make.create_house()
    expected = make.HELD + timedelta(hours=12)
    draw, _ = make.frozen(house, pub=("cn.ssq", "2026120"), pub_expected_at=expected)
    anybody = Client()
    for path in ("", "?mode=screen", "?at=1", "?at=2&scene=commit"):
        page = words(anybody.get(f"/draw/{draw.number}/{path}"))
        assert "双色球第 2026120 期" in page, path
        assert "预计 2026-10-13 21:30 开奖" in page, path
    for path in ("/open/notices/", f"/open/draws/{draw.number}/"):
        page = words(anybody.get(path))
        assert "双色球第 2026120 期" in page, path
        assert "预计 2026-10-13 21:30 开奖" in page, path

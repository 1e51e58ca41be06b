"""A real draw, its visits, their publication: the published name stands up to the independent verifier."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from disclosure import actions
from disclosure.models import DisclosureTask, Publication
from draws import actions as draws
from draws import queries
from inspections import actions as inspections
from inspections.models import Record, Review, VisitItem
from tests.disclosure import factories as make
from tests.draws import factories as ceremony
from tests.factories import create_user

pytestmark = pytest.mark.django_db
VERIFIER = Path(__file__).parents[2] / "static" / "verify" / "verify_draw.py"
DAY = ceremony.ON + timedelta(days=14)


@pytest.fixture
def published(db):
    """One of the drawn visits inspected, reviewed and published; the others still waiting."""
    house = ceremony.create_house()
    draw, _ = ceremony.signed(house)
    visit = inspections.create_visits(by=house.operator, draw=draw)[0]
    for name, value in {
        "state": "reviewed", "dispatched_at": make.at(DAY, 8), "arrived_at": make.at(DAY, 9), "completed_on": DAY,
    }.items():  # fmt: skip
        setattr(visit, name, value)
    visit.save()
    VisitItem.objects.filter(visit=visit).update(result="no_problem")
    record = Record.objects.create(
        visit=visit, version=1, outcome="no_problem", summary="", content="{}", sha256="0" * 64, written_by=house.inspector_user
    )  # fmt: skip
    Review.objects.create(record=record, reviewer=create_user(house.organisation, "reviewer"), passed=True)
    publisher = create_user(house.organisation, "publisher")
    actions.ensure_tasks(organisation=house.organisation, on=DAY)
    now = timezone.now()
    for task in DisclosureTask.objects.filter(kind__in=["result", "draw"]).order_by("-kind"):
        actions.propose(by=publisher, task=task, now=now)
        actions.approve(by=house.head, task=task, now=now)
        actions.publish(by=publisher, task=task, now=now)
    draw.refresh_from_db()
    made = Publication.objects.get(kind="result")
    assert "核验本次抽取" not in Client().get(reverse("open:result", args=[made.number])).content.decode()
    draws.close(by=house.operator, draw=draw, now=now)
    return draw, visit, made


def test_the_published_name_is_the_one_that_was_sealed(published, tmp_path):
    draw, visit, made = published
    opening = made.record["draw"]["opening"]
    assert opening["c"] == visit.commitment
    assert visit.target.name in json.dumps(opening["record"], ensure_ascii=False)
    files = {"t.json": queries.transcript_of(draw, "public"), "o.json": queries.openings_of(draw, "public")}
    for name, value in files.items():
        (tmp_path / name).write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    assert opening in files["o.json"]["openings"]
    team = [entry["record"] for entry in files["o.json"]["openings"] if entry["record"]["k"] == "I"]
    assert sorted(record["name"] for record in team) == sorted(
        person.name for person in queries.visits_of(draw)[0].team
    )
    assert len(files["o.json"]["openings"]) == 1 + len(team)
    command = [
        sys.executable,
        str(VERIFIER),
        str(tmp_path / "t.json"),
        "--openings",
        str(tmp_path / "o.json"),
        "--json",
    ]
    said = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    assert said["ok"]
    assert (said["steps"]["V19"], said["steps"]["V20"]) == ("pass", "pass")


def test_the_public_page_offers_to_verify_and_names_nobody_else(published):
    draw, visit, made = published
    page = Client().get(reverse("open:result", args=[made.number])).content.decode()
    assert "核验本次抽取" in page
    assert "盐" in page
    others = [
        row.target.name for row in draw.snapshot_targets.select_related("target").exclude(target=visit.target)
    ]
    pages = [
        Client().get(path).content.decode()
        for path in (
            "/open/",
            "/open/results/",
            f"/open/draws/{draw.number}/",
            "/open/data/all.json",
            "/open/feed.atom",
        )
    ]
    assert len(others) > 30
    assert not [
        name for name in others for text in [page, *pages] if f"{name}<" in text or f'{name}"' in text
    ]


def test_the_draw_is_published_with_numbers_that_add_up(published):
    draw, _, _ = published
    record = Publication.objects.get(kind="draw").record
    assert sum(row["drawn"] for row in record["strata"]) >= len(queries.visits_of(draw)) > 5
    assert record["freeze_hash"] == draw.freeze_hash
    page = Client().get(reverse("open:draw", args=[draw.number])).content.decode()
    assert record["strata"][0]["name"] in page
    assert "transcript.json" in page

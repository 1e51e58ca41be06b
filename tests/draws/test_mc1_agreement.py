"""Three programs that share nothing but the protocol, on odd draws and on altered records of them: one verdict."""

from __future__ import annotations

import importlib.util
import json
import random
from pathlib import Path

import pytest

from draws.rules.mc1.verification import verify
from draws.vectors.browser import BrowserVerifier
from draws.vectors.cases import VectorCase

from .mc1_odd import NAMES, altered, odd_draw

pytestmark = pytest.mark.once
VERIFIERS = Path(__file__).parents[2] / "static" / "verify"


@pytest.fixture(scope="module")
def independent():
    spec = importlib.util.spec_from_file_location("verify_draw", VERIFIERS / "verify_draw.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.verify


def _binding(report):
    """What must agree: everything of a report that passes, the steps of one that fails (protocol §14)."""
    return report if report["ok"] else {key: report[key] for key in ("ok", "failed", "steps")}


def _server(material):
    return _binding(
        verify(*(material[key] for key in ("transcript", "openings", "anchors", "prev"))).as_json()
    )


def _materials(number):
    """A draw as its file would be read, and twelve altered copies."""
    rng, material = random.Random(number), json.loads(json.dumps(odd_draw(number)))
    return [material, *(altered(material, rng) for _ in range(12))]


@pytest.mark.parametrize("number", range(24))
def test_server_and_python_verifier_give_one_verdict(number, independent):
    for place, material in enumerate(_materials(number)):
        transcript, openings, anchors, prev = material.values()
        report = _server(material)
        assert _binding(independent(transcript, openings, anchors, prev)) == report, (number, place)
        assert report["ok"] or place, (number, report)


def test_the_alterations_reach_most_of_the_steps():
    failed = {_server(material).get("failed") for number in range(24) for material in _materials(number)}
    assert len(failed) >= 15, sorted(map(str, failed))


@pytest.mark.browser
def test_the_browser_gives_the_same_verdict(page):
    page.goto((VERIFIERS / "verifier.html").as_uri())
    opened = BrowserVerifier(page)
    for number in range(100, 108):
        for place, material in enumerate(_materials(number)):
            said = opened.verify(VectorCase("odd", **material))
            assert _binding(said) == _server(material), (number, place)


def test_the_odd_names_really_are_in_the_draws():
    names = {
        entry["record"]["name"]
        for number in range(24)
        for entry in (odd_draw(number)["openings"] or {"openings": []})["openings"]
    }
    assert names == set(NAMES)

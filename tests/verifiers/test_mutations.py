"""A thousand single-field changes: both verifiers and the server refuse each, at the step that covers the field."""

from __future__ import annotations

import importlib.util
import shutil
from functools import cache

import pytest

from draws.rules.mc1.verification import verify as server_verify
from tests.verifiers.mutations import (
    CASES,
    EVENT_FIELDS,
    OTHER_FIELDS,
    fields_of,
    modes_of,
    mutations,
    row_of_table,
)
from tests.verifiers.test_verifier_html import ROOT, node

pytestmark = pytest.mark.once
SEED = 20261009


@cache
def changed():
    return mutations(SEED, each=3)


@cache
def python_verifier():
    path = ROOT / "static" / "verify" / "verify_draw.py"
    spec = importlib.util.spec_from_file_location("verify_draw", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.verify


def given(mutation):
    case = mutation.document()
    return case["transcript"], case["openings"], case["anchors"] or [], case["prev"]


def wrong(outcomes):
    """Changes that passed or were refused by another step than the one that covers the field."""
    return [
        f"{its['failed']} 应为 {sorted(one.expected)}: {one.name}"
        for one, its in zip(changed(), outcomes, strict=True)
        if its["ok"] or its["failed"] not in one.expected
    ]


@cache
def python_outcomes():
    return [python_verifier()(*given(one)) for one in changed()]


def test_every_field_of_every_vector_has_one_row_in_the_table():
    fields = {field for base in CASES for _, field, _ in fields_of(base)}
    tables = {**EVENT_FIELDS, **OTHER_FIELDS}
    assert {field for field in fields if row_of_table(tables, field) is None} == set()


def test_a_thousand_changes_reach_every_field_and_every_case():
    assert len({one.name for one in changed()}) >= 1000
    assert {one.base for one in changed()} == set(CASES)
    assert {(one.field, one.mode) for one in changed()} >= {
        (field, mode) for base in CASES for _, field, _ in fields_of(base) for mode in modes_of(field)
    }


def test_the_python_verifier_refuses_each_change_at_the_step_of_its_field():
    assert wrong(python_outcomes()) == []


def test_the_servers_own_rules_refuse_each_change_at_the_same_step():
    outcomes = [server_verify(*given(one)).failed for one in changed()]
    assert outcomes == [its["failed"] for its in python_outcomes()]


@pytest.mark.skipif(shutil.which("node") is None, reason="没有安装 Node")
def test_the_browser_verifier_refuses_each_change_at_the_same_step():
    outcomes = node([{"op": "verify", "base": one.base, "patch": one.patch} for one in changed()])
    assert wrong(outcomes) == []
    assert [its["failed"] for its in outcomes] == [its["failed"] for its in python_outcomes()]

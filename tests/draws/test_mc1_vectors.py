"""The server's rules against the golden vectors."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from draws.rules.mc1.schema import check_openings, check_transcript
from draws.rules.mc1.verification import verify
from draws.vectors.cases import apply_patch, load_json, load_negative, load_positive
from draws.vectors.micro import check_micro
from draws.vectors.regenerate import regeneration_faults

FOLDER = Path(__file__).resolve().parents[1] / "golden" / "vectors"
POSITIVE = load_positive(FOLDER)
NEGATIVE = {case.name: case for case in load_negative(FOLDER, POSITIVE)}
MICRO = list(check_micro(load_json(FOLDER / "micro.json")))


@pytest.mark.parametrize("name", POSITIVE)
def test_a_good_transcript_gives_the_whole_expected_report(name):
    case = POSITIVE[name]
    report = verify(case.transcript, case.openings, case.anchors, case.prev)
    assert report.as_json() == case.expect
    assert len(report.lines()) == 21


@pytest.mark.parametrize("name", NEGATIVE)
def test_a_tampered_transcript_fails_at_its_step_with_a_reason(name):
    case = NEGATIVE[name]
    report = verify(case.transcript, case.openings, case.anchors, case.prev)
    assert (report.ok, report.failed) == (False, case.fails)
    assert report.why
    assert {status for step, status in report.steps.items() if step > case.fails} <= {"skipped"}


@pytest.mark.parametrize("name", POSITIVE)
def test_the_forward_functions_make_every_commitment_event_and_result_again(name):
    assert list(regeneration_faults(POSITIVE[name])) == []


def test_every_micro_vector_holds():
    assert len(MICRO) > 90
    assert [entry for entry in MICRO if entry[1]] == []


def test_a_wrong_secret_is_noticed_when_a_case_is_made_again():
    case = POSITIVE["pos-01-basic"]
    wrong = case.secrets | {"master": "00" * 32, "chain_a": "11" * 32}
    faults = list(regeneration_faults(type(case)(**{**vars(case), "secrets": wrong})))
    assert any("盲号" in fault for fault in faults)
    assert any("chains" in fault for fault in faults)


def test_the_format_check_agrees_with_the_json_schema_wherever_the_schema_speaks():
    jsonschema = pytest.importorskip("jsonschema")
    schema = load_json(FOLDER / "draw-transcript.schema.json")
    validator = jsonschema.Draft202012Validator(schema)
    openings = jsonschema.Draft202012Validator({**schema["$defs"]["openings"], "$defs": schema["$defs"]})
    for case in POSITIVE.values():
        assert validator.is_valid(case.transcript)
        check_transcript(case.transcript)
        if case.openings is not None:
            assert openings.is_valid(case.openings)
            check_openings(case.openings)


def test_patches_add_replace_and_remove_without_touching_the_original():
    document = {"a": [1, 2], "b": {"c/d": 1}}
    operations = [
        {"op": "add", "path": "/a/0", "value": 0},
        {"op": "add", "path": "/a/-", "value": 3},
        {"op": "remove", "path": "/a/1"},
        {"op": "replace", "path": "/b/c~1d", "value": 2},
    ]
    assert apply_patch(document, operations) == {"a": [0, 2, 3], "b": {"c/d": 2}}
    assert document == {"a": [1, 2], "b": {"c/d": 1}}


def _command(folder: Path, **options) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("check_vectors", str(folder), stdout=out, **options)
    except SystemExit as leave:
        return int(leave.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_the_command_counts_and_passes_a_good_folder(tmp_path):
    (tmp_path / "any-name.json").write_text((FOLDER / "pos-14-empty.json").read_text("utf-8"), "utf-8")
    (tmp_path / "x.schema.json").write_text("not json at all", "utf-8")
    code, printed = _command(tmp_path, only="server")
    assert code == 0
    assert printed.splitlines()[-1] == "2 passed, 0 failed"


def test_the_command_fails_and_says_what_differs(tmp_path):
    case = json.loads((FOLDER / "pos-14-empty.json").read_text("utf-8"))
    case["expect"]["visits"] = 5
    (tmp_path / "wrong.json").write_text(json.dumps(case), "utf-8")
    code, printed = _command(tmp_path, only="server")
    assert code == 1
    assert "wrong：visits 应为 5，得到 0" in printed
    assert printed.splitlines()[-1] == "1 passed, 1 failed"


def test_the_command_refuses_an_empty_folder_in_words(tmp_path):
    with pytest.raises(CommandError, match="没有向量文件"):
        call_command("check_vectors", str(tmp_path), stdout=io.StringIO())

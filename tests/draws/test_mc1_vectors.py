"""The server's rules against the golden vectors."""

from __future__ import annotations

import copy
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from draws.rules.mc1.schema import check_openings, check_transcript
from draws.rules.mc1.verification import verify
from draws.vectors.cases import VectorFolder, apply_patch, load_json, load_negative, load_positive
from draws.vectors.micro import check_micro
from draws.vectors.regenerate import regeneration_faults

FOLDER = Path(__file__).resolve().parents[1] / "golden" / "vectors"
POSITIVE = load_positive(FOLDER)
NEGATIVE = {case.name: case for case in load_negative(FOLDER)}
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


PREVIOUS = POSITIVE["pos-09-second-batch"]


def _link(change) -> str | None:
    """The step that fails when the previous draw's file is changed."""
    prev = copy.deepcopy(PREVIOUS.prev)
    change(prev, PREVIOUS.transcript["events"][1]["body"]["prev"]["seq"])
    return verify(PREVIOUS.transcript, PREVIOUS.openings, PREVIOUS.anchors, prev).failed


@pytest.mark.parametrize(
    ("change", "failed"),
    [
        (lambda prev, seq: prev["events"].__delitem__(slice(seq, None)), None),
        (lambda prev, seq: prev["events"][seq].update(type="later"), None),
        (lambda prev, seq: prev.update(head="0" * 64, targets=[]), None),
        (lambda prev, seq: prev["events"].__delitem__(slice(seq - 1, None)), "V21"),
        (lambda prev, seq: prev["events"][seq - 1].update(at="2026-01-01T00:00:00+08:00"), "V21"),
        (lambda prev, seq: prev["events"][1]["body"].update(kind="R"), "V21"),
        (lambda prev, seq: prev.update(v="MC9"), "V21"),
        (lambda prev, seq: prev.update(draw_id="140521-2026Q4-09"), "V21"),
        (lambda prev, seq: prev.update(events=["x"] * seq), "V21"),
        (lambda prev, seq: prev.clear(), "V21"),
    ],
)
def test_of_the_previous_draw_only_what_the_link_speaks_of_counts(change, failed):
    """§14 V21: "draw_id, head after prev.seq = prev.head, kind F"; what came later is not this draw's business."""
    assert _link(change) == failed


@pytest.mark.parametrize("anchor", [{}, {"seq": 2}, {"head": "0" * 64}, 3, "2", None, []])
def test_a_head_on_paper_that_is_not_written_out_fails_in_words(anchor):
    report = verify(PREVIOUS.transcript, PREVIOUS.openings, [anchor], PREVIOUS.prev)
    assert report.failed == "V21"
    assert "没有写全" in report.why


def _golden(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


def test_vectors_are_told_apart_by_content_not_by_name(tmp_path):
    (tmp_path / "more").mkdir()
    for stem, value in (
        ("a", _golden("pos-14-empty")),
        ("more/b", [entry for entry in _golden("negative") if entry["base"] == "pos-14-empty"][:1] or []),
        ("more/c", {"quota": _golden("micro")["quota"][:2]}),
        ("d", {"$schema": "https://json-schema.org/draft/2020-12/schema"}),
    ):
        (tmp_path / f"{stem}.json").write_text(json.dumps(value), "utf-8")
    (tmp_path / "notes.txt").write_text("nothing", "utf-8")
    found = VectorFolder.read(tmp_path)
    assert (list(found.positive), list(found.micro), found.unusable) == (["a"], ["more/c"], [])
    code, printed = _command(tmp_path, only="server")
    assert (code, printed.splitlines()[-1]) == (0, f"{4 + len(found.negative)} passed, 0 failed")


def test_a_negative_finds_its_base_by_the_name_inside_the_file(tmp_path):
    entry = _golden("negative")[0]
    (tmp_path / "base.json").write_text(json.dumps(_golden(entry["base"])), "utf-8")
    (tmp_path / "tampered.json").write_text(json.dumps([entry]), "utf-8")
    found = VectorFolder.read(tmp_path)
    assert [case.name for case in found.negative] == [entry["name"]]


def test_negatives_alone_find_their_bases_among_the_published_vectors(tmp_path):
    (tmp_path / "negative.json").write_text(json.dumps(_golden("negative")[:2]), "utf-8")
    code, printed = _command(tmp_path, only="server")
    assert (code, printed.splitlines()[-1]) == (0, "2 passed, 0 failed")
    code, printed = _command(tmp_path, only="server", bases=tmp_path)
    assert (code, printed.splitlines()[-1]) == (1, "0 passed, 2 failed")


BROKEN_FILES = [
    ("not json", "broken："),
    ("{}", "认不出是哪种向量"),
    ("3", "认不出是哪种向量"),
    ('{"transcript": {}, "expect": null}', "认不出是哪种向量"),
    ("[3]", "broken 第 1 条：反例写法有误"),
    ('[{"name": "n", "base": "nowhere", "patch": [], "fails": "V01"}]', "反例 n 的基础 nowhere 不在文件夹里"),
    ('[{"name": "n", "base": "good", "patch": [{"op": "move", "path": "/a"}], "fails": "V01"}]', "写法有误"),
    ('[{"name": "n", "base": "good", "patch": [{"op": "remove", "path": "/anchors/99"}], "fails": "V01"}]', "写法有误"),
    ('{"quota": [{}]}', r"micro quota\[0\]：微向量写法有误"),
    ('{"chain": [{"tip": 1}], "novelty": []}', "不认识这一类微向量"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "words"), BROKEN_FILES)
def test_a_broken_vector_file_is_a_failure_among_the_others(tmp_path, content, words):
    (tmp_path / "good.json").write_text(json.dumps(_golden("pos-14-empty")), "utf-8")
    (tmp_path / "broken.json").write_text(content, "utf-8")
    code, printed = _command(tmp_path, only="server")
    assert code == 1
    assert re.search(words, printed), printed
    assert re.fullmatch(r"2 passed, [12] failed", printed.splitlines()[-1])


def test_a_report_that_fails_is_judged_by_its_steps_alone(tmp_path):
    case = _golden("pos-14-empty")
    case["transcript"]["head"] = "0" * 64
    skipped = dict.fromkeys(case["expect"]["steps"], "skipped") | {"V01": "pass", "V02": "fail"}
    case["expect"] |= {"ok": False, "failed": "V02", "steps": skipped}
    (tmp_path / "a.json").write_text(json.dumps(case), "utf-8")
    code, printed = _command(tmp_path, only="server")
    assert (code, printed.splitlines()[-1]) == (0, "1 passed, 0 failed")

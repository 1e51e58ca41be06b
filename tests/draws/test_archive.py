"""The archive lists every draw and hands out each whole; who saw which name; what is still closed and why."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile

import pytest
from openpyxl import load_workbook

from draws import actions, archive, names, queries
from tests.draws import factories as make
from tests.draws.pages import signed_in, words
from tests.factories import create_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return make.create_house()


def csv_of(answer) -> str:
    return answer.content.decode("utf-8-sig")


def test_void_draws_and_rehearsals_are_in_the_archive_and_the_filters_find_them(house):
    rehearsal, _ = make.frozen(house, kind="R")
    void, _ = make.frozen(house)
    actions.void(by=house.operator, draw=void, why="ERROR", text="投影故障", second=house.discipline)
    reader = signed_in(create_user(house.organisation, "auditor"))
    home = "/desk/draws/archive/"
    page = words(reader.get(home))
    for number in (rehearsal.number, void.number):
        assert f"/desk/draws/{number}/archive.zip" in page
    assert "投影故障" in page
    for query, found in [
        ("kind=R", rehearsal), ("state=void", void), (f"number={void.number}", void), ("kind=F&year=2026Q4", void),
    ]:  # fmt: skip
        lines = csv_of(reader.get(f"{home}draws.csv?{query}")).splitlines()
        assert len(lines) == 2, query
        assert lines[1].startswith(found.number)
    assert "没有符合条件" in words(reader.get(f"{home}?year=2031"))
    assert len(csv_of(reader.get(f"{home}draws.csv?having=objection")).splitlines()) == 1
    book = load_workbook(io.BytesIO(b"".join(reader.get(f"{home}draws.xlsx"))))
    assert book.active.max_row == 3
    assert signed_in(create_user(house.organisation, "inspector")).get(home).status_code == 403
    assert reader.get(f"/desk/draws/{void.number}/archive.zip").status_code == 200
    stranger = signed_in(make.create_house("quzhou-2017", quotas=False).operator)
    assert stranger.get(f"/desk/draws/{void.number}/archive.zip").status_code == 404


def test_a_bundle_verifies_with_what_is_inside_it_and_its_hashes_hold(house, tmp_path):
    draw, devices = make.frozen(house)
    make.give_digits(house, draw, devices)
    for person in (house.operator, house.discipline):
        actions.sign(by=person, draw=draw, opinion="agree", signature=person.name)
    actions.sign(seat=devices[0].seat, opinion="object", statement="骰子滚到桌下", signature="席")
    actions.note_unsigned(by=house.discipline, draw=draw, seat=devices[1].seat, why="提前离席")
    actions.seal(by=house.operator, draw=draw)
    visit = queries.visits_of(draw)[0]
    make.replace(
        house, draw, [make.ask(house, draw, "void", target=visit.commitment, why="CLOSED", reason="已拆除")]
    )
    answer = signed_in(house.operator).get(f"/desk/draws/{draw.number}/archive.zip")
    package = zipfile.ZipFile(io.BytesIO(answer.content))
    package.extractall(tmp_path)
    assert {"transcript.json", "openings.json", "minutes.docx", "signatures.json", "hashes.txt"} <= set(
        package.namelist()
    )
    listed = dict(line.split("  ")[::-1] for line in package.read("hashes.txt").decode().splitlines())
    assert set(listed) == set(package.namelist()) - {"hashes.txt"}
    assert all(hashlib.sha256(package.read(name)).hexdigest() == digest for name, digest in listed.items())
    command = [sys.executable, "verify_draw.py", "transcript.json", "--openings", "openings.json", "--json"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert json.loads(said.stdout)["ok"]
    assert {one["words"] for one in json.loads(package.read("objections.json"))} == {
        "骰子滚到桌下",
        "提前离席",
    }
    refs = {one["ref"] for one in json.loads(package.read("signatures.json"))}
    assert {one["ref"] for one in make.body_of(draw, "sign")["by"]} <= refs
    (replaced,) = json.loads(package.read("replacements.json"))
    assert (replaced["round"], replaced["decided_by"]) == (1, house.head.name)
    text = b"".join(
        package.read(name) for name in package.namelist() if name.endswith(("json", "csv", "txt"))
    ).decode()
    assert visit.target.name not in text


def test_a_draw_that_is_not_frozen_has_a_bundle_too(house):
    draw = make.prepare(house)
    package = zipfile.ZipFile(io.BytesIO(archive.bundle(draw)))
    assert "events.json" in package.namelist()
    assert "transcript.json" not in package.namelist()


def test_who_saw_which_name_is_listed_for_the_officer_and_the_auditor_only(house):
    draw, _ = make.signed(house)
    first, second = queries.visits_of(draw)[:2]
    actions.unmask(by=house.operator, draw=draw, commitments=[first.commitment], why="DISPATCH")
    actions.unmask(
        by=house.discipline, draw=draw, commitments=[first.commitment, second.commitment], why="OVERSIGHT"
    )
    actions.open_names(by=house.operator, draw=draw, commitments=[second.commitment], to="public")
    found = names.sightings(draw)
    assert [(one.kind, one.who.split("（")[0], one.why) for one in found] == [
        ("局内查看", house.operator.name, "派发检查任务"), ("局内查看", house.discipline.name, "监督查看"), ("公开", "公众", ""),
    ]  # fmt: skip
    assert dict(found[1].codes) == {first.code: "保密中", second.code: second.target.name}
    home = f"/desk/draws/{draw.number}/names/"
    for reader in (house.discipline, create_user(house.organisation, "auditor")):
        page = words(signed_in(reader).get(home))
        assert "派发检查任务" in page
        assert first.target.name not in page
        assert second.target.name in page
    rows = csv_of(signed_in(house.discipline).get(home + "seen.csv")).splitlines()
    assert len(rows) == 1 + 4
    operator = signed_in(house.operator)
    assert "派发检查任务" not in words(operator.get(home))
    assert operator.get(home + "seen.csv").status_code == 403
    assert operator.get(home + "closed.xlsx").status_code == 200


def test_every_code_that_is_not_public_has_its_reason_and_a_voided_one_can_be_opened(house):
    draw, _ = make.signed(house)
    gone, begun, public, *_ = queries.visits_of(draw)
    make.replace(
        house, draw, [make.ask(house, draw, "void", target=gone.commitment, why="CLOSED", reason="已拆除")]
    )
    actions.note_started(draw=draw, commitments=[begun.commitment, public.commitment], on=make.ON)
    actions.open_names(by=house.operator, draw=draw, commitments=[public.commitment], to="public")
    codes = {code.commitment: code for code in names.drawn_codes(draw)}
    assert len(codes) == len(queries.visits_of(draw)) + 1
    assert codes[public.commitment].opened
    assert "抽中后作废" in codes[gone.commitment].reason
    assert "10-13 开始检查" in codes[begun.commitment].reason
    assert sum("还没有开始" in code.reason for code in codes.values()) == len(codes) - 3
    operator, home = signed_in(house.operator), f"/desk/draws/{draw.number}/names/"
    lines = csv_of(operator.get(home + "closed.csv")).splitlines()
    assert len(lines) == len(codes)
    assert operator.post(home + "open/").status_code == 302
    assert {code.commitment for code in names.drawn_codes(draw) if code.opened} == {
        public.commitment,
        gone.commitment,
    }
    assert operator.post(home + "open/").status_code == 409
    actions.close(by=house.operator, draw=draw)
    draw.refresh_from_db()
    left = [code for code in names.drawn_codes(draw) if not code.opened]
    assert all("办结时仍未公开" in code.reason for code in left)

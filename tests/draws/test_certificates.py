"""抽取证明: what it says is what anybody recomputes; who may have it, and that asking tells nothing."""

import hashlib
import io
import json
import subprocess
import sys
from urllib.parse import quote

import docx
import pytest

from draws import actions, certificates, exports, policies, queries
from draws.rules.mc1.hashing import suite_of
from draws.rules.mc1.merkle import proof_holds
from draws.rules.mc1.rows import parse_target_facts
from draws.rules.why import DRAWN, NOT_DRAWN, NOT_ELIGIBLE, SUBSTITUTE
from foundation.documents import actions as documents
from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from tests.draws import factories as make
from tests.draws.checking import VERIFIER
from tests.draws.pages import signed_in, words
from tests.factories import create_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return make.create_house()


def begin_all(draw):
    begun = [visit.commitment for visit in queries.visits_of(draw)]
    actions.note_started(draw=draw, commitments=begun, on=make.ON)


def undrawn(draw):
    """An eligible target that was not drawn anywhere."""
    drawn = {visit.commitment for visit in queries.visits_of(draw)}
    return next(
        row for row in draw.snapshot_targets.order_by("pk")
        if row.commitment not in drawn and parse_target_facts(row.row[65:]).eligible_in()
    )  # fmt: skip


def test_every_number_of_a_certificate_can_be_recomputed_and_a_verifier_takes_its_file(house, tmp_path):
    draw, _ = make.signed(house)
    visit = queries.visits_of(draw)[0]
    begin_all(draw)
    actions.open_names(by=house.operator, draw=draw, commitments=[visit.commitment], to="public")
    actions.close(by=house.operator, draw=draw)
    found = certificates.certificate_of(draw, visit.commitment)
    assert found.draw.state == "closed"
    shown = subprocess.run(
        ["sh", "-c", found.leaf_command], capture_output=True, text=True, check=True
    ).stdout
    assert shown.split()[0] == visit.commitment
    manifest = make.body_of(draw, "freeze")
    assert proof_holds(
        make.SUITE, found.row.row, found.index, manifest["n_t"], found.path, manifest["t_root"]
    )
    result = {row["id"]: row["sel"] for row in make.body_of(draw, "result")["strata"]}
    for one in found.answers:
        place = one["place"]
        if place.outcome == DRAWN:
            assert result[place.stratum][place.rank - 1] == visit.commitment
            assert hashlib.sha256(one["ticket"].encode()).hexdigest() == place.ticket <= place.cut
    (tmp_path / "t.json").write_bytes(exports.transcript_json(draw, "public"))
    (tmp_path / "o.json").write_text(json.dumps(found.openings, ensure_ascii=False))
    command = [
        sys.executable,
        str(VERIFIER),
        str(tmp_path / "t.json"),
        "--openings",
        str(tmp_path / "o.json"),
        "--json",
    ]
    said = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    assert (said["ok"], said["steps"]["V19"], said["steps"]["V20"]) == (True, "pass", "pass")


def test_the_outcomes_of_all_targets_are_those_of_the_draw(house):
    draw, _ = make.signed(house)
    gone = queries.visits_of(draw)[0]
    make.replace(
        house, draw, [make.ask(house, draw, "void", target=gone.commitment, why="CLOSED", reason="已拆除")]
    )
    first = {row["id"]: set(row["sel"]) for row in make.body_of(draw, "result")["strata"]}
    later = {row["id"]: set(row["sel"]) for row in make.body_of(draw, "round_result")["strata"]}
    seen = set()
    for row in draw.snapshot_targets.all():
        for place in certificates.certificate_of(draw, row.commitment).places:
            c, stratum = row.commitment, place.stratum
            assert (place.outcome == DRAWN) == (c in first[stratum])
            assert (place.outcome == SUBSTITUTE) == (c in later.get(stratum, ()))
            assert (place.outcome == NOT_ELIGIBLE) == place.status.startswith("C.")
            assert place.outcome != NOT_DRAWN or place.rank > place.draw
            seen.add(place.outcome)
    assert {DRAWN, NOT_DRAWN, SUBSTITUTE} <= seen
    assert certificates.certificate_of(draw, gone.commitment).voided


def test_asking_the_public_page_tells_nothing_about_who_was_drawn(house, client):
    draw, _ = make.signed(house)
    first, second = queries.visits_of(draw)[:2]
    home = f"/open/draws/{draw.number}/certificate/"
    answers = {
        words(client.get(home, {"q": name})).replace(name, "X").replace(quote(name), "X")
        for name in (first.target.name, second.target.name, undrawn(draw).name, "不存在的一家厂")
    }
    assert len(answers) == 1
    assert client.get(f"/draw/{draw.number}/certificate/{first.commitment}/").status_code == 404
    assert client.get(f"/draw/{draw.number}/certificate/{draw.pk}-{first.commitment}.x/").status_code == 404
    actions.open_names(by=house.operator, draw=draw, commitments=[first.commitment], to="public")
    page = words(client.get(home, {"q": first.target.name}))
    assert f"/draw/{draw.number}/certificate/{first.commitment}/" in page
    shown = words(client.get(f"/draw/{draw.number}/certificate/{first.commitment}/"))
    assert first.target.name in shown
    assert "所以抽中" in shown
    assert "路径要等完整记录公开" in shown
    assert second.target.name not in words(client.get(home, {"q": second.target.name[:2]}))
    assert client.get(home, {"q": "青"}).status_code == 200


def test_the_desk_tells_an_enterprise_about_itself_when_that_gives_nobody_away(house, client):
    draw, _ = make.signed(house)
    row, visit = undrawn(draw), queries.visits_of(draw)[0]
    operator = signed_in(house.operator)
    home = f"/desk/draws/{draw.number}/certificates/"
    drawn = draw.snapshot_targets.get(commitment=visit.commitment)
    for one in (row, drawn):
        assert "还没有全部开始" in words(operator.get(home, {"q": one.name}))
        answer = operator.post(home + "certify/", {"uid": one.uid, "reason": "企业申请"})
        assert answer.status_code == 409
    actions.note_started(draw=draw, commitments=[visit.commitment], on=make.ON)
    assert policies.why_not(policies.check_certify, house.operator, draw, row)
    drawn.refresh_from_db()
    assert not policies.why_not(policies.check_certify, house.operator, draw, drawn)
    begin_all(draw)
    assert operator.post(home + "certify/", {"uid": row.uid, "reason": ""}).status_code == 409
    answer = operator.post(home + "certify/", {"uid": row.uid, "reason": "企业申请"})
    assert answer.status_code == 302
    assert make.types_of(draw)[-1] == "opening"
    assert make.body_of(draw, "opening") == {"cs": [row.commitment], "to": "party"}
    page = words(client.get(answer["Location"]))
    assert row.name in page
    assert "所以没有抽中" in page
    assert row.name not in words(client.get(f"/open/draws/{draw.number}/certificate/", {"q": row.name[:-1]}))
    assert signed_in(house.inspector_user).get(home).status_code == 403
    planner = create_user(house.organisation, "planner")
    assert answer["Location"] not in words(signed_in(planner).get(home, {"q": row.name}))
    assert signed_in(planner).post(home + "certify/", {"uid": row.uid, "reason": "x"}).status_code == 403
    assert operator.post(home + "certify/", {"uid": row.uid, "reason": "再要一份"}).status_code == 302
    assert make.types_of(draw).count("opening") == 1


def test_after_the_close_a_certificate_is_kept_in_the_ledger(house):
    from foundation.ledger.models import Entry

    draw, _ = make.signed(house)
    row = undrawn(draw)
    actions.close(by=house.operator, draw=draw)
    actions.certify(by=house.discipline, draw=draw, row=row, reason="企业年底申请")
    assert make.types_of(draw)[-1] == "close"
    assert Entry.objects.filter(act="draws.certify").count() == 1
    with pytest.raises(NotAllowed):
        actions.certify(by=house.bureau.planner, draw=draw, row=row, reason="x")


def test_the_enterprise_has_its_own_from_the_beginning_of_the_visit(house):
    draw, _ = make.signed(house)
    visit = queries.visits_of(draw)[0]
    row = draw.snapshot_targets.get(commitment=visit.commitment)
    with pytest.raises(OutOfOrder, match="检查开始以后"):
        actions.certify_party(draw=draw, row=row)
    actions.note_started(draw=draw, commitments=[visit.commitment], on=make.ON)
    actions.certify_party(draw=draw, row=row)
    actions.certify_party(draw=draw, row=row)
    assert make.types_of(draw).count("opening") == 1
    fresh = make.prepare(house, kind="R")
    with pytest.raises(RuleBroken):
        actions.certify_party(draw=fresh, row=row)


def test_the_files_of_a_certificate_say_the_same(house, client):
    draw, _ = make.signed(house)
    visit = queries.visits_of(draw)[0]
    actions.open_names(by=house.operator, draw=draw, commitments=[visit.commitment], to="public")
    home = f"/draw/{draw.number}/certificate/{visit.commitment}/"
    proof = client.get(home + "certificate.json").json()
    assert (proof["row"], proof["n_t"], proof["path"]) == (proof["row"], draw.snapshot_targets.count(), [])
    assert client.get(home + "openings.json").json()["openings"][0]["c"] == visit.commitment
    paper = docx.Document(io.BytesIO(client.get(home + "certificate.docx").content))
    texts = "\n".join(paragraph.text for paragraph in paper.paragraphs)
    assert visit.commitment in texts
    assert certificates.certificate_of(draw, visit.commitment).leaf_text in texts
    assert client.get(home + "certificate.pdf").status_code == 302
    assert client.get(home + "pdf/").status_code == 405
    assert client.post(home + "pdf/").status_code == 302
    assert client.post(home + "pdf/").status_code == 302
    document = documents.latest("draw_certificate", visit.commitment)
    assert type(document).objects.count() == 1
    documents.make(document.pk)
    assert client.get(home + "certificate.pdf").content.startswith(b"%PDF")
    client.post(home + "pdf/")
    assert type(document).objects.count() == 1
    assert suite_of(draw.version).name == "sha256"

"""Every row of the protocol's threat table is met by a test or by a written procedure (docs/threats.md)."""

import copy
import hashlib
import re
from pathlib import Path

import pytest

from draws import documents, queries, secrets
from draws.rules.mc1.canonical import canon
from draws.rules.mc1.entropy import ENOUGH_BITS, entropy_bits
from draws.rules.mc1.events import heads
from draws.rules.mc1.rows import commitment_of, make_record, sorted_rows
from draws.rules.mc1.verification import verify
from personnel.models import Inspector
from tests.draws import factories as make
from tests.draws.checking import VERIFIER, verdicts
from tests.draws.mc1_draws import Ceremony

ROOT = Path(__file__).parents[2]
ROWS = 17  # draw-protocol.md §13


def rows() -> list[tuple[str, str, str]]:
    lines = (ROOT / "docs" / "threats.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return [tuple(row) for row in cells[1:]]


def test_every_threat_names_a_test_that_exists_or_a_procedure():
    assert len(rows()) == ROWS
    for threat, _, proof in rows():
        named = re.findall(r"`((?:verifiers/)?test_\w+\.py)::(test_\w+)`", proof)
        assert named or "程序：" in proof, threat
        for file, name in named:
            folder = ROOT / "tests" if "/" in file else ROOT / "tests" / "draws"
            assert f"def {name}(" in (folder / file).read_text(encoding="utf-8"), (threat, name)


@pytest.fixture
def house(db):
    return make.create_house()


@pytest.fixture
def draw(house):
    return make.signed(house)[0]


def anchors(draw) -> list[dict]:
    """What the seats took home on paper."""
    return [
        {"seq": event.seq, "head": event.head} for event in draw.events.filter(type__in=["freeze", "result"])
    ]


def rechained(transcript: dict) -> dict:
    """The forger recomputes the chain after his change."""
    return {**transcript, "head": heads(make.SUITE, transcript["draw_id"], transcript["events"])[-1]}


def forged(draw, change) -> dict:
    transcript = copy.deepcopy(queries.transcript_of(draw))
    change(transcript)
    return transcript


def test_a_changed_quota_contradicts_the_head_on_paper(draw):
    def lower(transcript):
        stratum = transcript["events"][1]["body"]["strata"][0]
        stratum["num"] += 1

    assert verify(forged(draw, lower)).failed == "V02"
    report = verify(rechained(forged(draw, lower)), None, anchors(draw), None)
    assert not report.ok


def test_a_rehearsal_cannot_be_relabelled(house):
    rehearsal, _ = make.signed(house, kind="R")

    def relabel(transcript):
        for event in transcript["events"][:2]:
            event["body"]["kind"] = "F"
            event["body"]["draw_id"] = event["body"]["draw_id"].replace("-R", "-")
        transcript["draw_id"] = transcript["draw_id"].replace("-R", "-")

    assert verify(rechained(forged(rehearsal, relabel))).failed in ("V09", "V10")


def test_nobody_chooses_the_secret_and_twenty_dice_are_enough(house):
    first, _ = make.frozen(house, kind="R")
    second, _ = make.frozen(house, kind="R")
    assert secrets.unseal(first).op_secret != secrets.unseal(second).op_secret
    seats = make.body_of(first, "freeze")["seats"]
    assert entropy_bits(seats, {"D1": "4" * 20}) >= ENOUGH_BITS > entropy_bits(seats, {"D1": "4" * 17})


def test_the_evidence_of_a_status_is_bound_and_can_be_shown(house):
    person = Inspector.objects.filter(organisation=house.organisation).first()
    Inspector.objects.filter(pk=person.pk).update(certificate_valid_until="2026-01-01")
    draw, _ = make.frozen(house)
    row = draw.snapshot_inspectors.get(inspector=person)
    (opening,) = queries.openings_for(draw, [row.commitment])
    assert opening["record"]["ev"] == hashlib.sha256(row.evidence.encode()).hexdigest()
    assert '"status":"L.CERT"' in row.evidence
    assert commitment_of(make.SUITE, opening["salt"], {**opening["record"], "ev": ""}) != row.commitment


class Padded(Ceremony):
    """A bureau that enters every other target twice, under two names' worth of facts, before the freeze."""

    def _targets(self, number: int) -> list[str]:
        for place in range(number):
            self._commit("T", f"T{place // 2:04d}", self.target_facts().text)
        return sorted_rows([made for made in self.commitments.values() if made.record["k"] == "T"])


def test_a_register_padded_before_the_freeze_is_found_when_the_names_are_opened():
    draw = Padded(4).freeze().collect().result().close()
    assert verify(draw.transcript()).ok
    report = verify(draw.transcript(), draw.openings())
    assert (report.failed, report.steps["V19"]) == ("V20", "pass")


def test_one_target_twice_is_found_in_the_openings(draw):
    first, second = (one.commitment for one in queries.visits_of(draw)[:2])
    openings = {
        "format": "MC1-openings",
        "draw_id": draw.number,
        "openings": queries.openings_for(draw, [first, second]),
    }
    transcript = queries.transcript_of(draw)
    assert verify(transcript, openings).steps["V20"] == "pass"
    twice = copy.deepcopy(openings)
    twice["openings"][1]["record"]["uid"] = twice["openings"][0]["record"]["uid"]
    assert verify(transcript, twice).failed == "V19"


def test_every_face_shows_the_same_fingerprint(draw):
    (frozen,) = [event for event in queries.public_events(draw) if event["type"] == "freeze"]
    page = documents.minutes(str(draw.pk))
    assert frozen["screen"]["freeze_hash"] == draw.freeze_hash == page.context["draw"].freeze_hash
    assert make.SUITE.h("freeze", canon(make.body_of(draw, "freeze"))) == draw.freeze_hash


def test_a_name_cannot_be_tried_without_its_salt(draw):
    row = draw.snapshot_targets.first()
    evidence = hashlib.sha256(row.evidence.encode()).hexdigest() if row.evidence else ""
    record = make_record("T", row.uid, row.name, row.row[65:], evidence)
    (opening,) = queries.openings_for(draw, [row.commitment])
    assert commitment_of(make.SUITE, opening["salt"], record) == row.commitment
    for guess in ("", "0" * 64, draw.freeze_hash):
        assert commitment_of(make.SUITE, guess, record) != row.commitment
    assert opening["salt"] not in str(queries.transcript_of(draw))


def test_infeasible_is_proved_and_cannot_be_pretended(house, tmp_path):
    spare = list(Inspector.objects.filter(organisation=house.organisation).values_list("pk", flat=True))[1:]
    Inspector.objects.filter(pk__in=spare).update(certificate_valid_until="2026-01-01")
    draw, _ = make.signed(house)
    result = make.body_of(draw, "result")
    assert len(result["lacking"]) == len(queries.visits_of(draw)) > 0
    assert all(visit.lacking for visit in queries.visits_of(draw))
    assert verdicts(draw, tmp_path)["V14"] == "pass"

    def pretend(transcript):
        transcript["events"][-2]["body"]["level"] = 0

    assert verify(rechained(forged(draw, pretend))).failed == "V13"


def test_the_verifiers_fingerprints_are_announced(draw):
    announced = make.body_of(draw, "announce")["verifiers"]
    assert hashlib.sha256(VERIFIER.read_bytes()).hexdigest() in announced


def test_a_rewritten_and_rechained_log_contradicts_the_paper(draw):
    def backdate(transcript):
        transcript["events"][1]["at"] = "2026-10-12T09:30:00+08:00"

    silent = rechained(forged(draw, backdate))
    assert verify(silent).ok
    assert verify(silent, None, anchors(draw), None).failed == "V21"

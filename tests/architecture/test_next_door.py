"""Whoever works at another bureau finds nothing of ours: no page, no export, no file, no interface, no effect."""

import io
import re
import zipfile

import pytest
from django.apps import apps
from django.test import Client

from draws.models import Draw, Seat
from foundation.ledger.models import Entry
from tests.architecture import next_door as door
from tests.architecture.test_urls import ROUTES

# 谁看得到什么与数据库是哪一种无关；填行时借了 SQLite 的一个开关。
pytestmark = [pytest.mark.django_db, pytest.mark.once]

# 公开的门对谁都一样；抽取会的直播只看其中由本局人员办理的页面。
OURS = ("desk/", "m/", "api/v1/", "draw/<slug:number>/oversight/")
OPEN = ("api/v1/open/", "desk/_ui/")
PARAMETER = re.compile(r"<(\w+):(\w+)>")

MODELS = {
    "absence_id": "personnel.Absence", "area_id": "organisation.Area", "asked": "draws.ReplacementRequest",
    "assignment_id": "registry.TierAssignment", "assistant_id": "personnel.Assistant", "audit_id": "inspections.Audit", "basis_id": "registry.LegalBasis",
    "batch_id": "registry.ImportBatch", "case_id": "inspections.CaseFile", "certificate_id": "personnel.Certificate",
    "change": "draws.PoolChange", "change_id": "registry.PendingChange", "comparison_id": "registry.PermitComparison",
    "conflict": "draws.ConflictOfInterest", "consent_id": "draws.SwapConsent", "document_id": "documents.Document",
    "entity_id": "registry.Entity", "evidence_id": "inspections.Evidence", "finding_id": "inspections.AuditFinding", "flag_id": "registry.TargetFlag",
    "followup_id": "inspections.FollowUp", "handover_id": "inspections.Handover", "helper_id": "inspections.VisitAssistant", "inspector_id": "personnel.Inspector",
    "item_id": "registry.InspectionItem", "merge_id": "registry.Merge", "note_id": "planning.RuleNote", "number_id": "planning.PlannedNumber",
    "objection_id": "disclosure.Objection", "omission_id": "personnel.Omission", "override_id": "planning.Override",
    "monitoring_id": "inspections.Monitoring", "participant_id": "planning.PlanParticipant", "partner_id": "inspections.VisitPartner", "plan_id": "planning.AnnualPlan", "posting_id": "personnel.Posting",
    "quota_id": "planning.Quota", "remap_id": "registry.BasisRemap", "saved_id": "registry.SavedFilter",
    "source_id": "registry.ColumnMapping", "special_id": "inspections.SpecialCheck", "target_id": "registry.Target",
    "task_id": "planning.PlanTask", "unit": "organisation.Unit", "user_id": "organisation.User",
    "visit_id": "inspections.Visit", "word_id": "personnel.Speciality",
}  # fmt: skip
ELSEWHERE = [
    ("desk/tasks/import/", {"batch_id": "inspections.FieldImport", "source_id": "inspections.FieldMapping"}),
    ("desk/inspectors/", {"batch_id": "personnel.PersonnelImport", "source_id": "personnel.PersonnelMapping"}),
    ("desk/conflicts/", {"file_id": "draws.ConflictEvidence"}), ("m/conflicts/", {"file_id": "draws.ConflictEvidence"}),
    ("desk/plans/files/", {"file_id": "planning.PlanFile"}), ("desk/quarters/overrides/", {"file_id": "planning.OverrideFile"}),
    ("desk/draws/off/", {"pk": "draws.OffPlatformDraw"}),
    ("desk/publish/", {"task_id": "disclosure.DisclosureTask"}), ("desk/draws/", {"run": "draws.FeasibilityRun", "file_id": "draws.PoolChangeFile"}),
    ("desk/tasks/", {"file_id": "inspections.MonitoringFile"}),
    ("desk/plans/", {"run": "planning.YearSimulation"}), ("api/v1/targets/", {"pk": "registry.Target"}),
    ("api/v1/items/", {"pk": "registry.InspectionItem"}), ("api/v1/inspectors/", {"pk": "personnel.Inspector"}),
    ("api/v1/plans/", {"pk": "planning.AnnualPlan"}), ("api/v1/visits/", {"pk": "inspections.Visit"}),
    ("desk/objects/changes/batch/", {"batch_id": "registry.ImportBatch"}),
]  # fmt: skip
# 这些不是谁的：年度、期、格式、栏目。
PLAIN = {
    "year": ["2026"], "period": ["2026Q4"], "fmt": ["xlsx", "csv"], "what": ["results"], "kind": ["public"], "line": ["key"],
    "verb": ["propose", "approve", "publish", "withdraw"], "layout": ["list"], "at": ["0"],
}  # fmt: skip


def values(route: str, name: str, bureau) -> list[str]:
    for prefix, named in ELSEWHERE:
        if route.startswith(prefix) and name in named:
            return _keys(named[name], bureau)
    if name == "number" and "<slug:number>" in route:
        return list(Draw.objects.filter(organisation=bureau).values_list("number", flat=True))
    if name == "seat":
        return list(Seat.objects.filter(draw__organisation=bureau).values_list("seat", flat=True))[:1]
    if name == "seq":
        return [str(Entry.objects.filter(organisation=bureau).values_list("seq", flat=True).first())]
    if name == "number":
        return ["1"]
    return PLAIN[name] if name in PLAIN else _keys(MODELS[name], bureau)


def _keys(label: str, bureau) -> list[str]:
    found = door.of(apps.get_model(label), bureau).values_list("pk", flat=True)
    assert found, f"{label}：隔壁局没有一行"
    return [str(found[0]), str(found[len(found) - 1])] if len(found) > 1 else [str(found[0])]


def paths(bureau) -> list[tuple[str, bool]]:
    """Every address under our doors, and whether it names something of theirs."""
    made = []
    for route in ROUTES:
        if not route.startswith(OURS) or route.startswith(OPEN):
            continue
        names = [name for _, name in PARAMETER.findall(route)]
        named = [name for name in names if name not in PLAIN]
        lists = [values(route, name, bureau) for name in names]
        width = max((len(one) for one in lists), default=1)
        for at in range(width):
            path = "/" + route
            for one in lists:
                path = PARAMETER.sub(one[min(at, len(one) - 1)], path, count=1)
            made.append((path, bool(named)))
    return sorted(set(made))


def said(response) -> str:
    """What an answer says; a workbook or an archive is opened."""
    data = b"".join(response.streaming_content) if response.streaming else response.content
    if not data.startswith(b"PK\x03\x04"):
        return data.decode("utf-8", "replace") + str(response.headers)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Built once for this file and rolled back after it."""
    from django.db import transaction

    with django_db_blocker.unblock():
        atomic = transaction.atomic()
        atomic.__enter__()
        yield door.build()
        transaction.set_rollback(True)
        atomic.__exit__(None, None, None)


def signed_in(user) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def test_every_parameter_of_every_address_is_known(world):
    assert len(paths(world.theirs)) > 300


@pytest.mark.parametrize("role", ["inspector", "every"])
def test_nothing_of_theirs_is_read(world, role):
    client, leaks = signed_in(world.ours[role]), []
    for path, named in paths(world.theirs):
        answer = client.get(path)
        # A page that only takes forms sends whoever comes by GET to its own page, without looking.
        if answer.status_code >= 500 or (named and answer.status_code not in (302, 403, 404, 405)):
            leaks.append(f"{answer.status_code} {path}")
        elif door.MARK in said(answer):
            leaks.append(f"名称 {path}")
    assert leaks == []


def body(bureau) -> dict:
    """Whatever a form may send that names a row: keys of theirs under the names that forms use."""
    key = lambda label: _keys(label, bureau)  # noqa: E731
    draw = Draw.objects.filter(organisation=bureau).first()
    return {
        "selected": key("registry.Target") + key("disclosure.DisclosureTask") + key("draws.ReplacementRequest"),
        "target": key("registry.Target")[0], "into": key("registry.Target")[-1], "inspector": key("personnel.Inspector"),
        "inspectors": key("personnel.Inspector"), "draw": str(draw.pk), "plan": key("planning.AnnualPlan"),
        "quota": key("planning.Quota"), "unit": key("organisation.Unit"), "user": key("organisation.User"),
        "drawn": key("planning.Drawn"), "items": key("registry.InspectionItem"), "entity": key("registry.Entity"),
        "areas": key("organisation.Area"), "area": key("organisation.Area"), "reason": "隔局", "evidence": "无", "note": "无",
        "action": "publish", "year": "2026", "relation": "KIN", "since": "2026-11-20", "period": "2026Q4", "kind": "F",
    }  # fmt: skip


@pytest.mark.parametrize(("side", "role"), [("ours", "inspector"), ("ours", "every"), ("above", "every")])
def test_nothing_of_theirs_is_changed(world, role, side):
    client, sent, wrong = signed_in(getattr(world, side)[role]), body(world.theirs), []
    before = door.written(world.theirs)
    for path, named in paths(world.theirs):
        answer = client.post(path, sent)
        found = (403, 404, 405) if named and side == "ours" else range(200, 500)
        if answer.status_code not in found:
            wrong.append(f"{answer.status_code} {path}")
        if door.written(world.theirs) != before:
            wrong.append(f"写入 {path}")
            before = door.written(world.theirs)
    assert wrong == []

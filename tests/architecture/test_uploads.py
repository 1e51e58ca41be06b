"""Every form that takes a file, given every bad file: refused by name with the remedy, nothing kept; a good one is kept."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.utils import timezone

from draws import actions as draws
from draws.models import ConflictEvidence, OffPlatformDraw, PoolChangeFile
from foundation.organisation.roles import Role
from inspections.actions import arrange_monitoring
from inspections.models import Evidence, MonitoringFile
from personnel.models import PersonnelImport
from planning import actions as planning
from planning.models import OverrideFile, PlanFile
from registry.models import ImportBatch, PermitComparison, Target
from tests.architecture import bad_files as bad
from tests.draws import factories as make
from tests.factories import create_inspector, create_user
from tests.inspections import factories as visits
from tests.planning.factories import TODAY

# What a file is, does not depend on the kind of database.
pytestmark = [pytest.mark.django_db, pytest.mark.once]
SCAN = "签字单.pdf"
KEPT = (
    Evidence, ConflictEvidence, OffPlatformDraw, OverrideFile, PlanFile, PoolChangeFile, MonitoringFile, ImportBatch, PersonnelImport, PermitComparison,
)  # fmt: skip


class World:
    """A bureau with something under every door, and one person who may open them all."""

    def __init__(self) -> None:
        house = make.create_house()
        self.user = create_user(house.organisation, *Role.values, name="全某")
        inspector = create_inspector(house.organisation, user=self.user, name="全某")
        self.client = Client(raise_request_exception=False)
        self.client.force_login(self.user)
        self.target = Target.objects.of(house.organisation).first()
        self.plan = planning.create_plan(
            by=house.bureau.planner,
            organisation=house.organisation,
            year=2026,
            on=TODAY,
            kind="joint_departments",
        )
        self.override = planning.request_override(
            by=self.user, organisation=house.organisation, year=2026, rule="twice_a_year", reason="信访", evidence="函", no_file_reason="纸件在档案室",
            target=Target.objects.of(house.organisation).last(),
        )  # fmt: skip
        self.conflict = draws.declare_conflict(
            by=self.user,
            inspector=inspector,
            relation="KIN",
            since=date(2026, 1, 1),
            evidence="表",
            target=self.target,
        )
        self.case = visits.started(visits.create_case(bureau=house.bureau))
        self.quota = house.quotas[0]
        self.prepared = make.prepare(house)
        self.monitoring = arrange_monitoring(
            by=self.case.lead, visit=self.case.visit, unit="监测站", what="总排口"
        )
        self.head = house.head
        self.inspector = inspector
        self.phone = Client(raise_request_exception=False)
        self.phone.force_login(self.case.lead)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.utils.timezone.localdate", lambda *args: TODAY)
        yield World()
        transaction.set_rollback(True)


def conflict_form(world: World) -> dict:
    return {
        "inspector": world.inspector.pk,
        "uid": world.target.uid,
        "relation": "SHARE",
        "since": "2026-01-01",
        "evidence": "表",
    }


def doors(world: World) -> dict[str, tuple[str, dict]]:
    """name: (address, the other fields); the name of the file field stands in FIELD when it is not `file`."""
    asked = {"rule": "twice_a_year", "target": world.target.uid, "reason": "信访", "evidence": "函"}
    quota, visit = world.quota, world.case.visit
    held = timezone.localtime() - timedelta(days=1)
    return {
        "计划附件": (f"/desk/plans/{world.plan.pk}/files/", {"title": "规范"}),
        "例外": ("/desk/quarters/overrides/", {"year": "2026", **asked}),
        "例外补交": (f"/desk/quarters/overrides/{world.override.pk}/attach/", {}),
        "名单页例外": (f"/desk/quarters/{quota.period}/{quota.line}/{quota.unit_id}/ask/", asked),
        "利害关系": ("/desk/conflicts/new/", conflict_form(world)),
        "改报": (f"/desk/conflicts/{world.conflict.pk}/again/", conflict_form(world)),
        "手机利害关系": ("/m/conflicts/new/", conflict_form(world)),
        "手机改报": (f"/m/conflicts/{world.conflict.pk}/again/", conflict_form(world)),
        "平台外抽取": (f"/desk/draws/off/new/?period={make.PERIOD}", {
            "kind": "paper", "held_at": held.strftime("%Y-%m-%dT%H:%M"), "place": "二楼", "method": "纸签", "reason": "停电",
            "approver": world.head.pk, f"list-{quota.pk}": world.target.uid,
        }),
        "排除": (f"/desk/draws/{world.prepared.number}/pool/ask/", {
            "kind": "exclude", "uid": world.target.uid, "reason": "停产检修", "evidence": "函",
        }),
        "监测报告": (f"/desk/tasks/{visit.pk}/monitoring/{world.monitoring.pk}/", {
            "sampler": "采某", "result": "达标", "exceeded": "no",
        }),
        "检查证据": (f"/m/t/{visit.pk}/evidence/", {}),
        "事项照片": (f"/m/t/{visit.pk}/items/1/", item_form(world)),
        "对象导入": ("/desk/objects/import/", {}),
        "人员导入": ("/desk/inspectors/import/", {}),
        "辅助人员导入": ("/desk/inspectors/assistants/import/", {}),
        "事项导入": ("/desk/matters/import/", {}),
        "许可名单": ("/desk/objects/completeness/", {}),
        "放假安排": ("/desk/settings/holidays/check/", {"year": "2030", "source": "国办发明电〔2029〕1号"}),
    }  # fmt: skip


def item_form(world: World) -> dict:
    points = world.case.items[0].item.checkpoints.all()
    return {f"p{point.pk}": "clear" for point in points} | {"result": "no_problem"}


PAPERS = (
    "计划附件",
    "例外",
    "例外补交",
    "名单页例外",
    "利害关系",
    "改报",
    "手机利害关系",
    "手机改报",
    "平台外抽取",
    "排除",
    "监测报告",
    "检查证据",
    "事项照片",
)
LISTS = ("对象导入", "人员导入", "辅助人员导入", "事项导入", "许可名单", "放假安排")
FIELD = {
    "利害关系": "proof",
    "改报": "proof",
    "手机利害关系": "proof",
    "手机改报": "proof",
    "检查证据": "files",
    "事项照片": "photos",
}
PHONE = ("检查证据", "事项照片")


def standing() -> tuple:
    return tuple(model.objects.count() for model in KEPT)


def send(world: World, door: str, name: str, data: bytes):
    """The answer after the redirect, and everything as before."""
    path, fields = doors(world)[door]
    client = world.phone if door in PHONE else world.client
    file = SimpleUploadedFile(name, data, content_type="application/octet-stream")
    answer = client.post(path, {**fields, FIELD.get(door, "file"): file}, follow=True)
    return answer, re.sub(r"\s+", " ", answer.content.decode())


@pytest.mark.parametrize("door", PAPERS + LISTS)
def test_a_bad_file_is_refused_by_what_is_wrong_with_it(world, door):
    wrong = []
    for fault, (name, made, words) in (bad.EVIDENCE if door in PAPERS else bad.TABLES).items():
        before = standing()
        with transaction.atomic():
            answer, said = send(world, door, name, made())
            if answer.status_code >= 500 or words not in said:
                wrong.append((fault, answer.status_code, said[said.find("<main") :][:1500]))
            if standing() != before:
                wrong.append((fault, "kept"))
            transaction.set_rollback(True)
    assert wrong == []


NAMES = (SCAN, "../../etc/签字单.pdf", "C:\\temp\\签字单.pdf", "签\x00字单.pdf", "\u202e签字单.pdf")


@pytest.mark.parametrize("door", PAPERS)
def test_a_good_file_is_kept_under_a_plain_name(world, door):
    before = standing()
    for name in NAMES if door == "检查证据" else NAMES[-1:]:
        with transaction.atomic():
            answer, said = send(world, door, name, bad.pdf(b"<< /Type /Page >>"))
            assert answer.status_code == 200, said[said.find("<main") :][:3000]
            after = standing()
            (model,) = (model for model, was, now in zip(KEPT, before, after, strict=True) if now == was + 1)
            assert model.objects.order_by("-pk").values_list("name", flat=True)[0] == SCAN
            transaction.set_rollback(True)


def test_pictures_of_every_telephone_pass(world):
    for data, name in (
        (bad.png(16_320, 12_240), "a.png"),
        (bad.jpg(16_320, 12_240), "b.jpg"),
        (bad.jpg(0, 0), "c.jpg"),
    ):
        with transaction.atomic():
            _, said = send(world, "检查证据", name, data)
            assert "已上传并计算指纹" in said
            transaction.set_rollback(True)


TAKERS = {
    "planning/views/agreements.py", "planning/views/quotas.py", "planning/views/own_lines.py", "planning/views/exceptions.py",
    "draws/views/conflicts.py", "draws/views/offplatform.py", "config/holidays/views.py", "registry/views/quality.py",
    "inspections/views/phone.py", "foundation/intake/views.py", "draws/views/pool.py", "inspections/views/beside.py",
}  # fmt: skip


def test_every_view_that_takes_files_stands_in_the_list_of_doors():
    """A new one gets a line in `doors`. own_lines asks through the same action as the other exceptions."""
    base = Path(settings.BASE_DIR)
    views = (path for app in settings.INSTALLED_APPS for path in (base / app.replace(".", "/")).rglob("*.py"))
    assert {str(path.relative_to(base)) for path in views if "request.FILES" in path.read_text()} == TAKERS


def test_what_is_too_large_is_counted_and_not_kept(settings, rf):
    settings.UPLOAD_MAX_BYTES = 1000
    file = SimpleUploadedFile("a.pdf", b"%PDF-" + b"x" * 200_000)
    taken = rf.post("/", {"file": file}).FILES["file"]
    assert (taken.name, taken.size, taken.read()) == ("a.pdf", 200_005, b"")
    assert (
        rf.post("/", {"file": SimpleUploadedFile("a.pdf", b"x" * 1000)}).FILES["file"].read() == b"x" * 1000
    )

"""A visit ready for each step, without a ceremony; the tests of creation walk a real draw."""

import base64
import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from django.core.files.base import ContentFile

from draws.models import Draw, SnapshotTarget
from foundation.organisation.models import RoleGrant, User
from inspections import actions
from inspections.models import TeamMember, Visit, VisitCredit, VisitItem
from inspections.rules.signing import PREFIX, Signed
from personnel.models import Inspector
from planning.models import AnnualPlan
from registry.models import CheckPoint, InspectionItem
from tests.factories import create_inspector, create_target, create_user
from tests.planning import factories as plan

BEIJING = ZoneInfo("Asia/Shanghai")
PERIOD = "2026Q4"
DISPATCHED = datetime(2026, 11, 18, 9, 0, tzinfo=BEIJING)
DAY = date(2026, 11, 20)
ARRIVED = datetime(2026, 11, 20, 9, 18, tzinfo=BEIJING)
SIGNED = datetime(2026, 11, 20, 11, 30, tzinfo=BEIJING)
REVIEWED = datetime(2026, 11, 23, 10, 0, tzinfo=BEIJING)
NORMAL_STEPS = ["出示执法证件", "说明检查事项和依据", "告知权利义务"]
_serial = count(50)


@dataclass
class Case:
    """One visit, the people around it, its bureau."""

    bureau: plan.Bureau
    draw: Draw
    visit: Visit
    lead: User
    second: User
    operator: User
    reviewer: User

    @property
    def organisation(self):
        return self.bureau.organisation

    @property
    def people(self) -> list[Inspector]:
        return [member.inspector for member in self.visit.team.filter(left_at=None).order_by("position")]

    @property
    def items(self) -> list[VisitItem]:
        return list(self.visit.items.select_related("item").order_by("id"))

    def fresh(self) -> Visit:
        self.visit.refresh_from_db()
        return self.visit


def create_draw(bureau: plan.Bureau, **fields) -> Draw:
    """A finished draw without its event chain, so that nothing is added to it."""
    operator = create_user(bureau.organisation, "operator", name="沈主持")
    annual = AnnualPlan.objects.filter(organisation=bureau.organisation).first() or AnnualPlan.objects.create(
        organisation=bureau.organisation, year=2026, version=1, name="2026年度双随机抽查计划",
        rulebook_id=bureau.book.id, rulebook_hash=bureau.book.hash, author=bureau.planner, number="青环发〔2026〕3号",
    )  # fmt: skip
    serial = f"{next(_serial):02}"
    return Draw.objects.create(**{
        "organisation": bureau.organisation, "number": f"{bureau.organisation.code}-{PERIOD}-{serial}", "kind": "F",
        "period": PERIOD, "serial": serial, "plan": annual, "rulebook_id": bureau.book.id,
        "rulebook_hash": bureau.book.hash, "state": "closed", "scheduled_at": DISPATCHED, "place": "二楼会议室",
        "operator": operator, "freeze_hash": "0" * 64, **fields,
    })  # fmt: skip


def create_items(bureau: plan.Bureau, count: int = 2, points: int = 2) -> list[InspectionItem]:
    words = ["废气治理设施是否正常运行", "危险废物贮存是否规范", "排污口是否规范", "监测记录是否完整"]
    items = []
    for at in range(count):
        item = InspectionItem.objects.create(
            organisation=bureau.organisation, code=f"SX{next(_serial):03}", name=f"{words[at % 4]}情况的检查", status="published",
            effective_from=date(2026, 1, 1), basis=["《排污许可管理条例》第十七条"], contents=[words[at % 4]],
        )  # fmt: skip
        for no in range(1, points + 1):
            CheckPoint.objects.create(
                item=item,
                no=no,
                title=f"{words[at % 4]}（{no}）",
                points="看台账，看现场",
                standard="与许可证一致",
            )
        items.append(item)
    return items


def member_user(bureau: plan.Bureau, name: str, **fields) -> tuple[User, Inspector]:
    user = create_user(bureau.organisation, "inspector", name=name)
    return user, create_inspector(bureau.organisation, name=name, user=user, **fields)


def create_case(
    book: str = "qinshui-2022",
    *,
    items: int = 2,
    points: int = 2,
    bureau: plan.Bureau | None = None,
    **target,
) -> Case:
    bureau = bureau or plan.create_bureau(book, short_name="青环", complaint_phone="0356-12369")
    draw = create_draw(bureau)
    lead, first = member_user(bureau, "武建国")
    second, other = member_user(bureau, "乔明")
    place = create_target(bureau.organisation, **{"address": "东湾镇工业路6号", **target})
    visit = create_visit(bureau, draw, place, [first, other], create_items(bureau, items, points))
    return Case(
        bureau,
        draw,
        visit,
        lead,
        second,
        draw.operator,
        create_user(bureau.organisation, "reviewer", name="郑审"),
    )


def create_visit(bureau, draw, target, inspectors, items, **fields) -> Visit:
    n = Visit.objects.filter(draw=draw).count() + 1
    visit = Visit.objects.create(**{
        "organisation": bureau.organisation, "draw": draw, "target": target, "number": f"{draw.number}-{n:03}",
        "commitment": f"{n:064}", "code": f"重{n:03}", "strata": ["key@U1"], "due_on": date(2026, 12, 31),
        "mode": bureau.book.inspection.modes[0], **fields,
    })  # fmt: skip
    SnapshotTarget.objects.create(
        draw=draw,
        target=target,
        commitment=visit.commitment,
        code=visit.code,
        uid=target.uid,
        name=target.name,
        row="x",
    )
    VisitCredit.objects.create(visit=visit, draw=draw, commitment=visit.commitment, strata=visit.strata)
    for position, inspector in enumerate(inspectors):
        TeamMember.objects.create(visit=visit, inspector=inspector, position=position)
    VisitItem.objects.bulk_create([VisitItem(visit=visit, item=item) for item in items])
    return visit


def sibling(case: Case, **target) -> Visit:
    """Another visit of the same draw and team."""
    place = create_target(case.organisation, **target)
    items = [row.item for row in case.items]
    return create_visit(case.bureau, case.draw, place, case.people, items)


def dispatch(case: Case, **given) -> Visit:
    return actions.dispatch(**{
        "by": case.operator, "visit": case.visit, "scheduled_on": DAY, "site": "http://testserver", "now": DISPATCHED, **given,
    })  # fmt: skip


def steps_of(case: Case) -> list[str]:
    return list(case.bureau.book.inspection.onsite_steps) or NORMAL_STEPS


def arrive(case: Case, **given) -> Visit:
    return actions.arrive(**{
        "by": case.lead, "visit": case.visit, "steps": steps_of(case), "received_by": "田环保", "device": "手机-0A0B0C0D", "now": ARRIVED, **given,
    })  # fmt: skip


def all_clear(row: VisitItem) -> dict[int, tuple[str, str]]:
    return {point.pk: ("clear", "") for point in row.item.checkpoints.all()}


def one_problem(
    row: VisitItem, note: str = "2 号贮存间西墙，3 桶废矿物油无标签"
) -> dict[int, tuple[str, str]]:
    answers = all_clear(row)
    answers[min(answers)] = ("problem", note)
    return answers


def fill(case: Case, *, problem: str = "") -> None:
    """Answer everything; `problem` is the code of the first item."""
    actions.set_production_state(
        by=case.lead, visit=case.visit, state="normal", sampled=False, source="在线监控平台 11 月数据"
    )
    for at, row in enumerate(case.items):
        bad = problem and at == 0
        plain = "" if row.item.checkpoints.exists() else "no_problem"
        actions.save_item(
            by=case.lead, visit_item=row, answers=one_problem(row) if bad else all_clear(row), result=problem if bad else plain,
            demand="十日内整改" if bad else "", demand_due_on=date(2026, 12, 4) if bad else None, now=ARRIVED + timedelta(hours=1),
        )  # fmt: skip


def signatures(case: Case, *, refused: bool = False) -> list[Signed]:
    given = [Signed("inspector", person.name, person.pk) for person in case.people]
    if refused:
        return [
            *given,
            Signed("enterprise", "田环保", refused=True, note="认为不需要签"),
            Signed("witness", "村委会 韩见证"),
        ]
    return [*given, Signed("enterprise", "田环保", image=ink())]


def submit(case: Case, **given):
    return actions.submit_record(**{
        "by": case.lead, "visit": case.visit, "summary": "现场检查了全部事项。", "signatures": signatures(case),
        "finished_at": SIGNED, "now": SIGNED, **given,
    })  # fmt: skip


def started(case: Case) -> Case:
    dispatch(case)
    arrive(case)
    return case


def submitted(case: Case, *, problem: str = "", **given) -> Case:
    started(case)
    fill(case, problem=problem)
    submit(case, **given)
    return case


def reviewed(case: Case, *, problem: str = "") -> Case:
    submitted(case, problem=problem)
    actions.review(by=case.reviewer, visit=case.visit, passed=True, opinion="属实", now=REVIEWED)
    return case


def grant(user: User, role: str) -> User:
    RoleGrant.objects.create(user=user, role=role)
    return User.objects.get(pk=user.pk)


# -- files ---------------------------------------------------------------------------------------------------


def png(width: int = 4, height: int = 4) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\x00" + b"\x30\x60\x90" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def ink() -> str:
    return PREFIX + base64.b64encode(png()).decode()


def office(member: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(member, "<x/>")
    return out.getvalue()


GOOD = {
    "a.jpg": b"\xff\xd8\xff\xe0" + b"0" * 40, "b.JPEG": b"\xff\xd8\xff\xe1" + b"1" * 40, "c.png": png(), "d.pdf": b"%PDF-1.7\n...",
    "e.mp4": b"\x00\x00\x00\x18ftypmp42" + b"0" * 20, "f.docx": office("word/document.xml"), "g.xlsx": office("xl/workbook.xml"),
}  # fmt: skip


def upload(content: bytes | None = None, name: str = "现场.png") -> ContentFile:
    return ContentFile(png() if content is None else content, name=name)

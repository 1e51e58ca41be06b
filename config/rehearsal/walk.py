"""The road of design.md §6, step by step, with progress and a summary."""

import json
import time
from collections.abc import Callable
from pathlib import Path

from django.core.management import call_command
from django.utils import timezone

from config.rehearsal import bureau as founding
from config.rehearsal import ceremony, outputs, publication, schedule, visits
from config.synthetic import make_world
from draws import queries
from draws.models import Draw
from foundation.ledger import actions as ledger
from foundation.rulebook import library
from foundation.rulebook.periods import Period
from foundation.workdays.models import calendar
from inspections.models import FollowUp, Visit
from planning import actions as planning
from planning.models import Quota
from registry import actions as registry
from registry.rules import reviews

Tell = Callable[..., None]


class Walk:
    """One bureau, one quarter. `problems` collects what is off; an exception of a rule ends the walk."""

    def __init__(
        self, rulebook_id: str, out: Path, *, period: str = "", targets: int | None = None, inspectors: int | None = None,
        tell: Tell, migrate: bool = True, password: str | None = None,
    ) -> None:  # fmt: skip
        self.book, self.out, self.tell, self.password = library.get(rulebook_id), out, tell, password
        self.sizes = {"targets": targets, "inspectors": inspectors}
        if migrate:
            call_command("migrate", verbosity=0)
        calendar_of_work = calendar()
        wanted = Period.parse(period) if period else schedule.default_period(self.book, timezone.localdate())
        self.schedule = schedule.schedule_for(self.book, calendar_of_work, wanted)
        self.problems: list[str] = []
        self.times: dict[str, float] = {}

    def until_drawn(self) -> None:
        """Registers, plan, quotas, draw, one replacement."""
        self._step("建机关、导名录", self.found)
        self._step("编制、批准、印发年度计划", self.plan)
        self._step("确认本期配额", self.quotas)
        self._step("抽取会", self.draw)
        self._step("一人回避，两方密钥重抽替补", self.replace)

    def run(self) -> list[str]:
        """The whole road. returns: what is off, empty when nothing is."""
        self.until_drawn()
        self._step("检查、签字、审核", self.inspect)
        self._step("送审、批准、公示", self.publish)
        self._step("输出文件", self.write)
        self._step("独立核验", self.verify)
        return self.problems

    def _step(self, name: str, act: Callable[[], str]) -> None:
        started = time.monotonic()
        said = act()
        self.times[name] = round(time.monotonic() - started, 2)
        self.tell(f"{name}：{said}（{self.times[name]:.1f} 秒）")

    def found(self) -> str:
        world = make_world(self.book.id, on=self.schedule.plan_on, **self.sizes)
        self.bureau = founding.found(world, self.schedule.plan_on, password=self.password)
        items = founding.ship_items(self.bureau, self.schedule.plan_on)
        targets = founding.import_targets(self.bureau, self.schedule.plan_on)
        inspectors = founding.import_inspectors(self.bureau, self.schedule.plan_on)
        self.accounts = founding.give_accounts(self.bureau, password=self.password)
        return f"{self.bureau.organisation.name}，事项 {items} 项，对象 {targets} 家，人员 {inspectors} 人"

    def plan(self) -> str:
        staff, on = self.bureau.staff, self.schedule.plan_on
        plan = planning.create_plan(
            by=staff.planner, organisation=self.bureau.organisation, year=self.schedule.period.year, on=on
        )
        self._fill_manual(plan)
        plan = planning.submit_plan(by=staff.planner, plan=plan, at=schedule.at(on, 10))
        plan = planning.approve_plan(by=staff.head, plan=plan, at=schedule.at(on, 15))
        number = f"〔{on.year}〕1号"
        self.annual = planning.issue_plan(
            by=staff.planner, plan=plan, number=f"{self.bureau.organisation.short_name}{number}", issued_on=on
        )
        return f"{self.annual.name}，{self.annual.tasks.count()} 项任务"

    def _fill_manual(self, plan) -> None:
        lines = {line.id for line in self.book.quotas if line.basis == "manual"}
        for task in plan.tasks.filter(line__in=lines):
            for row in task.numbers.select_related("unit"):
                planning.set_manual(
                    by=self.bureau.staff.planner, task=task, unit=row.unit, period=row.period,
                    number=self.bureau.world.mix.manual, source="年度监管工作方案", on=self.schedule.plan_on,
                )  # fmt: skip

    def quotas(self) -> str:
        on = self.schedule.announced_at.date()
        every = planning.confirm_quotas(
            organisation=self.bureau.organisation,
            period=self.schedule.period.id,
            on=on,
            by=self.bureau.staff.planner,
        )
        self.confirmed: list[Quota] = [quota for quota in every if self.book.line(quota.line).role == "draw"]
        return f"{len(self.confirmed)} 条，应抽 {sum(quota.required for quota in self.confirmed)} 家次"

    def _review_register(self) -> None:
        """Where the rulebook wants the register reviewed before the next draw."""
        on = self.schedule.announced_at.date()
        if self.book.register.review_every != reviews.NONE:
            registry.record_review(
                by=self.bureau.staff.planner, organisation=self.bureau.organisation, on=on,
                period=reviews.period_due(self.book.register.review_every, on), material="各单位清单：无新增、无关停",
            )  # fmt: skip

    def draw(self) -> str:
        staff = self.bureau.staff
        self._review_register()
        drawn = [quota for quota in self.confirmed if quota.base]
        self.room = ceremony.prepare(staff, self.schedule, drawn, witnesses=tuple(self.book.draw.witnesses))
        ceremony.freeze(staff, self.schedule, self.room)
        ceremony.give_numbers(staff, self.schedule, self.room)
        ceremony.sign(staff, self.schedule, self.room)
        found = queries.visits_of(self.room.draw)
        self._compare_numbers()
        return f"{self.room.draw.number}，抽中 {len(found)} 家，缺组 {sum(visit.lacking for visit in found)}"

    def _compare_numbers(self) -> None:
        """Every stratum drew what its quota says, or the pool was too small and the shortfall says so."""
        result = next(
            e for e in queries.transcript_of(self.room.draw, "closed")["events"] if e["type"] == "result"
        )
        numbers = {
            stratum.stratum: stratum.quota for stratum in self.room.draw.strata.select_related("quota")
        }
        for stratum in result["body"]["strata"]:
            quota = numbers[stratum["id"]]
            if len(stratum["sel"]) + stratum["shortfall"] != quota.required:
                self.problems.append(
                    f"{quota.line}：应抽 {quota.required}，抽中 {len(stratum['sel'])}，缺口 {stratum['shortfall']}"
                )

    def replace(self) -> str:
        ceremony.recuse_one(self.bureau.staff, self.schedule, self.room)
        return (
            f"第 {queries.state_of(self.room.draw).round} 轮"
            if self.room.draw.replacements.exists()
            else "没有可替换的检查组"
        )

    def inspect(self) -> str:
        made = visits.create(self.bureau, self.schedule, self.room.draw)
        self.done = visits.carry_out(
            self.bureau,
            self.schedule,
            made,
            self.accounts,
            lambda done, total: self.tell("  检查", done, total),
        )
        lacking = sum(visit.lacking for visit in queries.visits_of(self.room.draw))
        if len(self.done) + lacking != len(made):
            self.problems.append(f"检查任务 {len(made)} 件，办完 {len(self.done)} 件，缺组 {lacking} 件")
        opened = FollowUp.objects.filter(visit__in=self.done).count()
        return f"{len(self.done)} 家办完，开出整改 {opened} 件"

    def publish(self) -> str:
        count, late = publication.publish_all(self.bureau, self.schedule, self.done)
        if count < len(self.done):
            self.problems.append(f"办完 {len(self.done)} 家，公示 {count} 家")
        if late:
            self.problems.append(f"逾期 {late} 件")
        return f"{count} 件，逾期 {late} 件"

    def write(self) -> str:
        draw = Draw.objects.get(pk=self.room.draw.pk)
        ceremony.close(self.bureau.staff, self.schedule, self.room)
        outputs.write_draw(self.out, draw)
        for name, kind, subject, title in (
            ("minutes.pdf", "draw_minutes", draw.pk, f"抽取记录单 {draw.number}"),
            ("notice.pdf", "visit_notice", self.done[0].pk, "行政检查通知书"),
        ):
            reason = outputs.write_pdf(self.out, name, kind, subject, title, draw)
            if reason:
                self.problems.append(f"{name} 没有生成：{reason}")
        publication.export(self.bureau, self.schedule, self.out)
        return str(self.out)

    def verify(self) -> str:
        said = outputs.verify(self.out)
        if not said.get("ok") or said["exit_code"] != 0:
            self.problems.append(f"核验程序不通过：{said.get('failed')} {said['stderr']}")
        count, broken = ledger.verify()
        if broken:
            self.problems.append(f"操作记录链：{broken[1]}")
        open_visits = Visit.objects.filter(draw=self.room.draw).count()
        summary = {
            "rulebook": self.book.id, "rulebook_hash": self.book.hash, "period": self.schedule.period.id,
            "organisation": self.bureau.organisation.name, "draw": self.room.draw.number, "seed": said.get("seed"),
            "head": said.get("head"), "verified": bool(said.get("ok")), "steps": said.get("steps"),
            "quotas": [
                {"line": quota.line, "unit": quota.unit.name, "period": quota.period, "base": quota.base, "pool": quota.pool,
                 "required": quota.required, "sentence": quota.explanation.get("sentence", "")}
                for quota in self.confirmed
            ],
            "visits": open_visits, "completed": len(self.done), "ledger_entries": count, "seconds": self.times,
            "problems": self.problems,
        }  # fmt: skip
        (self.out / "summary.json").write_text(
            json.dumps(summary, ensure_ascii=False, indent=1), encoding="utf-8"
        )
        return "通过" if said.get("ok") else "不通过"

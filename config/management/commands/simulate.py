"""`manage.py simulate`: many years of draws on one rulebook: coverage, caps, fairness."""

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.simulation import lottery
from config.simulation.worlds import made_up
from config.synthetic.mixes import MIXES
from foundation.errors import RuleBroken
from foundation.rulebook import library
from planning import listing, simulating
from planning.rules.fairness import Tally
from planning.rules.simulation import in_steps, play
from planning.simulating import Start

MOST_RUNS = 100_000


class Command(BaseCommand):
    help = (
        "把一年的抽取模拟许多遍（用抽取会同一套挑选规则，种子另取，与任何一次抽取会无关）：覆盖、上限、欠抽、"
        "同类对象机会是否均等。默认用按文件规模虚构的名录；--organisation 用本库机构今天的名录。同一 --seed 结果相同。"
        "退出码：0 完成，1 不能模拟（说明原因），2 用法不对。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rulebook", required=True, choices=sorted(MIXES), help="规则书编号")
        parser.add_argument("--runs", type=_runs, default=1000, help="模拟多少个年度，默认 1000")
        parser.add_argument("--seed", type=int, default=1, help="种子，默认 1")
        parser.add_argument("--year", type=_year, default=None, help="按哪一年的日历，默认今年")
        parser.add_argument(
            "--targets", type=_at_least(20), default=None, help="虚构名录的对象数，默认按文件所载"
        )
        parser.add_argument(
            "--inspectors", type=_at_least(4), default=None, help="虚构名录的人员数，默认按文件所载"
        )
        parser.add_argument("--organisation", default="", help="机构代码：用它今天的名录和现行计划数")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        year = options["year"] or timezone.localdate().year
        if options["organisation"] and (options["targets"] or options["inspectors"]):
            raise CommandError(
                "--organisation 用的是登记的名录，不能同时指定 --targets 或 --inspectors。", returncode=2
            )
        try:
            start, source = _start(options, year)
        except RuleBroken as broken:
            raise CommandError(broken.message, returncode=1) from broken
        result = self._run(start, options["runs"], options["seed"])
        found = {
            "rulebook": start.book.id, "rulebook_hash": start.book.hash, "year": year, "runs": options["runs"],
            "seed": options["seed"], "source": source, **result,
        }  # fmt: skip
        self.stdout.write(
            json.dumps(found, ensure_ascii=False, indent=2) if options["json"] else _told(found)
        )

    def _run(self, start: Start, runs: int, seed: int) -> dict[str, Any]:
        tally, steps, choose = (
            Tally(start.book, start.slots, start.targets),
            in_steps(start.slots),
            lottery.mc1(seed),
        )
        every = max(1, runs // 100)
        for run in range(runs):
            tally.add(play(steps, str(run), choose))
            if sys.stderr.isatty() and (run + 1) % every == 0:
                self.stderr.write(f"\r已模拟 {run + 1}/{runs} 年", ending="" if run + 1 < runs else "\n")
        return tally.result()


def _start(options: dict[str, Any], year: int) -> tuple[Start, dict[str, Any]]:
    if options["organisation"]:
        bureau = listing.bureau_by(options["rulebook"], options["organisation"])
        start = simulating.of_register(bureau, year, timezone.localdate(), rulebook_id=options["rulebook"])
        return start, {"kind": "register", "organisation": bureau.code, "targets": len(start.targets)}
    made = made_up(options["rulebook"], year, targets=options["targets"], inspectors=options["inspectors"])
    people = len(made.world.inspectors)
    return made.start, {"kind": "synthetic", "targets": len(made.start.targets), "inspectors": people}


def _told(found: dict[str, Any]) -> str:
    book = library.get(found["rulebook"])
    lines = [
        f"{book.zh}：模拟 {found['runs']} 个年度，对象 {found['source']['targets']} 家，种子 {found['seed']}。"
    ]
    for line in found["lines"]:
        covered = (
            ""
            if line["covered_mean"] is None
            else f"，一年查到 {line['covered_mean']:.1%}（最少 {line['covered_min']:.1%}）"
        )
        short = f"，平均欠 {line['shortfall_mean']:.1f}" if line["shortfall_mean"] > 1e-9 else ""
        lines.append(
            f"  {line['unit_name']} {line['name']}：{line['base']} 家，全年应抽 {line['required']} 家次{covered}{short}"
        )
    for rule in found["coverage"]:
        if rule["population"]:
            lines.append(
                f"  覆盖要求“{rule['zh']}”（{rule['clause']}）：{rule['population']}，平均达到 {rule['covered_mean']:.1%}，"
                f"{rule['full_runs']} 年全部达到"
            )
    for cap in found["caps"]:
        verdict = "从未超过" if cap["kept"] else "超过了"
        lines.append(
            f"  次数上限 {cap['max']} 次（{cap['clause']}）：{verdict}，平均 {cap['at_cap_mean']:.1f} 家达到上限，"
            f"{cap['short_runs']} 年因此欠抽"
        )
    uneven = [group for group in found["fairness"] if not group["even"]]
    compared = sum(group["targets"] for group in found["fairness"])
    lines.append(
        f"  机会：{len(found['fairness'])} 组同类对象 {compared} 家，"
        + (f"{len(uneven)} 组次数差别大于随机所能解释的" if uneven else "各组次数差别都在随机范围内")
    )
    return "\n".join(lines)


def _at_least(least: int):
    def number(text: str) -> int:
        if not text.isdigit() or int(text) < least:
            raise ArgumentTypeError(f"应为不小于 {least} 的整数，现在是“{text}”")
        return int(text)

    return number


def _runs(text: str) -> int:
    value = _at_least(1)(text)
    if value > MOST_RUNS:
        raise ArgumentTypeError(f"最多 {MOST_RUNS} 年，现在是 {value}")
    return value


def _year(text: str) -> int:
    value = _at_least(2000)(text)
    if value > 2200:
        raise ArgumentTypeError(f"年份应在 2000 至 2200 之间，现在是 {value}")
    return value

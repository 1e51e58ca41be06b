"""`manage.py make_register`: a synthetic register as Excel, the same for the same seed."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date

from config.synthetic import make_world
from config.synthetic.mixes import MIXES
from config.synthetic.sheets import workbook


class Command(BaseCommand):
    help = "生成一份合成的检查对象名录（可选检查人员名录），同一种子内容相同；名称、代码均为虚构。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--targets", type=int, required=True, metavar="N", help="检查对象数")
        parser.add_argument("--out", required=True, metavar="FILE.xlsx", help="写到哪个文件")
        parser.add_argument("--seed", type=int, default=1, metavar="S", help="种子，默认 1")
        parser.add_argument(
            "--rulebook",
            default="qinshui-2022",
            choices=sorted(MIXES),
            metavar="ID",
            help="按哪本规则书的层级和配额行分布",
        )
        parser.add_argument(
            "--on", default="", metavar="DATE", help="以哪一天为准，默认今天；风险标记的日期据此推算"
        )
        parser.add_argument(
            "--inspectors",
            type=int,
            default=0,
            metavar="N",
            help="同时生成 N 名检查人员（写到 --inspectors-out）",
        )
        parser.add_argument(
            "--inspectors-out", default="", metavar="FILE.xlsx", help="检查人员名录写到哪个文件"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        on = parse_date(options["on"]) if options["on"] else timezone.localdate()
        if on is None:
            raise CommandError("--on 要写成 2026-03-01 这样。", returncode=2)
        if options["targets"] < 1:
            raise CommandError("--targets 至少为 1。", returncode=2)
        world = make_world(
            options["rulebook"],
            on=on,
            targets=options["targets"],
            inspectors=options["inspectors"] or None,
            seed=options["seed"],
        )
        self._write(options["out"], "检查对象", world.targets, "家")
        if options["inspectors_out"]:
            self._write(options["inspectors_out"], "检查人员", world.inspectors, "人")
        self.stdout.write(
            f"片区：{'、'.join(name for _, name in world.areas)}；单位：{'、'.join(unit.name for unit in world.units)}。"
        )

    def _write(self, out: str, title: str, rows: tuple[dict[str, Any], ...], unit: str) -> None:
        path = Path(out)
        if not path.parent.is_dir():
            raise CommandError(f"没有目录 {path.parent}。请先建立。")
        path.write_bytes(workbook(title, rows))
        self.stdout.write(f"已写 {path}：{title} {len(rows)} {unit}。")

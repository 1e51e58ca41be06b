"""python manage.py check_vectors DIR [--only server|python|browser]"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from draws.vectors.run import IMPLEMENTATIONS, WORDS, Tally, check_vectors
from foundation.errors import RuleBroken

PUBLISHED = Path(__file__).resolve().parents[3] / "tests" / "golden" / "vectors"


class Command(BaseCommand):
    help = "用一个文件夹里的抽取向量检查服务器规则、Python 核验程序和浏览器核验页；全部一致退出 0，否则 1。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path, help="向量文件夹")
        parser.add_argument(
            "--bases", metavar="DIR", type=Path, default=PUBLISHED,
            help="反例的基础不在 DIR 里时到哪里找（默认是随源码公布的向量）",
        )  # fmt: skip
        parser.add_argument("--only", choices=IMPLEMENTATIONS, help="只检查其中一个")

    def handle(self, *args: Any, **options: Any) -> None:
        tally = Tally(self._tell)
        try:
            check_vectors(options["folder"], tally, options["only"], options["bases"])
        except RuleBroken as unusable:
            self.stdout.write(f"{tally.passed} passed, {tally.failed} failed")
            raise CommandError(unusable.message) from unusable
        self.stdout.write(f"{tally.passed} passed, {tally.failed} failed")
        if tally.failed:
            sys.exit(1)

    def _tell(self, implementation: str, name: str, wrong: str) -> None:
        if wrong:
            self.stdout.write(f"不一致 {WORDS[implementation]} {name}：{wrong}")
        else:
            self.stdout.write(f"一致   {WORDS[implementation]} {name}")

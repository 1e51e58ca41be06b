"""export_disclosure --period 2026Q4 --out DIR: the package a portal uploads."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from disclosure import package
from foundation.errors import RuleBroken


class Command(BaseCommand):
    help = "导出一期已公示结果的上传包：xlsx、csv、json、public.json、网页片段 results.html、清单 manifest.json、SHA256SUMS"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--period", required=True, help="期，如 2026Q4、2026H2、2026M11、2026Y")
        parser.add_argument("--out", required=True, type=Path, help="写到哪个目录；没有则新建")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            written = package.write(options["period"], options["out"])
        except RuleBroken as broken:
            raise CommandError(str(broken)) from None
        except OSError as problem:
            raise CommandError(f"写不进 {options['out']}：{problem.strerror}。请换一个目录。") from None
        if sys.stderr.isatty():
            self.stderr.write(f"已写入 {options['out']}")
        for name, digest in written.files.items():
            self.stdout.write(f"{digest}  {name}")
        self.stdout.write(f"共 {written.count} 条结果，{len(written.files)} 个文件")

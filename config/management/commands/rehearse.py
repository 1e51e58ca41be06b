"""`manage.py rehearse`: one quarter from Excel registers to verified publication, in a scratch database."""

import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.synthetic.mixes import MIXES
from foundation.errors import RuleBroken
from foundation.rulebook.periods import Period


class Command(BaseCommand):
    help = (
        "在临时库里用示例名录走完一个季度：导入名录、编制并印发计划、配额、抽取会、替换、检查、审核、公示，"
        "最后用独立的核验程序核验。任何一步不对，退出码为 1。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rulebook", required=True, choices=sorted(MIXES), help="规则书编号")
        parser.add_argument("--targets", type=int, help="检查对象数，默认按文件所载")
        parser.add_argument("--inspectors", type=int, help="检查人员数，默认按文件所载")
        parser.add_argument("--period", help="期，如 2026Q4；默认为规则书有效期内最近的一个季度")
        parser.add_argument("--out", default="", help="输出文件夹，默认 var/rehearsals/规则书编号")
        parser.add_argument("--inside", action="store_true", help="（内部使用）已在临时库中")

    def handle(self, *args: object, **options: object) -> None:
        self._check(options)
        out = Path(str(options["out"]) or settings.VAR / "rehearsals" / str(options["rulebook"])).resolve()
        out.mkdir(parents=True, exist_ok=True)
        if not options["inside"]:
            self._go_inside(options, out)
            return
        from config.rehearsal.walk import Walk

        walk = Walk(
            str(options["rulebook"]), out, period=str(options["period"] or ""), targets=options["targets"],
            inspectors=options["inspectors"], tell=self._tell,
        )  # fmt: skip
        try:
            problems = walk.run()
        except RuleBroken as broken:
            raise CommandError(f"演练中断：{broken.message}") from None
        for problem in problems:
            self.stderr.write(f"不符：{problem}")
        if problems:
            raise CommandError(f"演练发现 {len(problems)} 处不符，见上；输出在 {out}")
        self.stdout.write(f"演练通过，输出在 {out}")

    def _check(self, options: dict) -> None:
        for name, least in (("targets", 20), ("inspectors", 4)):
            if options[name] is not None and options[name] < least:
                raise CommandError(f"--{name} 至少为 {least}，现在是 {options[name]}。", returncode=2)
        if options["period"]:
            try:
                Period.parse(str(options["period"]))
            except RuleBroken as wrong:
                raise CommandError(wrong.message, returncode=2) from None

    def _go_inside(self, options: dict, out: Path) -> None:
        """The same command in a process of its own, with its own var/, database and no broker."""
        with tempfile.TemporaryDirectory(prefix="mingchou-rehearsal-") as scratch:
            environment = {
                key: value
                for key, value in os.environ.items()
                if key not in {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "MEDIA_ROOT"}
            }
            environment |= {"VAR_DIR": scratch, "DOCUMENTS_DEFERRED": "1", "SQLITE_SCRATCH": "1"}
            command = [
                sys.executable,
                str(settings.BASE_DIR / "manage.py"),
                "rehearse",
                "--inside",
                "--out",
                str(out),
            ]
            for name in ("rulebook", "targets", "inspectors", "period"):
                if options[name] is not None:
                    command += [f"--{name}", str(options[name])]
            code = subprocess.run(command, env=environment, check=False).returncode
        if code:
            raise SystemExit(code)

    def _tell(self, text: str, done: int = 0, total: int = 0) -> None:
        if total and sys.stderr.isatty():
            self.stderr.write(f"\r{text} {done}/{total}", ending="" if done < total else "\n")
        elif not total:
            self.stderr.write(text)

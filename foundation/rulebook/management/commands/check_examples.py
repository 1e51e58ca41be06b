"""`manage.py check_examples DIR`: 逐条核对示例文件。"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.rulebook import examples
from foundation.workdays.packaged import official_calendar


class Command(BaseCommand):
    help = (
        "核对目录及其下各级文件夹中每个 *.toml 示例文件（文件名即规则书编号，后面可另加说明），每条不符的示例输出一行，"
        "最后输出“N passed, N failed”。全部相符退出 0，有不符退出 1，用法错误退出 2。"
    )
    requires_system_checks: list[str] = []  # type: ignore[assignment]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", metavar="DIR", help="示例文件所在目录")

    def handle(self, *args: object, **options: object) -> None:
        directory = Path(str(options["directory"]))
        if not directory.is_dir():
            raise CommandError(f"没有这个目录：{directory}。请给出示例文件所在的目录。", returncode=2)
        outcomes = examples.check_directory(directory, official_calendar())
        if not outcomes:
            raise CommandError(f"目录 {directory} 中没有 *.toml 示例文件。请核对目录。", returncode=2)
        failed = [outcome for outcome in outcomes if not outcome.passed]
        for outcome in failed:
            self.stdout.write(outcome.line)
        self.stdout.write(f"{len(outcomes) - len(failed)} passed, {len(failed)} failed")
        if failed:
            raise SystemExit(1)

"""`manage.py ledger verify`: 逐条核对操作记录链。"""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.ledger import actions


class Command(BaseCommand):
    help = "核对操作记录链：完好退出 0；有断裂时说明第一条断在哪里，退出 1。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["verify"], help="verify：从第一条核对到最后一条")

    def handle(self, *args: object, **options: object) -> None:
        count, broken = actions.verify()
        if broken:
            raise CommandError(
                f"操作记录链断裂：{broken[1]}。请保留数据库原样，对照备份和已公布的校验码查明原因。"
            )
        self.stdout.write(f"操作记录链完好，共 {count} 条。")

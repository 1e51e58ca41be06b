"""`manage.py restore DIR`: 从备份文件夹恢复，全部成功或一点不动。"""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from config.backup import manifest, restoring
from config.backup.progress import to_stderr
from foundation.errors import RuleBroken
from foundation.ledger.models import Head


class Command(BaseCommand):
    help = (
        "恢复备份：先核对每个文件的指纹，写入后核对操作记录链和防改触发器，任何一项不符都不写入。"
        "数据库须为空（已迁移），否则加 --force 全部替换。退出码：0 完成，1 没有恢复（说明原因），2 用法不对。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path, help="backup 写出的文件夹")
        parser.add_argument("--force", action="store_true", help="数据库里已有数据时，用备份替换全部现有数据")
        parser.add_argument(
            "--expect", default="", metavar="SHA256", help="备份时打印的清单指纹，不符就不恢复"
        )

    def handle(self, *args: object, **options: object) -> None:
        folder = Path(str(options["folder"]))
        if not folder.is_dir():
            raise CommandError(f"文件夹 {folder} 不存在。", returncode=2)
        try:
            held = restoring.restore(
                folder,
                force=bool(options["force"]),
                expected=str(options["expect"]),
                tell=to_stderr(self.stderr),
            )
        except RuleBroken as broken:
            raise CommandError(broken.message) from None
        except OSError as error:
            raise CommandError(
                f"读写 {error.filename or folder} 出错：{error.strerror}。没有恢复。"
            ) from None
        rows = sum(part.rows or 0 for part in held.files.values())
        self.stdout.write(f"已恢复 {held.made_at} 的备份：{len(held.tables)} 张表 {rows} 行。")
        self.stdout.write(
            f"操作记录链完好，备份末条第 {held.ledger['seq']} 条 {held.ledger['hash'][:16]}；防改触发器都在。"
        )
        head = Head.objects.filter(pk=1).first()
        if head is not None and head.seq > held.ledger["seq"]:
            self.stdout.write(f"已记第 {head.seq} 条：恢复备份。")
        for name in held.missing:
            self.stderr.write(f"请留意：文件 {name} 在备份时就不在，打开它的页面会说找不到。")
        if held.key_check != manifest.key_check():
            self.stderr.write(
                "请留意：现在的 SECRET_KEY 与备份时不同。在途抽取封存的秘密解不开，已发通知书上的二维码失效；"
                "请换回原来的 SECRET_KEY。"
            )

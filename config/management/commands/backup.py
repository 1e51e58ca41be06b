"""`manage.py backup DIR`: 把全部数据表和文件写进一个文件夹。"""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from config.backup import manifest, writing
from config.backup.progress import to_stderr
from foundation.errors import RuleBroken


class Command(BaseCommand):
    help = (
        "备份：数据表写成 JSON 行、文件逐个复制，清单记下每个文件的 SHA-256 和操作记录链末端。"
        "与数据库种类无关，可在运行中执行。退出码：0 完成，1 没有备份（说明原因），2 用法不对。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path, help="新的或空的文件夹")

    def handle(self, *args: object, **options: object) -> None:
        folder = Path(str(options["folder"]))
        try:
            made = writing.write(folder, to_stderr(self.stderr))
        except RuleBroken as broken:
            raise CommandError(broken.message) from None
        except OSError as error:
            raise CommandError(
                f"写不进 {error.filename or folder}：{error.strerror}。备份没有做完，请删去后重做。"
            ) from None
        for name in made.missing:
            self.stderr.write(f"请留意：数据表提到的文件 {name} 不在 MEDIA_ROOT 里，没有备份到。")
        rows = sum(part.rows or 0 for part in made.files.values())
        stored = sum(name.startswith("media/") for name in made.files)
        self.stdout.write(f"已备份到 {folder}：{len(made.tables)} 张表 {rows} 行，{stored} 个文件。")
        self.stdout.write(f"操作记录末条：第 {made.ledger['seq']} 条 {made.ledger['hash'][:16]}")
        self.stdout.write(
            f"清单指纹（请另处保存，恢复时可用 --expect 核对）：{manifest.hash_file(folder / manifest.NAME)[0]}"
        )
        self.stdout.write("SECRET_KEY 不在备份里：请另行保管，没有它，在途抽取封存的秘密解不开。")

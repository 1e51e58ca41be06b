"""`manage.py demo`: 第一次启动时装入演示机关；已有机关就什么也不做。"""

import sys

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from foundation.organisation.models import Organisation


class Command(BaseCommand):
    help = "在空库里装入一个虚构的演示机关（真走一遍本季度）；库里已有机关时不动。"

    def handle(self, *args: object, **options: object) -> None:
        if Organisation.objects.exists():
            return
        from config.demo import quarter

        self.stdout.write("第一次启动：装入演示机关（虚构），真走一遍本季度，约半分钟。")
        with transaction.atomic():
            quarter.load(timezone.localtime(), self._tell)

    def _tell(self, text: str, done: int = 0, total: int = 0) -> None:
        if total and sys.stdout.isatty():
            self.stdout.write(f"\r{text} {done}/{total}", ending="" if done < total else "\n")
            self.stdout.flush()
        elif not total:
            self.stdout.write(f"  {text}")

"""The list of targets in a long register: server time of the page, filtered, searched, sorted and leafed through.

SQLite with 20,000 targets and PostgreSQL with 1,000,000 (BENCH_TARGETS sets the latter, BENCH_FEW the former). Every
address is asked for several times and the figure is the median over the addresses, twice: by the clock (the median of
an address's times), for which the limit holds, and in processor time, that of Python and of the database's processes
together, which a busy machine stretches less. Compared with a bare reading of thirty rows in the order of the page.
"""

import importlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MANY, FEW = int(os.environ.get("BENCH_TARGETS", "1000000")), int(os.environ.get("BENCH_FEW", "20000"))
LIMITS = {"sqlite": 100.0, "postgresql": 150.0}  # milliseconds
TIMES = 7
AREAS = 20
PLACES = [
    "东湾",
    "石桥",
    "柳树",
    "青山",
    "白水",
    "龙泉",
    "云台",
    "高阳",
    "平原",
    "临河",
    "长林",
    "新安",
    "南关",
    "北屯",
    "西店",
    "中和",
]
WORDS = [
    "鑫隆",
    "宏达",
    "华瑞",
    "金源",
    "恒信",
    "永盛",
    "天成",
    "德昌",
    "兴业",
    "万通",
    "瑞丰",
    "嘉和",
    "明泰",
    "广源",
    "顺发",
    "同创",
    "远航",
    "正大",
    "安泰",
    "博雅",
]
TRADES = ["化工", "焦化", "纸业", "机械", "食品", "制药", "建材", "电镀", "印染", "养殖", "铸造", "水泥"]
ADDRESSES = (
    "", "?area={area}", "?tier=special", "?tier=key&area={area}", "?status=suspended&permit_class=key", "?q=化工",
    "?q=东湾鑫隆", "?q=第777号", "?q=xljh", "?q=91140521MA00012345", "?q=化工&tier=special&area={area}", "?q=没有这一家",
    "?sort=-name", "?page=300", "?positive_list=1&area={area}", "?visited=0&tier=key",
)  # fmt: skip


def run() -> list:
    sys.path[:0] = [str(ROOT / "scripts")]
    import services

    with tempfile.TemporaryDirectory() as folder:
        figures = _child("sqlite", {"VAR_DIR": folder, "DATABASE_URL": ""})
        with services.postgres() as url:
            return figures + _child("postgresql", {"VAR_DIR": folder, "DATABASE_URL": url})


def _child(vendor: str, settings: dict[str, str]) -> list:
    from benches._figures import compared

    environment = {**os.environ, **settings, "REDIS_URL": "", "SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "testserver",
                   "DJANGO_SETTINGS_MODULE": "config.settings"}  # fmt: skip
    path = os.pathsep.join([str(ROOT), str(ROOT / "scripts")])
    done = subprocess.run(
        [sys.executable, "-m", "benches.find"],
        cwd=ROOT,
        env={**environment, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
    )
    if done.returncode:
        raise SystemExit(f"{vendor} 没有量成，原因见上。")
    found = json.loads(done.stdout.splitlines()[-1])
    bare, count = found["bare"], found["targets"]
    other = "裸取三十行"
    name = f"{vendor} {count} 家，列表页中位数"
    used = compared(f"{name}（处理器）", found["used"], other, bare, unit="毫秒")
    clock = compared(
        f"{name}（墙钟，负载 {os.getloadavg()[0]:.0f}）", found["median"], other, bare, at_most=LIMITS[vendor], unit="毫秒"
    )  # fmt: skip
    slowest = max(found["addresses"], key=lambda one: one[1])
    name = f"{vendor} {count} 家，最慢的一种（{slowest[0] or '不加条件'}，墙钟）"
    return [used, clock, compared(name, slowest[1], other, bare, unit="毫秒")]


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    count = MANY if connection.vendor == "postgresql" else FEW
    user = fill(count)
    print(json.dumps({"targets": count, **measure(user)}))


def measure(user) -> dict:
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    from foundation.organisation.models import Area

    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.force_login(user)
    area = Area.objects.order_by("id")[3].pk
    found = []
    for address in ADDRESSES:
        path = f"/desk/objects/{address.format(area=area)}"
        client.get(path)
        before = _processor()
        times = [_clock(lambda path=path: client.get(path)) for _ in range(TIMES)]
        used = (_processor() - before) / TIMES
        found.append((address, round(statistics.median(times), 1), round(used, 1)))
        print(f"{address:40} 墙钟 {found[-1][1]} 处理器 {found[-1][2]} 毫秒", file=sys.stderr, flush=True)
    bare = "SELECT id FROM registry_target ORDER BY name, id LIMIT 30"
    with connection.cursor() as cursor:
        reference = statistics.median(
            _clock(lambda: cursor.execute(bare) and cursor.fetchall()) for _ in range(TIMES)
        )
    medians = {name: statistics.median(row[at] for row in found) for at, name in ((1, "median"), (2, "used"))}
    return {**medians, "bare": reference, "addresses": found}


def _processor() -> float:
    """Milliseconds of this process and, with PostgreSQL, of the server's processes, ended workers included."""
    from django.db import connection

    ours = time.process_time() * 1000
    if connection.vendor != "postgresql":
        return ours
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        server = _stat(cursor.fetchone()[0])[1]
    folders = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    stats = [_stat(pid) for pid in folders]
    ticks = sum(row[11] + row[12] for row in stats if row and row[1] == server)
    own = _stat(server)
    return ours + (ticks + sum(own[11:15])) * 1000 / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[int]:
    """Fields of /proc/<pid>/stat from the state on, as numbers; [1] parent, [11:15] processor ticks."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [0, *map(int, text.rpartition(")")[2].split()[1:])]


def _clock(work) -> float:
    started = time.perf_counter()
    answer = work()
    if getattr(answer, "status_code", 200) != 200:
        raise SystemExit(f"页面答了 {answer.status_code}")
    return (time.perf_counter() - started) * 1000


def fill(count: int):
    """A bureau whose register has this many entries, most of them general; its planner."""
    from django.db import connection

    from registry.models import Entity, Target
    from tests.factories import create_area
    from tests.registry.factories import create_bureau, create_planner

    bureau = create_bureau()
    areas = [create_area(bureau, code=f"B{n:02}", name=f"片区{n}") for n in range(AREAS)]
    Entity.objects.bulk_create(
        Entity(organisation=bureau, name=f"主体{n}", uscc=f"91140521MA{n:08d}")
        for n in range(min(count, 20_000))
    )
    entities = list(Entity.objects.order_by("id").values_list("pk", flat=True))
    rows = (_target(n, bureau, areas, entities, Target) for n in range(count))
    if connection.vendor == "postgresql":
        _copy(connection, rows, Target)
    else:
        Target.objects.bulk_create(rows, batch_size=500)
    with connection.cursor() as cursor:
        cursor.execute(_TIERS)
        cursor.execute(
            "VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE"
        )  # as autovacuum does
    return create_planner(bureau)


def _target(n: int, bureau, areas, entities, model):
    place, word, trade = PLACES[n % 16], WORDS[n // 16 % 20], TRADES[n // 320 % 12]
    return model(
        organisation=bureau, area=areas[n * 7 % AREAS], uid=f"91140521MA{n:08d}-01", name=f"{place}{word}{trade}第{n}号有限公司",
        initials=f"{_INITIALS[place]}{_INITIALS[word]}{_INITIALS[trade]}d{n}hyxgs",
        status=("suspended" if n % 50 == 0 else "operating"), permit_class=("key", "simplified", "registration")[n % 3],
        positive_list=n % 40 == 0, entity_id=entities[n] if n < len(entities) else None,
    )  # fmt: skip


def _copy(connection, rows: Iterator, model) -> None:
    """By COPY, the index of pieces afterwards: loading is not what is measured."""
    file = next((ROOT / "registry" / "migrations").glob("*_pieces_of_the_search_text.py"))
    pieces = importlib.import_module(f"registry.migrations.{file.stem}")
    fields = [field for field in model._meta.concrete_fields if not field.generated and not field.primary_key]
    names = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX target_by_pieces")
        with cursor.copy(f"COPY registry_target ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([_plain(field.value_from_object(row)) for field in fields])
        cursor.execute(pieces.INDEX)


def _plain(value):
    return json.dumps(value) if isinstance(value, list) else value


_TIERS = """
INSERT INTO registry_tierassignment
    (target_id, body, tier, overlay, since, reason, clause, computed_tier, override_reason)
SELECT id, 'county', tier, false, '2026-01-01', '按条件认定', 'QS-10.8', tier, ''
FROM (SELECT id, CASE WHEN (id / 7) % 100 = 0 THEN 'special' WHEN (id / 7) % 11 = 0 THEN 'key' ELSE 'general' END AS tier
      FROM registry_target) AS judged
"""
_INITIALS: dict[str, str] = {}


def _learn() -> None:
    from pypinyin import Style, lazy_pinyin

    _INITIALS.update(
        {word: "".join(lazy_pinyin(word, style=Style.FIRST_LETTER)) for word in (*PLACES, *WORDS, *TRADES)}
    )


if __name__ == "__main__":
    _learn()
    main()

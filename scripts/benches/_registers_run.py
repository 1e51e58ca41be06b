"""The two contestants of section registers, one per process."""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

ON = date(2026, 11, 20)
SEED, FIRST = "register.xlsx", "first.xlsx"


def main(step: str, folder: Path) -> None:
    import django

    django.setup()
    {"prepare": prepare, "ours": ours, "same": same, "theirs": theirs}[step](folder)


def _bureau(code: str) -> tuple[Any, Any]:
    from django.contrib.auth import get_user_model

    from foundation.organisation.models import Organisation

    organisation = Organisation.objects.get(code=code)
    return organisation, get_user_model().objects.get(organisation=organisation)


def prepare(folder: Path) -> None:
    """An empty database with two bureaux alike, and the workbook."""
    from django.core.management import call_command

    from benches.registers import ROWS, THEIRS
    from config.synthetic import make_world
    from config.synthetic.sheets import workbook

    call_command("migrate", verbosity=0)
    world = make_world("qinshui-2022", on=ON, targets=ROWS, inspectors=None, seed=1)
    for code in ("140521", "140522", "140523"):
        _found(code, world)
    (folder / SEED).write_bytes(workbook("检查对象", world.targets))
    (folder / FIRST).write_bytes(workbook("检查对象", world.targets[:THEIRS]))


def _found(code: str, world: Any) -> None:
    from django.contrib.auth import get_user_model

    from foundation.organisation.models import Area, Organisation, RoleGrant, RulebookAdoption, Unit
    from foundation.rulebook import library

    organisation = Organisation.objects.create(code=code, name=f"量速度用局 {code}")
    RulebookAdoption.objects.create(
        organisation=organisation, rulebook_id="qinshui-2022", rulebook_hash=library.get("qinshui-2022").hash,
        effective_from=date(2020, 1, 1),
    )  # fmt: skip
    for area, name in world.areas:
        Area.objects.create(organisation=organisation, code=f"{code}{area}", name=name)
    for unit in world.units:
        Unit.objects.create(
            organisation=organisation, code=f"{code}{unit.code}", name=unit.name, body=unit.body
        )
    user = get_user_model().objects.create(username=f"bench{code}", name="计划员", organisation=organisation)
    RoleGrant.objects.create(user=user, role="planner")


def _timed(do: Callable[[], Any]) -> tuple[float, Any]:
    started = time.process_time()
    result = do()
    return time.process_time() - started, result


def _tell(folder: Path, who: str, **facts: Any) -> None:
    from django.db import connection

    facts |= {
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "database": connection.vendor,
    }
    (folder / f"{who}.json").write_text(json.dumps(facts))


def ours(folder: Path) -> None:
    _import(folder, "ours", "140521", SEED)


def same(folder: Path) -> None:
    """As many rows as the other side gets."""
    _import(folder, "same", "140523", FIRST)


def _import(folder: Path, who: str, code: str, name: str) -> None:
    from registry import actions

    organisation, by = _bureau(code)
    data = (folder / name).read_bytes()
    checking, batch = _timed(
        lambda: actions.check_file(
            organisation=organisation, kind="targets", file_name=name, data=data, on=ON, by=by
        )
    )
    writing, batch = _timed(lambda: actions.commit_import(batch=batch, on=ON, by=by))
    _tell(
        folder, who, rows=batch.added, seconds=round(checking + writing, 1), checking=round(checking, 1),
        writing=round(writing, 1),
    )  # fmt: skip


def theirs(folder: Path) -> None:
    import tablib

    from benches._registers_theirs import resource_for
    from benches.registers import THEIRS

    organisation, by = _bureau("140522")

    def read() -> Any:
        whole = tablib.Dataset().load((folder / SEED).read_bytes(), format="xlsx")
        first = tablib.Dataset(*islice(iter(whole), THEIRS), headers=whole.headers)
        first.append_col([""] * len(first), header="uid")
        return first, len(whole)

    reading, (rows, total) = _timed(read)
    target = resource_for(organisation, by, ON)
    dry, result = _timed(lambda: target.import_data(rows, dry_run=True))
    _refuse(result)
    wet, result = _timed(lambda: target.import_data(rows, dry_run=False, raise_errors=True))
    seconds = reading * len(rows) / total + dry + wet
    _tell(folder, "theirs", rows=len(rows), seconds=round(seconds, 1))


def _refuse(result: Any) -> None:
    bad = [str(error.error) for row in result.rows for error in row.errors]
    bad += [str(row.error) for row in result.invalid_rows] + [
        str(error.error) for error in result.base_errors
    ]
    if bad:
        raise SystemExit(f"{os.path.basename(__file__)}: {bad[:3]}")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))

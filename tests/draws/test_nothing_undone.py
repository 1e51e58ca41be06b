"""No address, no admin page and no command deletes, repeats or reorders a draw that was frozen: all of them are tried.

Every request runs on the same draw and is taken back afterwards, so one that is allowed to go on (a void, a spot
check) does not spoil the next. What must hold after each: the events there were are still there to the byte, the
frozen lists, the secrets and the fingerprint are the same, and nothing was frozen, drawn or revealed twice.
"""

from collections import Counter
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands
from django.core.management.color import no_style
from django.core.management.sql import sql_flush
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from draws import actions
from draws.models import Draw, DrawEvent
from foundation.organisation.roles import Role
from tests.draws import factories as make
from tests.draws.pages import seated
from tests.factories import create_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]

ONCE = ("announce", "freeze", "reveal", "result", "sign", "close")
# Words a form of the ceremony might ask for: an attacker fills in everything.
EVERYTHING = {
    "why": "ERROR", "text": "重新来一次", "reason": "重新来一次", "short_notice": "急", "confirm": "on", "sure": "on",
    "digits": "40719938215560273948", "nonce": "5a" * 16, "commit": "ab" * 32, "numbers": "1.2.3", "op_secret": "ab" * 32,
    "tip": "ab" * 32, "xb": "ab" * 32, "seat": "S1", "role": "citizen", "title": "群众代表", "method": "sealed",
    "opinion": "agree", "signature": "签", "signature_text": "签", "on": "2026-10-13", "kind": "F", "period": "2026Q4",
    "place": "二楼会议室", "scheduled_at": "2026-10-13T09:30", "password": "mingchou-2026", "count": "3", "codes": "重001",
    "_method": "DELETE", "action": "delete", "delete": "1", "force": "1", "by": "discipline", "second": "discipline",
}  # fmt: skip

# Every management command of the product, and why it cannot undo a draw.
COMMANDS = {
    "backup": "只读，写文件", "restore": "整库换成一份核对过的备份，操作记录留痕；不能只动一次抽取", "simulate": "只读，不碰任何一次抽取",
    "check_examples": "只读规则书算例", "check_vectors": "只读向量文件", "demo": "只往没有机关的空库里装", "export_disclosure": "只读，写文件",
    "import_register": "只登记名录；冻结的名单不随名录变", "ledger": "只读，核对台账", "make_register": "不碰数据库",
    "quotas": "只读", "rehearse": "在自己的临时库里", "up": "启动服务",
}  # fmt: skip


@pytest.fixture(scope="module")
def everybody(django_db_setup, django_db_blocker):
    """A bureau with a draw that stands at the freeze and one that is closed, and one account per role. Made once."""
    with django_db_blocker.unblock(), transaction.atomic():
        house = make.create_house()
        closed, _ = make.signed(house)
        actions.open_names(
            by=house.operator, draw=closed, to="public",
            commitments=[visit.commitment for visit in make.queries.visits_of(closed)],
        )  # fmt: skip
        actions.close(by=house.operator, draw=closed)
        frozen, devices = make.frozen(house, kind="R")
        clients = {"": Client()}
        for role in Role.values:
            clients[role] = Client()
            clients[role].force_login(create_user(house.organisation, role))
        clients["主持人"], clients["纪检"] = Client(), Client()
        clients["主持人"].force_login(house.operator)
        clients["纪检"].force_login(house.discipline)
        code = actions.reissue_code(by=house.discipline, draw=frozen, seat=devices[0].seat)
        clients["席位"] = seated(frozen, code)
        for client in clients.values():
            client.raise_request_exception = False
        yield clients, [closed, frozen]
        transaction.set_rollback(True)


def routes(patterns=None, prefix: str = "", spaces: tuple[str, ...] = ()):
    """(namespaces, route) of every address of the site."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry.url_patterns, route, (*spaces, entry.namespace or ""))
        elif isinstance(entry, URLPattern):
            yield spaces, route


def addresses(draw: Draw, *, only: tuple[str, ...] = ()) -> list[str]:
    """Every address with this draw's number, or any value that fits, in the place of each parameter."""
    found = set()
    for spaces, route in routes():
        if only and not set(only) & set(spaces):
            continue
        path = route.replace("<slug:number>", draw.number).replace("<str:number>", draw.number)
        for shape, value in (
            ("int:", "1"),
            ("slug:", "S1"),
            ("uuid:", "0" * 8 + "-0000-4000-8000-" + "0" * 12),
            ("", "1"),
        ):
            while f"<{shape}" in path:
                start = path.index(f"<{shape}")
                path = path[:start] + value + path[path.index(">", start) + 1 :]
        found.add("/" + path.replace("^", "").replace("$", "").replace("\\", ""))
    return sorted(found)


def standing_of(draw: Draw) -> tuple:
    kept = Draw.objects.get(pk=draw.pk)
    return (
        kept.freeze_hash, bytes(kept.sealed), kept.number, kept.kind, kept.serial, kept.previous_id, kept.chain_b,
        tuple(draw.snapshot_targets.order_by("commitment").values_list("commitment", "row", "name", "uid", "code")),
        tuple(draw.snapshot_inspectors.order_by("commitment").values_list("commitment", "row", "uid", "added_round")),
        tuple(draw.recusal_rows.order_by("row").values_list("row", flat=True)),
    )  # fmt: skip


def events_of(draw: Draw) -> list[tuple[int, str, str]]:
    return list(DrawEvent.objects.filter(draw=draw).order_by("seq").values_list("seq", "content", "head"))


class Watch:
    """What a draw was; `undone()` says what of it is no longer so."""

    def __init__(self, draw: Draw) -> None:
        self.draw, self.events, self.standing = draw, events_of(draw), standing_of(draw)
        self.writes = 0  # requests that wrote something about draws, be it only that they were refused

    def undone(self) -> list[str]:
        now = events_of(self.draw)
        types = Counter(DrawEvent.objects.filter(draw=self.draw).values_list("type", flat=True))
        found = [f"{kind} 发生了 {types[kind]} 次" for kind in ONCE if types[kind] > 1]
        if now[: len(self.events)] != self.events:
            found.append("事件变了")
        if [seq for seq, _, _ in now] != list(range(1, len(now) + 1)):
            found.append("序号断了")
        if standing_of(self.draw) != self.standing:
            found.append("冻结的内容变了")
        return found


class Writes:
    """Execute wrapper that notes whether anything was written to a table of the draws."""

    def __init__(self) -> None:
        self.seen = False

    def __call__(self, execute, sql, params, many, context):
        words = sql.lstrip(" (").split(None, 1)[0].upper()
        self.seen |= words in {"INSERT", "UPDATE", "DELETE", "REPLACE", "TRUNCATE"} and "draws_" in sql
        return execute(sql, params, many, context)


def tried(client: Client, method: str, path: str, watches: list[Watch]) -> list[str]:
    """One request, what it undid, and everything as before. Where nothing was written, nothing is looked up."""
    writes = Writes()
    with transaction.atomic(), connection.execute_wrapper(writes):
        getattr(client, method)(path, EVERYTHING if method == "post" else "")
        watches[0].writes += writes.seen
        undone = [f"{method} {path}：{fault}" for watch in watches if writes.seen for fault in watch.undone()]
        transaction.set_rollback(True)
    return undone


def test_no_address_of_the_draws_undoes_anything_for_anybody(everybody):
    clients, draws = everybody
    watches = [Watch(draw) for draw in draws]
    undone, asked = [], 0
    for name, client in clients.items():
        for draw in draws if name in ("主持人", "纪检") else draws[1:]:
            for path in addresses(draw, only=("draws", "live")):
                undone += [f"{name} {fault}" for fault in tried(client, "post", path, watches)]
                asked += 1
    assert asked > 700
    assert watches[0].writes > 20
    assert undone == []


def test_no_other_address_of_the_site_undoes_anything(everybody):
    clients, draws = everybody
    watches = [Watch(draw) for draw in draws]
    paths = set(addresses(draws[0])) - set(addresses(draws[0], only=("draws", "live")))
    undone = [
        fault for path in sorted(paths) for method in ("post", "delete")
        for fault in tried(clients["主持人"], method, path, watches)
    ]  # fmt: skip
    assert len(paths) > 150
    assert undone == []


def test_a_request_that_undid_something_would_be_noticed(everybody):
    _, draws = everybody
    watch = Watch(draws[1])
    with transaction.atomic():
        draws[1].snapshot_targets.filter(pk=draws[1].snapshot_targets.first().pk).update(name="换了一家")
        assert watch.undone() == ["冻结的内容变了"]
        transaction.set_rollback(True)
    assert watch.undone() == []


def test_there_is_no_admin_site():
    assert "django.contrib.admin" not in settings.INSTALLED_APPS
    assert not any("admin" in route.split("/") for _, route in routes())


def test_every_command_is_on_the_list_and_none_is_named_after_undoing():
    inside = [app for app in apps.get_app_configs() if Path(app.path).is_relative_to(settings.BASE_DIR)]
    local = {
        app.name for app in inside if "site-packages" not in Path(app.path).parts
    }  # .venv lies inside too
    ours = {name for name, app in get_commands().items() if app in local}
    assert ours == set(COMMANDS)
    assert not [
        name for name in ours if any(word in name for word in ("delete", "reset", "purge", "redraw", "undo"))
    ]


def test_the_commands_that_empty_a_database_are_refused_by_it(everybody):
    _, draws = everybody
    watches = [Watch(draw) for draw in draws]
    with pytest.raises(DatabaseError), transaction.atomic():
        draws[0].events.all().delete()
    with pytest.raises(DatabaseError), transaction.atomic():  # what `manage.py flush` executes
        connection.ops.execute_sql_flush(sql_flush(no_style(), connection, allow_cascade=True))
    with pytest.raises(ProtectedError), transaction.atomic():
        draws[0].delete()
    assert [fault for watch in watches for fault in watch.undone()] == []

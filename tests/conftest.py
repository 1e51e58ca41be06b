"""Shared set-up: databases that refuse change, flushed all the same between tests; a frozen office."""

import os

import pytest

# The synchronous browser API keeps an event loop in the thread; the ORM is used from it all the same.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(autouse=True)
def _media_in_tmp(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True, scope="session")
def _flush_around_triggers():
    """Transactional tests empty every table; the append-only triggers stand aside for that moment only."""
    from django.core.management.commands import flush

    from foundation.ledger import append_only

    handle = flush.Command.handle

    def handle_without_triggers(self, **options):
        from django.db import connections

        connection = connections[options["database"]]
        with append_only.suspended(connection):
            handle(self, **options)
        _announced_years_again(connection)

    flush.Command.handle = handle_without_triggers
    yield
    flush.Command.handle = handle


def _announced_years_again(connection):
    """The holiday calendar comes with the migrations; a flush must not take it from the tests that follow."""
    from importlib import import_module
    from types import SimpleNamespace

    from django.apps import apps

    migration = import_module("foundation.workdays.migrations.0002_announced_years")
    migration.seed(apps, SimpleNamespace(connection=connection))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Debian's Chromium, or the one named by CHROMIUM; nothing is downloaded."""
    import shutil

    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    return {
        **browser_type_launch_args,
        "executable_path": path,
        "args": ["--disable-dev-shm-usage", "--lang=zh-CN"],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {**browser_context_args, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


def pytest_collection_modifyitems(items):
    """What touches no database, and pages in Chromium, prove nothing new on a second database: `once`.

    The ceremony in three browsers is the exception: it walks on both.
    """
    for item in items:
        touches = item.get_closest_marker("django_db") or {"db", "transactional_db", "live_server"} & set(
            item.fixturenames
        )
        in_browser = item.get_closest_marker("browser") and "test_ceremony" not in item.nodeid
        if not touches or in_browser:
            item.add_marker(pytest.mark.once)
        # One worker per file, but each walked quarter on its own; the longest first, so that both workers end together.
        alone = "tests/journeys/" in item.nodeid
        item.add_marker(pytest.mark.xdist_group(item.nodeid if alone else item.nodeid.split("::")[0]))
    items.sort(key=_shortest_last)


LONG = ("tests/journeys/", "tests/browser/", "tests/verifiers/")


def _shortest_last(item) -> int:
    return next((rank for rank, folder in enumerate(LONG) if item.nodeid.startswith(folder)), len(LONG))

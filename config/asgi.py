"""ASGI entry: the live stream in front, Django behind it."""

import os
import resource

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("DATABASE_POOL", "10")
OPEN_FILES = 65536


def raise_file_limit() -> None:
    """Every watcher is an open file; the usual soft limit of 1,024 is below one large meeting."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


raise_file_limit()
site = get_asgi_application()

from draws.stream.front import Front  # noqa: E402  models need the applications

application = Front(site)

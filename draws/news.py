"""Telling every web process that a draw has moved. What happened stands in the database; this only wakes the readers."""

import logging
import time
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import transaction

from draws.models import Draw

CHANNEL = "mingchou.draws"
CONNECT_SECONDS = 0.3
SILENCE_SECONDS = (
    5.0  # after a failure nobody waits again so soon; the readers look by themselves every second
)
_silent_until = 0.0

logger = logging.getLogger(__name__)


def tell(draw: Draw) -> None:
    """Say so once the running transaction is committed; without a broker nothing is lost, it only takes longer."""
    transaction.on_commit(lambda: publish(draw.number, draw.head_seq), robust=True)


def publish(number: str, seq: int) -> bool:
    """Whether the broker took it. Never raises and never waits longer than CONNECT_SECONDS."""
    from redis.exceptions import RedisError

    global _silent_until
    if time.monotonic() < _silent_until:
        return False
    try:
        _client().publish(CHANNEL, f"{number} {seq}")
    except (RedisError, OSError) as error:
        _silent_until = time.monotonic() + SILENCE_SECONDS
        logger.info("no broker for live news: %s", error)
        return False
    return True


@lru_cache(maxsize=1)
def _client() -> Any:
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return redis.Redis.from_url(
        settings.LIVE_REDIS_URL, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=CONNECT_SECONDS,
        retry=Retry(NoBackoff(), 1),
    )  # fmt: skip

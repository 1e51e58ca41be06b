"""How long a room waits, and what it is told; nothing of this is law and nothing of it enters the chain. source: ui.md §2.3"""

from datetime import datetime, timedelta

LIMIT = timedelta(minutes=3)
MORE = timedelta(minutes=2)
LONGEST = timedelta(minutes=30)

# state of the draw -> what everybody waits for
WAITS = {"announced": "等待入席", "frozen": "等待封签", "locked": "等待开签", "result": "等待签字"}


def due(now: datetime, running_until: datetime | None) -> datetime:
    """The first limit is three minutes from now; each further click adds two, to what is left or to now."""
    if running_until is None:
        return now + LIMIT
    return min(max(running_until, now) + MORE, now + LONGEST)

"""The people of a bench's ceremony: they press the buttons over HTTP while the watchers watch.

usage: _live_room.py PORT STREAMS POLLERS OUT.json, with the environment of the server. Time of a commit: when the
server's word of it reaches a subscriber of the broker, which it sends in the moment after the commit.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
PAUSE = 0.7  # between two buttons


class Commits(threading.Thread):
    """Listens to what the server tells its processes; `at`: sequence number → time of its commit."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.at: dict[str, dict[int, float]] = {}
        self.listening = threading.Event()

    def run(self) -> None:
        import redis
        from django.conf import settings

        from draws import news

        line = redis.Redis.from_url(settings.LIVE_REDIS_URL).pubsub(ignore_subscribe_messages=True)
        line.subscribe(news.CHANNEL)
        for said in line.listen():
            if said is None:
                self.listening.set()
                continue
            now = time.time()
            number, seq = said["data"].decode().split()
            known = self.at.setdefault(number, {})
            known |= dict.fromkeys(range(max(known, default=0) + 1, int(seq) + 1), now)


def watched(draw, house, browsers, port: int, count: int, how: str, commits: Commits) -> dict:
    """One whole ceremony from the announcement on, watched by `count`; what each of them saw."""
    from draws.models import Draw
    from tests.draws.http_walk import next_post, send

    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        clients = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("_live_clients.py")), str(port), draw.number, str(count), how, out.name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        if clients.stdout.readline().strip() != "ready":
            sys.exit("观看者没有连上")
        first = Draw.objects.get(pk=draw.pk).head_seq
        while (draw := Draw.objects.get(pk=draw.pk)).state != Draw.State.SIGNED:
            post = next_post(draw, browsers)
            if send(port, post) != 302:
                sys.exit(f"{post.path} 没有办成")
            time.sleep(PAUSE)
        clients.communicate(f"{draw.head_seq}\n")
        seen = json.loads(Path(out.name).read_text(encoding="utf-8"))
    return {"first": first, "last": draw.head_seq, "commits": commits.at[draw.number], "seen": seen}


def announced(house, port: int):
    """A rehearsal that everybody may watch already, and the browsers of those who act."""
    from draws.models import Draw
    from tests.draws import factories as make
    from tests.draws.http_walk import take_places

    draw = make.prepare(house, kind="R")
    devices = make.ready(house, draw)
    browsers = take_places(house, draw, devices, port)
    return Draw.objects.get(pk=draw.pk), browsers


def main(port: str, streams: str, pollers: str, out: str) -> None:
    import django

    django.setup()
    from tests.draws import factories as make

    house, commits = make.create_house(), Commits()
    commits.start()
    commits.listening.wait(10)
    found = {}
    for how, count in (("stream", int(streams)), ("feed", int(pollers))):
        draw, browsers = announced(house, int(port))
        found[how] = watched(draw, house, browsers, int(port), count, how, commits)
    Path(out).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The feasibility rehearsal on a register of 10,000 targets: one dry freeze, then 200 throw-away seeds.

The same function the background job runs. Compared with as many bare selections of the same rows, so that one sees
what the teams and the naming of the bottleneck cost.
"""

import tempfile
from itertools import islice
from pathlib import Path

from benches import persisted
from benches._figures import Figure, compared, timed

SEEDS = 200
LIMIT = 60.0  # seconds of processor time for the whole job: somebody waits beside a progress bar


def run() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        house = persisted.settle_in(Path(folder))
        return measured(house)


def measured(house) -> list[Figure]:
    from draws.freezing.building import build
    from draws.freezing.trial import tally_of
    from draws.rules.mc1 import selection
    from draws.secrets import Secrets
    from tests.draws import factories as at

    draw = at.prepare(house)
    built, material = timed(lambda: build(draw, Secrets.new(), at.ON, None, dry=True))
    frozen = material.frozen()
    seeds = [f"{n:064x}" for n in range(SEEDS)]

    def select() -> None:
        for seed in islice(seeds, SEEDS):
            for stratum in frozen.strata:
                selection.rank(frozen.suite, stratum, frozen.population, seed, take=stratum.draw)

    bare, _ = timed(select)
    whole, report = timed(lambda: tally_of(draw, at.ON, seeds))
    if report["seeds"] != SEEDS or (report["failed"] and not report["bottlenecks"]):
        raise SystemExit("试抽没有走完，或有缺组却没有点名瓶颈，不能比较")
    other = f"{SEEDS} 个种子只选取、不编组"
    return [
        compared(f"{persisted.TARGETS} 家可行性试抽，{SEEDS} 个种子", whole, other, bare, at_most=LIMIT),
        compared("其中只冻结一次（读名录、算每一行）", built, other, bare),
    ]

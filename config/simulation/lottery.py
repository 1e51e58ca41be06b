"""The choosing of MC1 itself, on a seed that is plainly not one of a ceremony."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from random import Random

from draws.rules.mc1.hashing import suite_of
from draws.rules.mc1.quota import Stratum
from draws.rules.mc1.rows import ELIGIBLE, TargetFacts
from draws.rules.mc1.selection import Population, rank
from planning.rules.simulation import Choose, Classes, Slot


def mc1(seed: int) -> Choose:
    """Same tickets, same order as in a real draw; the seed of each draw is the hash of this text and its name."""
    suite = suite_of("MC1")
    names: dict[int, str] = {}
    targets: dict[str, int] = {}

    def code(target: int) -> str:
        if target not in names:
            names[target] = sha256(f"simulated-target|{target}".encode()).hexdigest()
            targets[names[target]] = target
        return names[target]

    def choose(draw: str, slot: Slot, classes: Classes, take: int) -> Sequence[int]:
        population = Population(())
        stratum_id = f"{slot.line.id}-{slot.instance.unit}"
        for visits, members in classes.items():
            facts = TargetFacts(visits, 1, "", "", "", ((stratum_id, ELIGIBLE),))
            population.groups.append((facts, [code(target) for target in members]))
        stratum = Stratum(
            id=stratum_id, line=slot.line.id, body=slot.instance.body, basis="count", num=take, den=1, officers=0, floor=0,
            before=0, extra=0, last=True, draw=take, order=slot.line.order, skill="",
        )  # fmt: skip
        simulated = sha256(f"simulation|{seed}|{draw}".encode()).hexdigest()
        return [targets[c] for c in rank(suite, stratum, population, simulated, take=take)]

    return choose


@dataclass(frozen=True)
class Lots:
    """Chance of simulated years: who is drawn, and, year by year, who goes."""

    choose: Choose
    people: Callable[[str], Callable[[Sequence[int], int], Sequence[int]]]


def of_seed(seed: int) -> Lots:
    """The same seed gives the same years."""
    # Teams of simulated years decide nothing, so a repeatable generator is what is wanted.
    return Lots(mc1(seed), lambda run: Random(f"simulated-teams|{seed}|{run}").sample)  # noqa: S311

"""The lexicographically first complete assignment, by index (§8). Knows nothing of hashes or rows.

Sets of inspectors are integers with one bit per inspector, so that "who could still come" is one operation.
The flow network: a visit sends `want` units to inspectors; one that needs a skill sends at most `want - 1`
of them through its unskilled side. Searches go breadth-first over inspectors: an inspector without a free
place can be reached when one of his unfixed visits may take somebody else instead.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

Order = Iterable[int]


@dataclass(frozen=True, slots=True)
class Demand:
    """One visit: `want` new members out of the bits of `candidates`.

    `skilled`: bits of the candidates who hold the needed skill, or None when no skill is needed any more.
    """

    want: int
    candidates: int
    skilled: int | None = None


@dataclass(frozen=True, slots=True)
class Closure:
    """What a failed search from a visit reached: the canonical certificate by index (§8)."""

    visit: int
    visits: tuple[int, ...]
    inspectors: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Matching:
    """`teams[x]` is the answer of visit x in ticket order, None when it is lacking."""

    teams: list[list[int] | None]
    lacking: list[Closure]

    @property
    def complete(self) -> bool:
        return not self.lacking


def bits(mask: int) -> Iterator[int]:
    """Indexes of the set bits, ascending."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def first_assignment(
    demands: Sequence[Demand], places: Sequence[int], order: Callable[[int], Order], *, partial: bool
) -> Matching:
    """The answer of §8 for visits in order; `order(x)` lists x's candidates by ascending pair ticket.

    Without a complete assignment: `partial=False` stops at the first visit that fails and names it;
    `partial=True` keeps and drops visits by the lacking rule.
    """
    flow = Flow(demands, places, order)
    lacking: list[Closure] = []
    for visit in range(len(demands)):
        closure = flow.fill(visit)
        if closure is not None:
            lacking.append(closure)
            if not partial:
                return Matching([None] * len(demands), lacking)
    dropped = {closure.visit for closure in lacking}
    teams = [None if visit in dropped else flow.settle(visit) for visit in range(len(demands))]
    return Matching(teams, lacking)


class Flow:
    """A provisional assignment that stays complete for the kept visits while it is improved."""

    def __init__(
        self, demands: Sequence[Demand], places: Sequence[int], order: Callable[[int], Order]
    ) -> None:
        size = len(places)
        self.demands = demands
        self.order = order
        self.team = [0] * len(demands)
        self.left = list(places)  # places nobody uses
        self.free = sum(1 << j for j in range(size) if places[j] > 0)
        self.held: list[set[int]] = [set() for _ in range(size)]  # visits where j is provisionally, unfixed
        # Components: a pair can enter the assignment only inside one strongly connected component of the
        # residual network. Components only ever split, so every failed search makes later ones shorter.
        self.component = [0] * size
        self.members = {0: (1 << size) - 1}
        self.skilled_side = [0] * len(demands)
        self.unskilled_side = [0] * len(demands)

    # -- finding any complete assignment ------------------------------------------------------------

    def fill(self, visit: int) -> Closure | None:
        """Bring a visit to its full number; None, or the closure that proves it cannot be done."""
        demand = self.demands[visit]
        if (demand.candidates & self.free).bit_count() >= demand.want:
            self._take_first_free(visit)
        while self.team[visit].bit_count() < demand.want:
            search = Search(self, self.free, -1)
            if not search.from_visit(visit):
                self._clear(visit)
                return Closure(visit, tuple(sorted({visit, *search.entered})), tuple(bits(search.seen)))
            self.left[search.end] -= 1
            self._note_free(search.end)
            search.apply()
        return None

    def _take_first_free(self, visit: int) -> None:
        demand = self.demands[visit]
        want = demand.want
        unskilled = want - 1 if demand.skilled is not None else want
        open_ = demand.candidates & self.free
        for j in self.order(visit):
            if not open_ >> j & 1:
                continue
            if demand.skilled is not None and not demand.skilled >> j & 1:
                if not unskilled:
                    continue
                unskilled -= 1
            self._join(visit, j)
            self.left[j] -= 1
            self._note_free(j)
            want -= 1
            if not want:
                return

    def _clear(self, visit: int) -> None:
        for j in bits(self.team[visit]):
            self.held[j].discard(visit)
            self.left[j] += 1
            self._note_free(j)
        self.team[visit] = 0

    # -- the answer ---------------------------------------------------------------------------------

    def settle(self, visit: int) -> list[int]:
        """Fix the members of a visit in ticket order, rearranging only what is not fixed yet."""
        demand = self.demands[visit]
        fixed: list[int] = []
        fixed_mask, unskilled_left = 0, demand.want if demand.skilled is None else demand.want - 1
        for j in self.order(visit):
            if len(fixed) == demand.want:
                break
            unskilled = demand.skilled is not None and not demand.skilled >> j & 1
            if unskilled and not unskilled_left:
                continue
            if not (self.team[visit] >> j & 1 or self._bring_in(visit, j, fixed_mask, unskilled)):
                continue
            fixed.append(j)
            fixed_mask |= 1 << j
            self.held[j].discard(visit)
            unskilled_left -= unskilled or demand.skilled is None
        return fixed

    def _bring_in(self, visit: int, j: int, fixed: int, unskilled: bool) -> bool:
        """Exchange j for an unfixed member of the visit, if a complete assignment with j exists."""
        is_free = self.free >> j & 1
        if not is_free:
            side = self.unskilled_side if unskilled else self.skilled_side
            if not self.held[j] or self.component[j] != side[visit]:
                return False
        leaving = self._may_leave(visit, fixed, unskilled)
        if not leaving:
            return False
        if is_free:
            self.left[j] -= 1
            self._note_free(j)
            self._drop(visit, self._last_in_order(visit, leaving))
            self._join(visit, j)
            return True
        return self._evict(visit, j, leaving, unskilled)

    def _may_leave(self, visit: int, fixed: int, unskilled: bool) -> int:
        """Unfixed members that may go when an inspector joins who is unskilled or not."""
        demand, leaving = self.demands[visit], self.team[visit] & ~fixed
        if unskilled and self._unskilled_full(visit):
            assert demand.skilled is not None
            leaving &= ~demand.skilled
        return leaving

    def _last_in_order(self, visit: int, mask: int) -> int:
        if mask & (mask - 1):
            for j in self.order(visit):
                mask &= ~(1 << j)
                if mask & (mask - 1) == 0:
                    break
        return mask.bit_length() - 1

    def _evict(self, visit: int, j: int, leaving: int, unskilled: bool) -> bool:
        """j is full: one of his unfixed visits must take somebody else, at best a leaving member."""
        within = self.members[self.component[j]]
        goal = (self.free | leaving) & within
        if not goal:
            return False
        search = Search(self, goal, within & ~(1 << j))
        if not search.from_inspector(j):
            self._split(j, search)
            return False
        end = search.end
        search.apply()
        if leaving >> end & 1:
            self._leave(visit, end)
        else:
            self.left[end] -= 1
            self._note_free(end)
            self._drop(visit, self._last_in_order(visit, leaving & self.team[visit]))
        self._join(visit, j)
        return True

    def _split(self, j: int, search: Search) -> None:
        """Nothing leads out of what a failed search reached: it is a component of its own."""
        old, new = self.component[j], len(self.members)
        reached = (search.seen | 1 << j) & self.members[old]
        self.members[new] = reached
        self.members[old] &= ~reached
        for member in bits(reached):
            self.component[member] = new
        for visit, whole in search.entered.items():
            if self.skilled_side[visit] == old:
                self.skilled_side[visit] = new
            if whole and self.unskilled_side[visit] == old:
                self.unskilled_side[visit] = new

    # -- small moves --------------------------------------------------------------------------------

    def openings(self, visit: int, leaving: int) -> tuple[int, bool]:
        """Whom the visit could take instead of `leaving` (-1: in addition), and whether that is anybody."""
        demand = self.demands[visit]
        others = demand.candidates & ~self.team[visit]
        if demand.skilled is None or (leaving >= 0 and not demand.skilled >> leaving & 1):
            return others, True
        if self._unskilled_full(visit):
            return others & demand.skilled, False
        return others, True

    def _unskilled_full(self, visit: int) -> bool:
        demand = self.demands[visit]
        if demand.skilled is None:
            return False
        return (self.team[visit] & ~demand.skilled).bit_count() >= demand.want - 1

    def _note_free(self, j: int) -> None:
        if self.left[j] > 0:
            self.free |= 1 << j
        else:
            self.free &= ~(1 << j)

    def _join(self, visit: int, j: int) -> None:
        self.team[visit] |= 1 << j
        self.held[j].add(visit)

    def _leave(self, visit: int, j: int) -> None:
        self.team[visit] &= ~(1 << j)
        self.held[j].discard(visit)

    def _drop(self, visit: int, j: int) -> None:
        """Leave and give the place back."""
        self._leave(visit, j)
        self.left[j] += 1
        self._note_free(j)

    def exchange(self, visit: int, leaving: int, joining: int) -> None:
        if leaving >= 0:
            self._leave(visit, leaving)
        self._join(visit, joining)


class Search:
    """One breadth-first search for an augmenting path; `seen` and `entered` are what it reached.

    `entered[visit]` is False when the visit was entered through a skilled member only and could not take
    unskilled ones.
    """

    def __init__(self, flow: Flow, goal: int, within: int) -> None:
        self.flow = flow
        self.goal = goal
        self.unseen = within if within >= 0 else (1 << len(flow.left)) - 1
        self.seen = 0
        self.entered: dict[int, bool] = {}
        self.end = -1
        self._step: dict[int, tuple[int, int]] = {}  # inspector -> (visit that takes him, whom it gives up)
        self._queue: deque[tuple[int, int, int]] = deque()

    def from_visit(self, visit: int) -> bool:
        return self._enter(visit, -1) or self._run()

    def from_inspector(self, j: int) -> bool:
        self.seen |= 1 << j
        return self._through(j) or self._run()

    def _run(self) -> bool:
        while self._queue:
            mask, visit, leaving = self._queue.popleft()
            for j in bits(mask):
                self._step[j] = (visit, leaving)
                if self._through(j):
                    return True
        return False

    def _through(self, j: int) -> bool:
        entered = self.entered
        for visit in self.flow.held[j]:  # noqa: SIM110  any() costs a generator per inspector
            if not entered.get(visit) and self._enter(visit, j):
                return True
        return False

    def _enter(self, visit: int, leaving: int) -> bool:
        open_, whole = self.flow.openings(visit, leaving)
        self.entered[visit] = self.entered.get(visit, False) or whole
        open_ &= self.unseen
        if not open_:
            return False
        hit = open_ & self.goal
        if hit:
            self.end = hit.bit_length() - 1
            self._step[self.end] = (visit, leaving)
            return True
        self.unseen &= ~open_
        self.seen |= open_
        self._queue.append((open_, visit, leaving))
        return False

    def apply(self) -> None:
        """Move everybody along the path that was found, from its end to its start."""
        j = self.end
        while j in self._step:
            visit, leaving = self._step.pop(j)
            self.flow.exchange(visit, leaving, j)
            j = leaving

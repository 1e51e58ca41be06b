"""名录变动图: who moved from which tier to which, as ribbons. Numbers in, coordinates out; colours are css classes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# Display choices: the picture's own measures, in units of its viewBox.
WIDTH, BAR, GAP, HEAD = 720, 14, 18, 8
FULL, THINNEST = 220.0, 3.0


@dataclass(frozen=True)
class Flow:
    """How many went from one state to another."""

    old: str
    new: str
    count: int


@dataclass(frozen=True)
class Node:
    css: str
    text: str
    x: float
    y: float
    height: float
    text_x: float
    text_y: float
    anchor: str


@dataclass(frozen=True)
class Ribbon:
    css: str
    path: str
    title: str


@dataclass(frozen=True)
class Picture:
    nodes: tuple[Node, ...]
    ribbons: tuple[Ribbon, ...]
    height: int
    width: int = WIDTH


def thickness(count: int, total: int) -> float:
    """In proportion, but never too thin to be seen."""
    return max(THINNEST, FULL * count / total)


def picture(flows: Sequence[Flow], order: Sequence[str], left: Mapping[str, str], right: Mapping[str, str]) -> Picture | None:  # fmt: skip
    """Movers only: those who stayed would be one broad band. None when nobody moved.

    order: states from top to bottom. left, right: what a state is called at the beginning and at the end
    """
    moved = [flow for flow in flows if flow.count and flow.old != flow.new]
    if not moved:
        return None
    total = sum(flow.count for flow in moved)
    rank = {state: number for number, state in enumerate(order)}
    moved.sort(key=lambda flow: (rank[flow.old], rank[flow.new]))
    starts, bottom_left = _column(moved, order, total, "old")
    ends, bottom_right = _column(sorted(moved, key=lambda f: (rank[f.new], rank[f.old])), order, total, "new")
    ribbons = tuple(
        Ribbon(
            f"fl fl--{flow.new}", _ribbon(starts[flow.old, flow.new], ends[flow.old, flow.new], thickness(flow.count, total)),
            f"{left[flow.old]} → {right[flow.new]}：{flow.count} 家",
        )
        for flow in moved
    )  # fmt: skip
    nodes = (
        *_nodes(moved, order, starts, total, left, "old"),
        *_nodes(moved, order, ends, total, right, "new"),
    )
    return Picture(nodes, ribbons, round(max(bottom_left, bottom_right)))


def _column(
    flows: Sequence[Flow], order: Sequence[str], total: int, side: str
) -> tuple[dict[tuple[str, str], float], float]:
    """The upper edge of every ribbon on one side, and where the column ends."""
    places: dict[tuple[str, str], float] = {}
    y = float(HEAD)
    for state in order:
        own = [flow for flow in flows if getattr(flow, side) == state]
        for flow in own:
            places[flow.old, flow.new] = y
            y += thickness(flow.count, total)
        y += GAP if own else 0
    return places, y


def _nodes(
    flows: Sequence[Flow], order: Sequence[str], places: Mapping[tuple[str, str], float], total: int,
    names: Mapping[str, str], side: str,
) -> list[Node]:  # fmt: skip
    found = []
    for state in order:
        own = [flow for flow in flows if getattr(flow, side) == state]
        if not own:
            continue
        top = min(places[flow.old, flow.new] for flow in own)
        height = sum(thickness(flow.count, total) for flow in own)
        count = sum(flow.count for flow in own)
        x = LABEL if side == "old" else WIDTH - LABEL - BAR
        text_x, anchor = (x - 8, "end") if side == "old" else (x + BAR + 8, "start")
        found.append(
            Node(f"fl__n fl--{state}", f"{names[state]} {count} 家", x, round(top, 1), round(height, 1), text_x,
                 round(top + height / 2 + 4, 1), anchor)
        )  # fmt: skip
    return found


LABEL = 170


def _ribbon(start: float, end: float, thick: float) -> str:
    x1, x2 = LABEL + BAR, WIDTH - LABEL - BAR
    middle = (x1 + x2) / 2
    return (
        f"M{x1} {start:.1f}C{middle} {start:.1f} {middle} {end:.1f} {x2} {end:.1f}"
        f"V{end + thick:.1f}C{middle} {end + thick:.1f} {middle} {start + thick:.1f} {x1} {start + thick:.1f}Z"
    )

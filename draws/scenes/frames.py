"""Which scene follows which event, and the rail of eight steps above it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

RAIL = ("宣读规则", "冻结名单", "封存承诺", "观察员封签", "揭示种子", "逐家抽出", "匹配人员", "封存签字")
ALL_DONE = len(RAIL) + 1

# scene -> step of the rail that is in progress
STEP_OF = {
    "welcome": 1,
    "freeze": 2,
    "commit": 3,
    "slips": 4,
    "opens": 5,
    "seed": 5,
    "draw": 6,
    "team": 7,
    "sign": 8,
    "sealed": ALL_DONE,
    "round": ALL_DONE,
    "void": ALL_DONE,
}
SCENES_OF: Mapping[str, tuple[str, ...]] = {
    "announce": ("welcome",),
    "freeze": ("freeze", "commit"),
    "slip": ("slips",),
    "lock": ("opens",),
    "open": ("opens",),
    "retry": ("slips",),
    "reveal": ("seed",),
    "result": ("draw", "team", "sign"),
    "sign": ("sealed",),
    "round_causes": ("round",),
    "round_result": ("round",),
    "void": ("void",),
}


class Frame(NamedTuple):
    """One picture of the ceremony: the scene after event `seq`."""

    seq: int
    scene: str


def frames_of(events: Iterable[Mapping[str, Any]]) -> list[Frame]:
    """All frames in order; before the announcement there is only the welcome."""
    found = [Frame(event["seq"], scene) for event in events for scene in SCENES_OF.get(event["type"], ())]
    return found or [Frame(0, "welcome")]


def choose(frames: Sequence[Frame], seq: int | None, scene: str) -> Frame:
    """The frame that was asked for, else the last one up to `seq`, else the present one."""
    if seq is None:
        return frames[-1]
    exact = [frame for frame in frames if frame == (seq, scene)]
    earlier = [frame for frame in frames if frame.seq <= seq]
    return (exact or earlier[-1:] or frames[:1])[0]


def rail(frame: Frame, frames: Sequence[Frame]) -> list[dict[str, str]]:
    """[{label, state: done|now|todo}]; a void draw stays at the step it had reached."""
    at = STEP_OF[frame.scene]
    if frame.scene == "void":
        reached = [STEP_OF[other.scene] for other in frames if other.seq < frame.seq]
        at = max(reached, default=1)
    states = [
        "done" if step < at else "now" if step == at and frame.scene != "void" else "todo"
        for step in range(1, ALL_DONE)
    ]
    return [{"label": label, "state": state} for label, state in zip(RAIL, states, strict=True)]

"""Geometry of the server-rendered charts: numbers in, coordinates out; colours are css classes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Any

TOP, BOTTOM, LEFT, RIGHT_PAD = 26, 26, 40, 6
PALETTE = ("k-1", "k-2", "k-3", "k-4", "k-5")
Number = float | int


@dataclass(frozen=True)
class Rect:
    css: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Text:
    text: str
    x: float
    y: float
    anchor: str = "middle"
    css: str = ""


@dataclass(frozen=True)
class Grid:
    label: str
    y: float

    @property
    def text_y(self) -> float:
        return self.y + 4


@dataclass(frozen=True)
class Line:
    css: str
    points: str
    dots: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Series:
    """One row of values over the labels; None means no figure for that label."""

    label: str
    values: tuple[Number | None, ...]
    css: str


@dataclass(frozen=True)
class Chart:
    width: int
    height: int
    description: str
    grid: tuple[Grid, ...]
    rects: tuple[Rect, ...]
    lines: tuple[Line, ...]
    texts: tuple[Text, ...]
    legend: tuple[Series, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left: int = LEFT
    label_x: int = LEFT - 6

    @property
    def right(self) -> int:
        return self.width - RIGHT_PAD

    @property
    def base(self) -> int:
        return self.height - BOTTOM


def nice_step(highest: Number, ticks: int = 4) -> float:
    """Distance of grid lines: 1, 2, 2.5 or 5 times a power of ten, at least 1 for whole counts."""
    if highest <= 0:
        return 1
    rough = highest / ticks
    power = 10 ** floor(log10(rough))
    step = next(power * times for times in (1, 2, 2.5, 5, 10) if power * times >= rough)
    return step if highest < ticks and highest != int(highest) else max(1, step)


def show(value: Number | None) -> str:
    """Whole numbers without a point, others with one decimal, nothing as 无."""
    if value is None:
        return "无"
    return str(int(value)) if float(value).is_integer() else f"{value:.1f}"


def as_series(rows: Iterable[Mapping[str, Any] | Series]) -> tuple[Series, ...]:
    """Accepts Series or {label, values, css}; missing colours come from the palette in order."""
    out = []
    for number, row in enumerate(rows):
        if isinstance(row, Series):
            out.append(row)
        else:
            css = row.get("css") or PALETTE[number % len(PALETTE)]
            out.append(Series(str(row["label"]), tuple(row["values"]), css))
    return tuple(out)


@dataclass(frozen=True)
class Frame:
    """Drawing area shared by the three kinds: scale, grid, slots."""

    width: int
    height: int
    highest: float
    count: int

    @property
    def step(self) -> float:
        return nice_step(self.highest)

    def y(self, value: Number) -> float:
        top = max(self.highest, self.step)
        return round(self.height - BOTTOM - value / top * (self.height - BOTTOM - TOP), 2)

    @property
    def slot(self) -> float:
        return (self.width - LEFT - RIGHT_PAD) / max(1, self.count)

    def middle(self, at: int) -> float:
        return round(LEFT + self.slot * (at + 0.5), 2)

    def grid(self) -> tuple[Grid, ...]:
        steps = int(self.highest / self.step + 1e-9)
        return tuple(Grid(show(self.step * n), self.y(self.step * n)) for n in range(max(1, steps) + 1))

    def labels(self, names: Sequence[str]) -> tuple[Text, ...]:
        widest = max((len(name) for name in names), default=1) * 13
        every = max(1, -(-widest // max(1, int(self.slot))))
        base = self.height - BOTTOM + 18
        return tuple(Text(name, self.middle(at), base) for at, name in enumerate(names) if at % every == 0)


def bar_chart(
    labels: Sequence[str], values: Sequence[Number | None], unit: str = "", width: int = 356
) -> Chart:
    """Plain bars with the figure above each."""
    return stacked_chart(labels, [Series("数值", tuple(values), "k-1")], unit=unit, width=width, keyed=False)


def stacked_chart(
    labels: Sequence[str],
    series: Iterable[Mapping[str, Any] | Series],
    *,
    unit: str = "",
    totals: Sequence[Number] | None = None,
    totals_label: str = "应抽",
    width: int = 356,
    keyed: bool = True,
) -> Chart:
    """Bars stacked by series; `totals` draws an empty outline behind each, labelled done/needed."""
    names, rows = [str(label) for label in labels], as_series(series)
    sums = [sum(row.values[at] or 0 for row in rows) for at in range(len(names))]
    needed = tuple(totals or ())
    frame = Frame(width, 180, max([*sums, *needed, 0]), len(names))
    rects = [rect for at in range(len(names)) for rect in column(frame, rows, at, needed)]
    texts = [*frame.labels(names), *figures(frame, sums, needed)]
    outline = (Series(totals_label, needed, "k-need"),) if needed else ()
    columns = (*rows, *outline)
    return Chart(
        width, 180, describe(names, sums, needed, unit), frame.grid(), tuple(rects), (), tuple(texts),
        columns if keyed else (), ("", *(row.label for row in columns)), table(names, columns),
    )  # fmt: skip


def column(frame: Frame, rows: Sequence[Series], at: int, needed: Sequence[Number]) -> list[Rect]:
    """The stacked parts of one bar and, behind it, the outline of what was needed."""
    width = round(min(44, frame.slot * 0.6), 2)
    x, floor_y, out = round(frame.middle(at) - width / 2, 2), frame.y(0), []
    for row in rows:
        height = round(frame.y(0) - frame.y(row.values[at] or 0), 2)
        floor_y = round(floor_y - height, 2)
        if height:
            out.append(Rect(row.css, x, floor_y, width, height))
    if needed:
        top = frame.y(needed[at])
        out.append(Rect("k-need", round(x - 4, 2), top, width + 8, round(frame.y(0) - top, 2)))
    return out


def figures(frame: Frame, sums: Sequence[Number], needed: Sequence[Number]) -> list[Text]:
    """80/119 above each bar, or just the figure."""
    out = []
    for at, total in enumerate(sums):
        label = f"{show(total)}/{show(needed[at])}" if needed else show(total)
        out.append(
            Text(label, frame.middle(at), frame.y(max(total, needed[at] if needed else 0)) - 6, css="v")
        )
    return out


def table(names: Sequence[str], columns: Sequence[Series]) -> tuple[tuple[str, ...], ...]:
    """The same figures as text, one row per label."""
    return tuple((name, *(show(column.values[at]) for column in columns)) for at, name in enumerate(names))


def line_chart(
    labels: Sequence[str], series: Iterable[Mapping[str, Any] | Series], *, unit: str = "", width: int = 356
) -> Chart:
    """Lines with dots; a None breaks the line instead of dropping to zero."""
    names, rows = [str(label) for label in labels], as_series(series)
    highest = max([value for row in rows for value in row.values if value is not None] or [0])
    frame = Frame(width, 180, highest, len(names))
    lines = tuple(segment for row in rows for segment in segments(frame, row))
    last = [show(row.values[-1]) if row.values else "无" for row in rows]
    words = "；".join(f"{row.label}最新 {value}{unit}" for row, value in zip(rows, last, strict=True))
    return Chart(
        width, 180, words, frame.grid(), (), lines, frame.labels(names), rows if len(rows) > 1 else (),
        ("", *(row.label for row in rows)),
        table(names, rows),
    )  # fmt: skip


def segments(frame: Frame, row: Series) -> list[Line]:
    """Unbroken runs of one series."""
    runs: list[list[tuple[float, float]]] = [[]]
    for at, value in enumerate(row.values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((frame.middle(at), frame.y(value)))
    return [Line(row.css, " ".join(f"{x},{y}" for x, y in run), tuple(run)) for run in runs if run]


def describe(names: Sequence[str], sums: Sequence[Number], totals: Sequence[Number], unit: str) -> str:
    """One sentence for people who do not see the picture."""
    parts = []
    for at, name in enumerate(names):
        needed = f"，应为 {show(totals[at])}{unit}" if totals else ""
        parts.append(f"{name} {show(sums[at])}{unit}{needed}")
    return "；".join(parts) or "没有数据"

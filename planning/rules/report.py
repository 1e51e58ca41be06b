"""A simulated year in words, charts and rows: the plain result of `planning.simulating.years` arranged for readers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

TIMES = ("没抽到", "1 次", "2 次", "3 次", "4 次以上")
_CSS = ("k-need", "k-1", "k-2", "k-3", "k-4")
FEW, BARS, CROWDED = 10, 8, 6
"""Up to FEW people have a bar each; beyond, at most BARS bars of visits. More lines than CROWDED get a wide chart."""


def report(result: Mapping[str, Any], runs: int) -> dict[str, Any]:
    """Figures, verdicts and charts of the page."""
    lines, targets, people = result["lines"], result["targets"], result["people"]
    shown = [line for line in lines if line["base"]]
    drawn = _together(shown)
    labels = [_label(row["name"]) for row in drawn]
    return {
        "figures": _figures(result, shown),
        "verdicts": [*_coverage(result["coverage"], runs), *_caps(result["caps"], runs), *_chances(result["fairness"]),
                     *_teams(people)],
        "lines": [_line(line) for line in lines],
        "wide": len(drawn) > CROWDED, "width": 720 if len(drawn) > CROWDED else 356,
        "coverage": {"labels": labels, "values": [round(100 * row["distinct"] / row["base"]) for row in drawn]},
        "times": {
            "labels": labels,
            "series": [{"label": label, "css": css, "values": [round(row["times"][at], 1) for row in drawn]}
                       for at, (label, css) in enumerate(zip(TIMES, _CSS, strict=True))],
        },
        "steps": {"labels": [f"{int(step['day'][5:7])}月" for step in people["steps"]],
                  "values": [round(step["visits_mean"], 1) for step in people["steps"]], "rows": people["steps"]},
        "load": _load(people), "people": people["people"], "team": people["team"], "targets": targets,
    }  # fmt: skip


def _figures(result: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    targets, visits = result["targets"], result["visits"]
    loads = [person["mean"] for person in result["people"]["people"]]
    never = targets["never_share"]
    return [
        {"label": "全年检查", "value": f"{visits['mean']:.0f}", "unit": "家次",
         "note": f"合并少去 {visits['merged_mean']:.1f} 次" if visits["merged_mean"] >= 0.05 else "没有重叠的任务"},
        {"label": "一次也没抽到", "value": "—" if never is None else f"{100 * never:.1f}", "unit": "%",
         "note": f"{targets['targets']} 家中平均 {targets['times'][0]:.0f} 家"},
        {"label": "重复", "value": f"{sum(line['repeats_mean'] for line in lines):.0f}", "unit": "家次", "note": "同一任务同一家第二次起"},
        {"label": "平均每人", "value": f"{sum(loads) / len(loads):.1f}" if loads else "—", "unit": "次",
         "note": f"最多的人平均 {max(loads):.1f} 次" if loads else "名录里没有持证人员"},
    ]  # fmt: skip


def _coverage(rules: Iterable[Mapping[str, Any]], runs: int) -> Iterable[dict[str, str]]:
    for rule in rules:
        if not rule["population"]:
            continue
        full = rule["full_runs"] == runs
        unit = "家" if rule["subject"] == "target" else "项"
        yield {
            "level": "ok" if full else "warn",
            "text": f"{rule['zh']}：{rule['population']} {unit}平均做到 {100 * rule['covered_mean']:.1f}%，最差一年 "
            f"{100 * rule['covered_min']:.1f}%，{runs} 年里 {rule['full_runs']} 年全部做到",
            "ref": rule["clause"],
        }


def _caps(caps: Iterable[Mapping[str, Any]], runs: int) -> Iterable[dict[str, str]]:
    for cap in caps:
        short = cap["short_runs"]
        yield {
            "level": "bad" if not cap["kept"] else "warn" if short else "ok",
            "text": f"每家每年不超过 {cap['max']} 次：{'从未超过' if cap['kept'] else '有超过'}，平均 {cap['at_cap_mean']:.1f} 家达到上限，"
            + (f"{runs} 年里 {short} 年因此抽不足" if short else "没有因此抽不足"),
            "ref": cap["clause"],
        }


def _chances(groups: Sequence[Mapping[str, Any]]) -> Iterable[dict[str, str]]:
    uneven = sum(not group["even"] for group in groups)
    if groups:
        yield {
            "level": "warn" if uneven else "ok",
            "text": f"机会：{len(groups)} 组同类对象，"
            + (f"{uneven} 组次数差别大于随机所能解释的" if uneven else "各组次数差别都在随机范围内"),
            "ref": "",
        }


def _teams(people: Mapping[str, Any]) -> Iterable[dict[str, str]]:
    if people["unstaffed_mean"]:
        yield {"level": "bad", "text": f"编不成组：平均每年 {people['unstaffed_mean']:.1f} 家次没有 {people['team']} 名在岗持证人员可派",
               "ref": ""}  # fmt: skip


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    base = line["base"]
    return {
        "name": line["name"], "unit": line["unit_name"], "base": base, "required": line["required"],
        "covered": f"{100 * line['covered_mean']:.1f}%" if base else "—",
        "least": f"{100 * line['covered_min']:.1f}%" if base else "—",
        "never": f"{base - line['distinct_mean']:.1f}", "never_share": f"{100 - 100 * line['covered_mean']:.1f}%" if base else "—",
        "repeats": f"{line['repeats_mean']:.1f}", "short": f"{line['shortfall_mean']:.1f}",
    }  # fmt: skip


def _together(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One row per line of the book for the charts: its instances added up."""
    found: dict[str, dict[str, Any]] = {}
    for line in lines:
        row = found.setdefault(
            line["line"], {"name": line["name"], "base": 0, "distinct": 0.0, "times": [0.0] * len(TIMES)}
        )
        row["base"] += line["base"]
        row["distinct"] += line["distinct_mean"]
        row["times"] = [sum(pair) for pair in zip(row["times"], line["times"], strict=True)]
    return list(found.values())


def _label(name: str) -> str:
    return name if len(name) <= 8 else f"{name[:7]}…"


def _load(people: Mapping[str, Any]) -> dict[str, Any]:
    """A bar per person while they are few; otherwise how often one person makes so many visits in one year."""
    persons, found = people["people"], people["person_years"]
    if len(persons) <= FEW:
        return {"title": "每人平均每年检查次数", "unit": "次", "labels": [one["name"] for one in persons],
                "values": [round(one["mean"], 1) for one in persons]}  # fmt: skip
    width = -(-len(found) // BARS)
    groups = [found[at : at + width] for at in range(0, len(found), width)]
    return {
        "title": "一人一年查这么多次的占多少", "unit": "%",
        "labels": [str(group[0][0]) if width == 1 else f"{group[0][0]}–{group[-1][0]}" for group in groups],
        "values": [round(100 * sum(share for _, share in group)) for group in groups],
    }  # fmt: skip


def rows(result: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    """One row per line, then one per inspector, for the workbook."""
    for line in result["lines"]:
        found = _line(line)
        yield {
            "part": "任务",
            **{
                key: found[key]
                for key in (
                    "unit",
                    "name",
                    "base",
                    "required",
                    "covered",
                    "least",
                    "never",
                    "repeats",
                    "short",
                )
            },
        }
    for person in result["people"]["people"]:
        yield {"part": "人员", "unit": person["unit_name"], "name": person["name"], "load": f"{person['mean']:.1f}",
               "range": f"{person['low']}–{person['high']}"}  # fmt: skip

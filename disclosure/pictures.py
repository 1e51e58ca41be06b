"""Figures as pictures: what the charts of the desk and of the public page are drawn from."""

from typing import Any

SHOWN = 12  # display choice: more bars than this are unreadable; the table below has them all


def progress_chart(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Stacked bars per line: public, checked but not public, drawn but not checked; a mark at what is required."""
    shown = [line for line in lines if line["required"] or line["counts"]["drawn"]][:SHOWN]
    counts = [line["counts"] for line in shown]
    return {
        "labels": [line["name"] if len(line["name"]) <= 10 else line["name"][:9] + "…" for line in shown],
        "series": [
            {"label": "已公示", "values": [count["disclosed"] for count in counts]},
            {"label": "已检查未公示", "values": [count["checked"] - count["disclosed"] for count in counts]},
            {"label": "已抽未检查", "values": [count["drawn"] - count["checked"] for count in counts]},
        ],
        "required": [line["required"] for line in shown],
    }  # fmt: skip

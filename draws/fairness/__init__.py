"""The fairness report over a year's draws: read from frozen rows, results and replacement requests."""

from draws.fairness.lines import Report
from draws.fairness.report import report, unstarted, years

__all__ = ["Report", "report", "unstarted", "years"]

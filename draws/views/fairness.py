"""随机性年度报告: was it fair over a year; on the page, and as a workbook."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from draws import exports, fairness
from draws.fairness import sheets
from foundation.asked import whole
from foundation.organisation.models import Organisation
from foundation.organisation.policies import can

SHOWN = 20
WITHHELD = "还有 {n} 家抽中的检查没有开始。列出从未抽中的单位，等于说出谁被抽中，所以等检查全部开始后再列。"


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    scope = _scope(request)
    year, years = chosen_year(request, fairness.years(scope))
    found, waiting = fairness.report(scope, year), fairness.unstarted(scope, year)
    names = found.names
    context = sheets.numbers(found) | {
        "year": year, "years": years, "withheld": WITHHELD.format(n=waiting) if waiting else "", "asked": found.asked,
        "pairs": [{"one": names[row.one], "other": names[row.other], "row": row, "share": sheets.percent(row.share)} for row in found.pairs[:SHOWN]],
        "people": [{"name": names[row.person], "row": row, "rate": sheets.percent(row.rate)} for row in found.people if row.total],
        "never": [{"row": row, "missed": sheets.percent(row.missed)} for row in found.never[:SHOWN]],
    }  # fmt: skip
    return render(request, "draws/fairness.html", context)


@require_safe
def workbook(request: HttpRequest) -> HttpResponse:
    scope = _scope(request)
    year, _ = chosen_year(request, fairness.years(scope))
    withheld = fairness.unstarted(scope, year) > 0
    tables = sheets.tables(fairness.report(scope, year))
    if withheld:
        tables = [(sheet, rows) for sheet, rows in tables if sheet is not sheets.NEVER]
    return exports.workbook(tables, f"随机性报告_{year}")


def chosen_year(request: HttpRequest, years: list[int]) -> tuple[int, list[int]]:
    """The year asked for, else the newest with a draw, else this one; and the years to choose from."""
    known = years or [timezone.localdate().year]
    asked = whole(request.GET.get("year"))
    return (asked if asked in known else known[0]), known


def _scope(request: HttpRequest) -> list[Organisation]:
    if not can(request.user, "draws.view"):
        raise PermissionDenied("随机性报告由抽取组织员、纪检监督员、计划编制员、分管领导和审计员查看。")
    return list(Organisation.objects.visible_to(request.user))

"""随机性报告 for everybody: the numbers of a year, without a name."""

from django.http import HttpRequest, HttpResponse

from disclosure.public.serving import public_page, show
from draws import exports, fairness
from draws.fairness import sheets
from draws.views.fairness import chosen_year
from foundation.organisation.models import Organisation


@public_page
def page(request: HttpRequest) -> HttpResponse:
    bureaus = list(Organisation.objects.all())
    year, years = chosen_year(request, fairness.years(bureaus))
    found = fairness.report(bureaus, year)
    return show(request, "open/fairness.html", sheets.numbers(found) | {"year": year, "years": years})


@public_page
def workbook(request: HttpRequest) -> HttpResponse:
    bureaus = list(Organisation.objects.all())
    year, _ = chosen_year(request, fairness.years(bureaus))
    return exports.workbook(sheets.public_tables(fairness.report(bureaus, year)), f"随机性报告_{year}")

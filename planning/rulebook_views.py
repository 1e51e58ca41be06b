"""The rulebook, readable by everybody: each value with its badge, its clause and the sentence it rests on."""

from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from foundation.errors import RuleBroken
from foundation.organisation.models import Organisation, RulebookAdoption
from foundation.organisation.policies import can
from foundation.rulebook.library import available
from foundation.rulebook.model import Rulebook
from planning.forms import AdoptionForm
from planning.rules import reading
from registry import actions as registry_actions


def _adopted(organisation: Organisation | None, on: date) -> RulebookAdoption | None:
    return organisation.adoptions.in_force(on).first() if organisation else None


def _chosen(request: HttpRequest, adopted: RulebookAdoption | None) -> Rulebook:
    books = available()
    wanted = request.GET.get("book") or (adopted.rulebook_id if adopted else "") or next(iter(books))
    if wanted not in books:
        raise Http404("没有这本规则书")
    return books[wanted]


def _context(request: HttpRequest, organisation: Organisation | None) -> dict:
    adopted = _adopted(organisation, timezone.localdate())
    book = _chosen(request, adopted)
    return {
        "book": book, "books": list(available().values()), "chapters": reading.chapters(book), "adopted": adopted,
        "changed": bool(adopted and adopted.rulebook_id == book.id and adopted.rulebook_hash != book.hash), "bureau": organisation,
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
def rulebook(request: HttpRequest) -> HttpResponse:
    """For every member of staff; holders of rulebook.adopt can register an adoption here."""
    bureau, may_adopt = request.user.organisation, can(request.user, "rulebook.adopt")
    form = AdoptionForm(request.POST or None, initial={"effective_from": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            registry_actions.adopt_rulebook(
                by=request.user, organisation=bureau, rulebook_id=form.cleaned_data["rulebook"],
                effective_from=form.cleaned_data["effective_from"], on=timezone.localdate(),
            )  # fmt: skip
        except RuleBroken as broken:
            form.add_error(None, broken.message)
            messages.error(request, broken.message)
        except ValidationError as invalid:
            form.add_error(None, invalid)
        else:
            messages.success(
                request,
                f"已登记自 {form.cleaned_data['effective_from']} 起采用 {form.cleaned_data['rulebook']}。",
            )
            return redirect("rulebook")
    context = _context(request, bureau) | {
        "form": form, "may_adopt": may_adopt, "adoptions": bureau.adoptions.select_related("adopted_by").order_by("-effective_from"),
    }  # fmt: skip
    status = 200 if not form.is_bound else 422 if may_adopt else 403
    return render(request, "planning/rulebook.html", context, status=status)


@login_not_required
@require_GET
def open_rulebook(request: HttpRequest) -> HttpResponse:
    """For everybody: the book the bureau goes by, and the others that ship with the software."""
    bureau = Organisation.objects.filter(parent=None).order_by("code").first()
    return render(request, "planning/rulebook_open.html", _context(request, bureau))

"""The rulebook, readable by everybody: each value with its badge, its clause and the sentence it rests on."""

from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation.errors import NotAllowed, RuleBroken
from foundation.intake.files import respond
from foundation.organisation.models import Organisation, RulebookAdoption
from foundation.organisation.policies import can
from foundation.rulebook.library import available
from foundation.rulebook.model import Rulebook
from foundation.sheets.columns import Column, Sheet
from planning import actions
from planning.forms import AdoptionForm, NoteForm
from planning.models import RuleNote
from planning.rules import reading
from registry import actions as registry_actions

NOTES = Sheet("rule-notes", "规则解释", (
    Column("book", "规则书"), Column("rule", "规则"), Column("text", "解释", max_length=1000), Column("document", "文件"),
    Column("organisation", "机构"), Column("by", "解释人"), Column("at", "日期", "date"), Column("withdrawn", "收回日期", "date"),
    Column("reason", "收回的原因"),
))  # fmt: skip


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
        "book": book, "books": list(available().values()), "chapters": reading.chapters(book, _notes(organisation, book)), "adopted": adopted,
        "changed": bool(adopted and adopted.rulebook_id == book.id and adopted.rulebook_hash != book.hash), "bureau": organisation,
    }  # fmt: skip


def _notes(organisation: Organisation | None, book: Rulebook) -> dict[str, list[RuleNote]]:
    """Notes in force by rule, the region's before the bureau's own. One query and one per level above."""
    found: dict[str, list[RuleNote]] = {}
    if organisation is None:
        return found
    rows = RuleNote.objects.visible_in(organisation).in_force().filter(rulebook_id=book.id)
    rows = rows.select_related("organisation", "written_by").order_by("id")
    for row in sorted(rows, key=lambda row: row.organisation_id == organisation.pk):
        found.setdefault(row.rule, []).append(row)
    return found


@require_http_methods(["GET", "POST"])
def new_note(request: HttpRequest) -> HttpResponse:
    """One note for one rule; who may adopt the rulebook may interpret it."""
    if not can(request.user, "rulebook.adopt"):
        raise PermissionDenied("规则书的解释由分管领导登记。")
    book, rule = _chosen(request, None), request.GET.get("rule", "")
    title = reading.rules_of(book).get(rule)
    if title is None:
        raise Http404("规则书里没有这一条")
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_rule_note(
                by=request.user,
                organisation=request.user.organisation,
                rulebook_id=book.id,
                rule=rule,
                **form.cleaned_data,
            )
        except RuleBroken as broken:
            form.add_error(None, broken.message)
        else:
            messages.success(request, "解释已附上，规则书页和公开的规则书页都看得到。")
            return redirect(f"{reverse('rulebook')}?book={book.id}")
    context = {"form": form, "book": book, "rule": rule, "rule_title": title}
    return render(request, "planning/rule_note.html", context, status=422 if form.is_bound else 200)


@require_POST
def withdraw_note(request: HttpRequest, note_id: int) -> HttpResponse:
    own = RuleNote.objects.filter(organisation=request.user.organisation_id)
    note = get_object_or_404(own.select_related("organisation"), pk=note_id)
    try:
        actions.withdraw_rule_note(by=request.user, note=note, reason=request.POST.get("reason", ""))
        messages.success(request, "已收回这条解释，记录保留。")
    except NotAllowed as refused:
        raise PermissionDenied(refused.message) from refused
    except RuleBroken as broken:
        messages.error(request, broken.message)
    return redirect(f"{reverse('rulebook')}?book={note.rulebook_id}")


@require_GET
def export_notes(request: HttpRequest) -> HttpResponseBase:
    """All notes the bureau can read, withdrawn ones as well."""
    rows = RuleNote.objects.visible_in(request.user.organisation)
    rows = rows.select_related("organisation", "written_by", "withdrawn_by").order_by(
        "rulebook_id", "rule", "id"
    )
    return respond(NOTES, map(_note_record, rows), f"规则解释_{timezone.localdate()}", "xlsx")


def _note_record(row: RuleNote) -> dict[str, object]:
    return {
        "book": row.rulebook_id, "rule": row.rule_title, "text": row.text, "document": row.document,
        "organisation": row.organisation.name, "by": row.written_by.name, "at": timezone.localdate(row.written_at),
        "withdrawn": timezone.localdate(row.withdrawn_at) if row.withdrawn_at else None, "reason": row.withdrawn_reason,
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
        "form": form, "may_adopt": may_adopt, "own_id": bureau.pk, "adoptions": bureau.adoptions.select_related("adopted_by").order_by("-effective_from"),
    }  # fmt: skip
    status = 200 if not form.is_bound else 422 if may_adopt else 403
    return render(request, "planning/rulebook.html", context, status=status)


@login_not_required
@require_GET
def open_rulebook(request: HttpRequest) -> HttpResponse:
    """For everybody: the book the bureau goes by, and the others that ship with the software."""
    bureau = Organisation.objects.filter(parent=None).order_by("code").first()
    return render(request, "planning/rulebook_open.html", _context(request, bureau))

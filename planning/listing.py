"""The quota list of a period as plain rows: what `quotas --json` prints, the API gives and the page shows."""

from datetime import date
from typing import Any

from foundation.errors import RuleBroken
from foundation.organisation.models import Organisation, RulebookAdoption
from foundation.rulebook import library
from foundation.rulebook.periods import Period
from planning import trial
from planning.models import AnnualPlan
from planning.rules import figures


def bureau_by(rulebook_id: str, code: str = "") -> Organisation:
    """The bureau that adopted a rulebook; `code` chooses among several.

    raises: RuleBroken that says what to do when there is none, or more than one
    """
    found = Organisation.objects.filter(
        pk__in=RulebookAdoption.objects.filter(rulebook_id=rulebook_id).values("organisation")
    )
    chosen = list((found.filter(code=code) if code else found).order_by("code"))
    if not chosen:
        who = f"机构代码 {code}" if code else "本库里还没有机构"
        raise RuleBroken(
            f"{who}{'没有' if code else ''}采用规则书 {rulebook_id}。请由分管领导在“规则书”页登记采用，"
            f"或先运行 python manage.py rehearse --rulebook {rulebook_id} 生成演练数据。",
            code="not_adopted",
        )
    if len(chosen) > 1:
        codes = "、".join(f"{one.code}（{one.name}）" for one in chosen)
        raise RuleBroken(
            f"有几个机构采用了 {rulebook_id}：{codes}。请用 --organisation 指定一个。", code="several_bureaus"
        )
    return chosen[0]


def rows(organisation: Organisation, period: str, on: date, *, rulebook_id: str = "") -> list[dict[str, Any]]:
    """One row per line, instance and own period in play, in the order of the book.

    Without an approved plan the numbers are those of the rulebook itself; manual lines are then 0.
    """
    asked = Period.parse(period)
    plan = AnnualPlan.objects.in_force(organisation, asked.year).first()
    if plan is not None and rulebook_id in ("", plan.rulebook_id):
        book, given = trial.book_of(plan), trial.terms_of(plan)
    else:
        book = library.get(rulebook_id) if rulebook_id else trial.governing_book(organisation, asked.year, on)
        given = trial.PlanTerms()
    register = trial.read(organisation, book, on, asked)
    units = {unit.pk: unit for several in register.units.values() for unit in several}
    return [
        figures.row(book, found, units[found.unit].code, units[found.unit].name)
        for found in trial.figures(organisation, register, given, asked)
    ]

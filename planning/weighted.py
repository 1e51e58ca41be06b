"""A task's weights on today's register: in words, and how many targets each gives tickets to. Reads only.

source: QS-10.3, AMB-52
"""

from collections import Counter
from datetime import date

from foundation.organisation.models import Organisation
from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from foundation.rulebook.selectors import Selector
from planning import population, scoping, trial
from planning.models import PlanTask
from planning.rules import naming, weights
from planning.rules.weights import Weight


def rules_of(book: Rulebook, task: PlanTask) -> tuple[Weight, ...]:
    return weights.read(book, task.weights)


def words_of(task: PlanTask) -> list[str]:
    """Each rule as the page, the paper and the screens say it, in the order they are tried. One query."""
    if not task.weights:
        return []
    book = trial.book_as_planned(task.plan)
    return [sentence(task.plan.organisation, one) for one in rules_of(book, task)]


def sentence(organisation: Organisation, rule: Weight) -> str:
    return f"{naming.describe(_by_name(organisation, rule.when))}的权重 {rule.weight}（{rule.reason}）"


def _by_name(organisation: Organisation, when: Selector) -> Selector:
    names = dict(organisation.areas.values_list("code", "name"))
    return Selector(
        tuple(tuple(scoping.by_name(one, names) for one in conditions) for conditions in when.alternatives)
    )


def counts(task: PlanTask, on: date) -> dict[int, int]:
    """weight -> how many of the base have it, the heaviest first; as if nothing had been drawn."""
    plan, book = task.plan, trial.book_of(task.plan)
    line, rules = book.line(task.line), rules_of(book, task)
    named = frozenset(name for one in rules for name in one.names)
    register = population.read(plan.organisation, book, on, year=plan.year, beside=named)
    known = {one.id: one for one in register.targets}
    found: Counter[int] = Counter()
    for body in line.bodies:
        for unit in register.units.get(body, ()):
            base = register.members(line, unit, Period(plan.year, line.period, 1), fresh=True).base
            found.update(
                weights.weight_of(rules, known[pk].facts, on, known[pk].tiers.get(body, ())) for pk in base
            )
    return dict(sorted(found.items(), reverse=True))

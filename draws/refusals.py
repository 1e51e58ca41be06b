"""Every action of the ceremony: one transaction; what is refused is recorded although the action rolled back.

Whoever watches the draw is told when the transaction is committed.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model

from draws import news
from draws.errors import StepRefused
from draws.models import Draw, DrawStratum, FeasibilityRun, PoolChange, RefusedAct
from draws.rules.mc1.errors import Mc1Error
from foundation.errors import OutOfOrder, RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import Organisation

Action = TypeVar("Action", bound=Callable[..., Any])


def act(name: str) -> Callable[[Action], Action]:
    """`name`: "draws.verb". Mc1Error and broken constraints come out as RuleBroken with a Chinese sentence."""

    def decorate(action: Action) -> Action:
        @wraps(action)
        def run(**given: Any) -> Any:
            try:
                with transaction.atomic():
                    done = action(**given)
                    if (draw := draw_of(given)) is not None:
                        news.tell(draw)
                    return done
            except (RuleBroken, Mc1Error, IntegrityError, ValidationError) as refused:
                broken = _as_rule(refused)
                _record(name, given, broken)
                raise broken from refused

        return run  # type: ignore[return-value]

    return decorate


def _as_rule(refused: Exception) -> RuleBroken:
    if isinstance(refused, RuleBroken):
        return refused
    if isinstance(refused, Mc1Error):
        return StepRefused(refused.message)
    if isinstance(refused, ValidationError):
        return RuleBroken("；".join(refused.messages), code="not_valid")
    return OutOfOrder(_sentence_of(str(refused)), code="overtaken")


def _sentence_of(database_says: str) -> str:
    """The sentence of the broken constraint; SQLite names the columns, PostgreSQL the constraint."""
    for model in (Draw, DrawStratum, PoolChange, FeasibilityRun):
        for constraint in model._meta.constraints:
            fields = getattr(constraint, "fields", ())
            columns = ", ".join(f"{model._meta.db_table}.{_column(model, name)}" for name in fields)
            if constraint.name in database_says or (
                columns and f"UNIQUE constraint failed: {columns}" in database_says
            ):
                return str(constraint.violation_error_message)
    return "另一台控制台刚刚办理了同一步，请刷新后再看。"


def _column(model: type[Model], name: str) -> str:
    return str(getattr(model._meta.get_field(name), "column", name))


def draw_of(given: dict[str, Any]) -> Draw | None:
    """The draw an action is about, from its arguments."""
    if isinstance(given.get("draw"), Draw):
        return given["draw"]
    if "number" in given:
        return Draw.objects.filter(number=given["number"]).first()
    holder = (
        given.get("seat")
        or given.get("seat_spoken")
        or given.get("request")
        or given.get("presence")
        or given.get("change")
    )
    return getattr(holder, "draw", None)


def _record(name: str, given: dict[str, Any], broken: RuleBroken) -> None:
    draw = draw_of(given)
    if draw is None and isinstance(given.get("organisation"), Organisation):
        _record_without_draw(name, given, broken)
    if draw is None or draw.pk is None or not Draw.objects.filter(pk=draw.pk).exists():
        return
    person, seat = given.get("by"), given.get("seat")
    actor_name = person.name if person else getattr(seat, "title", "") or "未入席者"
    draw.refresh_from_db()
    with transaction.atomic():
        RefusedAct.objects.create(
            draw=draw, actor_name=actor_name[:60], act=name, reason=broken.message[:500]
        )
        ledger.record(
            actor=person, act=f"{name}.refused", subject=draw, actor_name=actor_name[:60],
            data={"reason": broken.message, "code": broken.code},
        )  # fmt: skip


def _record_without_draw(name: str, given: dict[str, Any], broken: RuleBroken) -> None:
    """A draw that did not come about: the ledger alone keeps who wanted what and why not. source: QS-9.3"""
    ledger.record(
        actor=given.get("by"), act=f"{name}.refused", subject=given["organisation"],
        data={"reason": broken.message, "code": broken.code, "clause": broken.clause, "period": given.get("period", "")},
    )  # fmt: skip

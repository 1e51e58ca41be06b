"""A bureau's own interpretation of a rule: written down, shown with the rule, taken back only with a reason. source: QS-23.1"""

from django.db import transaction
from django.utils import timezone

from foundation.errors import OutOfOrder, RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import Organisation, User
from foundation.organisation.policies import check_may
from foundation.rulebook import library
from planning.models import RuleNote
from planning.rules import reading


@transaction.atomic
def add_rule_note(
    *, by: User, organisation: Organisation, rulebook_id: str, rule: str, text: str, document: str = ""
) -> RuleNote:
    """raises: NotAllowed; RuleBroken for a rule the book has not, or without words"""
    check_may(by, "rulebook.adopt", organisation)
    books = library.available()
    known = reading.rules_of(books[rulebook_id]) if rulebook_id in books else {}
    if rule not in known:
        raise RuleBroken("规则书里没有这一条，请回到规则书页重新选。", code="unknown_rule")
    if not text.strip():
        raise RuleBroken("“解释”空着。请写明这条规则在本局怎么理解、怎么执行。", code="text_missing")
    row = RuleNote(
        organisation=organisation, rulebook_id=rulebook_id, rule=rule, rule_title=known[rule][:300], text=text.strip(),
        document=document.strip(), written_by=by,
    )  # fmt: skip
    row.full_clean()
    row.save()
    ledger.record(
        actor=by, act="planning.add_rule_note", subject=row,
        data={"rulebook": rulebook_id, "rule": rule, "text": row.text, "document": row.document},
    )  # fmt: skip
    return row


@transaction.atomic
def withdraw_rule_note(*, by: User, note: RuleNote, reason: str) -> RuleNote:
    """It is not shown as in force any more; the row stays. raises: NotAllowed, OutOfOrder, RuleBroken"""
    row = (
        RuleNote.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organisation")
        .get(pk=note.pk)
    )
    check_may(by, "rulebook.adopt", row.organisation)
    if row.withdrawn_at:
        raise OutOfOrder("这条解释已经收回。")
    if not reason.strip():
        raise RuleBroken("请写明收回的原因，例如上级另有解释。", code="reason_missing")
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = timezone.now(), by, reason.strip()[:300]
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    ledger.record(
        actor=by, act="planning.withdraw_rule_note", subject=row, data={"rule": row.rule, "reason": row.withdrawn_reason}
    )  # fmt: skip
    return row

"""Who makes a joint plan together, and that each of them has agreed. source: QS-9.3, QS-9.4, NM-21.1, NM-21.2"""

from datetime import date

from django.core.files.base import File
from django.db import transaction

from foundation.documents.uploads import Upload
from foundation.errors import OutOfOrder, RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import User
from planning import policies, trial
from planning.actions.keeping import keep
from planning.actions.locking import locked
from planning.models import AnnualPlan, PlanFile, PlanParticipant, PlanTask


@transaction.atomic
def add_participant(*, by: User, plan: AnnualPlan, name: str) -> PlanParticipant:
    """raises: RuleBroken in a plan of one department, for a name that is empty or already there"""
    plan = locked(plan)
    policies.check_edit(by, plan)
    policies.check_joint(plan)
    name = name.strip()
    if not name:
        raise RuleBroken("请填写参与方的名称，例如 市场监管局、固体废物科。", code="name_missing")
    if plan.participants.filter(name=name).exists() or (plan.lead and plan.lead.name == name):
        raise RuleBroken(f"“{name}”已在这份联合计划里。请核对名称。", code="participant_known")
    found = PlanParticipant.objects.create(plan=plan, name=name)
    _note(by, plan, "add_participant", name=name)
    return found


@transaction.atomic
def remove_participant(*, by: User, participant: PlanParticipant) -> None:
    """Take a participant out of a draft; the ledger keeps that it was there."""
    plan = locked(participant.plan)
    policies.check_edit(by, plan)
    _note(by, plan, "remove_participant", name=participant.name, agreed_on=participant.agreed_on)
    participant.delete()


@transaction.atomic
def record_agreement(
    *, by: User, participant: PlanParticipant, agreed_on: date, agreement: str
) -> PlanParticipant:
    """Note the day and the document by which a participant agreed; until the plan is approved."""
    plan = locked(participant.plan)
    policies.check_planner(by, plan)
    if plan.status not in policies.BEFORE_APPROVAL:
        raise OutOfOrder(
            f"计划“{plan.name}”现在是“{plan.get_status_display()}”，同意只能在批准之前登记。要改请另做修订。"
        )
    if not agreement.strip():
        raise RuleBroken("请写明同意的文件，例如 复函文号、会议纪要或会签单。", code="agreement_missing")
    participant.agreed_on, participant.agreement = agreed_on, agreement.strip()
    participant.recorded_by = by
    participant.save(update_fields=["agreed_on", "agreement", "recorded_by"])
    _note(by, plan, "record_agreement", name=participant.name, agreed_on=agreed_on, agreement=agreement)
    return participant


@transaction.atomic
def drop_task(*, by: User, task: PlanTask) -> None:
    """Take a task out of a joint draft. A department's own plan keeps a task for every line of the rulebook.

    raises: RuleBroken with the clause in a department's plan, or for the last task
    """
    plan = locked(task.plan)
    policies.check_edit(by, plan)
    if not plan.is_joint:
        clause = trial.book_of(plan).line(task.line).origin("rates").ref
        raise RuleBroken(
            f"“{task.name}”是规则书要求的（{clause}），不能从本部门计划里去掉。比例可以提高，不能不查。",
            code="laxer_than_rulebook", clause=clause,
        )  # fmt: skip
    if plan.tasks.count() == 1:
        raise RuleBroken("联合计划至少要有一项任务。请先保留这一项。", code="last_task")
    _note(by, plan, "drop_task", line=task.line, name=task.name)
    task.numbers.all().delete()
    task.delete()


@transaction.atomic
def add_plan_file(*, by: User, plan: AnnualPlan, title: str, file: File) -> PlanFile:
    """The rules a joint plan goes by, letters, countersigned sheets. source: NM-7.3, NM-19.3, NM-36.1, WL-6.4

    raises: RuleBroken without a title or for the same file again; FileRefused
    """
    plan = locked(plan)
    policies.check_planner(by, plan)
    if plan.status not in policies.BEFORE_APPROVAL:
        raise OutOfOrder("附件只能在计划批准之前增减。要改请另做修订。")
    if not title.strip():
        raise RuleBroken("请填写文件名称，例如 跨部门抽查工作规范。", code="title_missing")
    judged = Upload.judged(file)
    if plan.files.filter(sha256=judged.sha256).exists():
        raise RuleBroken("这个文件已经附上了，不用再传。", code="file_known")
    return keep(PlanFile(plan=plan, title=title.strip()), judged, by=by, act="planning.add_plan_file")


@transaction.atomic
def remove_plan_file(*, by: User, file: PlanFile) -> None:
    """Take an attachment off a draft; the stored file and the ledger keep that it was there."""
    plan = locked(file.plan)
    policies.check_edit(by, plan)
    _note(by, plan, "remove_plan_file", title=file.title, sha256=file.sha256)
    file.delete()


def _note(by: User, plan: AnnualPlan, act: str, **data: object) -> None:
    ledger.record(actor=by, act=f"planning.{act}", subject=plan, data=data)

"""What stands on an inspector follows from his certificates and periods in post; called inside an action."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from foundation.ledger import actions as ledger
from foundation.organisation.models import Organisation
from personnel import queries, rules
from personnel.models import Certificate, Inspector, Posting

_PAPER = ("number", "kind", "issuer", "issued_on", "valid_until", "entitles", "revoked_on", "note")
_POSTING = ("unit_id", "post", "established", "since", "until", "reason")


@dataclass(frozen=True)
class Before:
    """An inspector as he stood before a change of the fields that have a history."""

    paper: rules.Certificate
    kind: str
    issuer: str
    term: rules.Term | None

    @classmethod
    def of(cls, row: Inspector) -> "Before":
        term = rules.Term(row.unit_id, row.post, row.established) if row.in_post else None
        return cls(queries.certificate_of(row), row.certificate_type, row.certificate_issuer, term)


def follow(row: Inspector, before: Before, since: date, reason: str = "") -> None:
    """Keep the history behind changed fields of a saved inspector. raises: TermsWrong"""
    after = Before.of(row)
    if (after.paper, after.kind, after.issuer) != (before.paper, before.kind, before.issuer):
        _follow_paper(row, before, since)
    if after.term != before.term:
        set_term(row, after.term, since, before.term, reason)


def _follow_paper(row: Inspector, before: Before, since: date) -> None:
    old, new = before.paper, queries.certificate_of(row)
    known = _row_of(row, old)
    renewed = bool(old.number and new.number) and not rules.same_paper(old, new)
    if known is None and old.number and (renewed or not new.number):
        known = keep_paper(row, old, before.kind, before.issuer)
    if known is not None and not new.number:
        known.revoked_on = known.revoked_on or since
        known.save(update_fields=["revoked_on"])
    elif known is not None and not renewed:
        _write_paper(known, row)
    elif renewed and _row_of(row, new) is None:
        _write_paper(Certificate(inspector=row), row)


def _row_of(row: Inspector, paper: rules.Certificate) -> Certificate | None:
    if not paper.number or paper.valid_until is None:
        return None
    return row.certificates.filter(number=paper.number, valid_until=paper.valid_until).first()


def _write_paper(paper: Certificate, row: Inspector) -> None:
    paper.number, paper.kind, paper.issuer = row.certificate_no, row.certificate_type, row.certificate_issuer
    paper.issued_on = row.certificate_issued_on
    if row.certificate_valid_until is not None:
        paper.valid_until = row.certificate_valid_until
    paper.save()


def keep_paper(row: Inspector, paper: rules.Certificate, kind: str, issuer: str) -> Certificate | None:
    """The certificate that so far stood on the inspector only, as a row of its own."""
    if not paper.number or paper.valid_until is None:
        return None
    found, _ = Certificate.objects.get_or_create(
        inspector=row, number=paper.number, valid_until=paper.valid_until,
        defaults={"issued_on": paper.issued_on, "kind": kind, "issuer": issuer},
    )  # fmt: skip
    return found


def set_term(
    row: Inspector, term: rules.Term | None, since: date, before: rules.Term | None, reason: str
) -> None:
    """From the day on this post, or none. before: how he stood, if nothing is registered yet. raises: TermsWrong"""
    postings = list(row.postings.order_by("id"))
    if not postings and before is not None:
        postings = [
            Posting.objects.create(inspector=row, unit_id=before.unit, post=before.post, established=before.established)
        ]  # fmt: skip
    turn = rules.turn([queries.term_of(one) for one in postings], since, term)
    for at, kept in turn.kept:
        if kept is None:
            postings[at].delete()
        else:
            postings[at].until = kept.until
            postings[at].save(update_fields=["until"])
    if turn.new:
        Posting.objects.create(
            inspector=row, unit_id=turn.new.unit, post=turn.new.post, established=turn.new.established, since=since,
            reason=reason[:200],
        )  # fmt: skip


def mirror(row: Inspector, today: date) -> bool:
    """Bring what stands on the inspector into line with the day; saved only when something differs."""
    before = Before.of(row)
    _mirror_paper(row, today)
    postings = [queries.term_of(one) for one in row.postings.order_by("id")]
    if postings:
        term = rules.term_on(postings, today)
        row.in_post = term is not None
        if term:
            row.unit_id, row.post, row.established = term.unit, term.post, term.established
    if Before.of(row) == before:
        return False
    row.save()
    return True


def _mirror_paper(row: Inspector, today: date) -> None:
    papers = {queries.paper_of(one): one for one in row.certificates.filter(entitles=True).order_by("id")}
    if not papers:
        return
    now = rules.held(papers, today)
    row.certificate_no, row.certificate_issued_on = now.number, now.issued_on
    row.certificate_valid_until = now.valid_until
    row.certificate_type, row.certificate_issuer = papers[now].kind, papers[now].issuer


def snapshot(row: Inspector) -> dict[str, list[list[Any]]]:
    """Certificates and periods as plain JSON, to be put back by an undo."""
    return {
        "certificates": [_plain(one, _PAPER) for one in row.certificates.order_by("id")],
        "postings": [_plain(one, _POSTING) for one in row.postings.order_by("id")],
    }


def _plain(row: Any, names: tuple[str, ...]) -> list[Any]:
    values = (getattr(row, name) for name in names)
    return [value.isoformat() if isinstance(value, date) else value for value in values]


def restore(row: Inspector, kept: Mapping[str, list[list[Any]]]) -> None:
    """Exactly as the snapshot was. Only for an undo that found the inspector unchanged since."""
    row.certificates.all().delete()
    row.postings.all().delete()
    for values in kept.get("certificates", ()):
        Certificate.objects.create(inspector=row, **dict(zip(_PAPER, values, strict=True)))
    for values in kept.get("postings", ()):
        Posting.objects.create(inspector=row, **dict(zip(_POSTING, values, strict=True)))


@transaction.atomic
def bring_up_to_date(*, organisation: Organisation, on: date) -> list[Inspector]:
    """Once a day: posts that begin or end today, renewals that take over. Safe to repeat. source: NM-16.3, WL-5.3"""
    dated = Inspector.objects.of(organisation).select_for_update(of=("self",), no_key=True)
    dated = dated.filter(pk__in=_with_history(organisation)).order_by("id")
    changed = []
    for row in dated:
        if mirror(row, on):
            Inspector.objects.filter(pk=row.pk).update(version=row.version + 1)
            changed.append(row)
    ledger.record_all([
        ledger.Act(None, "personnel.bring_up_to_date", row, {"on": on}, organisation, "系统") for row in changed
    ])  # fmt: skip
    return changed


def _with_history(organisation: Organisation) -> set[int]:
    own = {"inspector__organisation": organisation}
    found = set(Posting.objects.filter(**own).values_list("inspector", flat=True))
    return found | set(Certificate.objects.filter(**own).values_list("inspector", flat=True))

"""Certificates, presence, badges; no database."""

from datetime import date

import pytest

from personnel import rules

DAY = date(2026, 11, 20)
GOOD = rules.Certificate("ZF1", date(2020, 1, 1), date(2028, 1, 1))


@pytest.mark.parametrize(
    ("certificate", "valid"),
    [
        (GOOD, True),
        (rules.Certificate("ZF1", None, DAY), True),
        (rules.Certificate("ZF1", DAY, DAY), True),
        (rules.Certificate("ZF1", None, date(2026, 11, 19)), False),
        (rules.Certificate("ZF1", date(2026, 11, 21), date(2028, 1, 1)), False),
        (rules.Certificate("", None, date(2028, 1, 1)), False),
        (rules.Certificate("ZF1", None, None), False),
    ],
)
def test_a_certificate_is_valid_from_issue_to_end_both_included(certificate, valid):
    assert certificate.valid_on(DAY) is valid


@pytest.mark.parametrize(
    ("in_post", "certificate", "away", "status"),
    [
        (True, GOOD, [], "A"),
        (True, rules.Certificate("", None, None), [], "L.CERT"),
        (True, GOOD, [rules.Away("leave", DAY, DAY)], "L.LEAVE"),
        (True, GOOD, [rules.Away("seconded", date(2026, 1, 1))], "L.SECOND"),
        (True, GOOD, [rules.Away("duty", DAY, None)], "L.DUTY"),
        (True, GOOD, [rules.Away("training", DAY, None)], "L.OTHER"),
        (True, GOOD, [rules.Away("leave", date(2026, 11, 1), date(2026, 11, 19))], "A"),
        (False, GOOD, [rules.Away("leave", DAY, DAY)], "L.OTHER"),
    ],
)
def test_the_status_names_what_keeps_a_person_out(in_post, certificate, away, status):
    assert rules.status_on(DAY, in_post=in_post, certificate=certificate, away=away) == status


def test_every_reason_of_absence_has_a_code():
    from personnel.models import Absence

    for reason in Absence.Reason.values:
        code = rules.status_on(DAY, in_post=True, certificate=GOOD, away=[rules.Away(reason, DAY)])
        assert code in rules.STATUS_LABELS
        assert code != "A"


@pytest.mark.parametrize(
    ("until", "tone"),
    [(date(2026, 11, 19), "bad"), (DAY, "warn"), (date(2027, 1, 19), "warn"), (date(2027, 1, 20), "plain")],
)
def test_the_badge_warns_before_a_certificate_ends(until, tone):
    assert rules.certificate_badge(rules.Certificate("ZF1", None, until), DAY, 60).tone == tone


@pytest.mark.parametrize(
    ("since", "until", "fine"),
    [
        (date(2026, 12, 1), date(2026, 12, 5), True),
        (date(2026, 11, 30), date(2026, 11, 25), False),
        (date(2026, 11, 10), date(2026, 11, 12), False),
        (date(2026, 10, 1), None, False),
    ],
)
def test_absences_do_not_overlap(since, until, fine):
    others = [rules.Away("leave", date(2026, 11, 5), date(2026, 11, 11))]
    if fine:
        rules.check_absence(rules.Away("leave", since, until), others)
    else:
        with pytest.raises(rules.AbsenceWrong):
            rules.check_absence(rules.Away("leave", since, until), others)


def test_years_of_service_count_whole_years():
    assert rules.years_of_service(date(2015, 11, 21), DAY) == 10
    assert rules.years_of_service(date(2015, 11, 20), DAY) == 11
    assert rules.years_of_service(None, DAY) is None

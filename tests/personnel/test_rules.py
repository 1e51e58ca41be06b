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


BUCKETS = [
    (date(2026, 1, 1), None, "expired", "已过期 323 天"),
    (date(2026, 11, 19), None, "expired", "已过期 1 天"),
    (DAY, None, "soon", "今天到期"),
    (date(2026, 12, 20), None, "soon", "剩 30 天到期"),
    (date(2026, 12, 21), None, "later", "剩 31 天到期"),
    (date(2027, 2, 18), None, "later", "剩 90 天到期"),
    (date(2027, 2, 19), None, "fine", "有效"),
    (date(2030, 1, 1), date(2026, 11, 21), "future", "2026-11-21 起有效"),
]


@pytest.mark.parametrize(("until", "issued", "state", "words"), BUCKETS)
def test_the_badge_tells_how_long_a_certificate_lasts(until, issued, state, words):
    badge = rules.certificate_badge(rules.Certificate("ZF1", issued, until), DAY)
    assert (badge.state, badge.words) == (state, words)


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({"name": "陈", "certificate_no": "1", "duty": "certified"}, []),
        ({"name": "陈", "certificate_no": "", "duty": "certified"}, ["certificate_no"]),
        ({"name": "陈", "certificate_no": "", "duty": "regulatory_duty"}, []),
        ({"name": "", "certificate_no": None, "duty": "certified"}, ["name", "certificate_no"]),
    ],
)
def test_compulsory_fields_spare_those_who_need_no_certificate(values, missing):
    assert rules.missing_fields(values, ("name", "certificate_no")) == missing


@pytest.mark.parametrize(
    ("phone", "shown"), [("13800001234", "138****1234"), ("7012345", "****45"), ("", "")]
)
def test_a_phone_number_is_masked(phone, shown):
    assert rules.masked_phone(phone) == shown


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

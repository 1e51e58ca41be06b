"""Each constraint is broken once, past every form; the filters of the register agree with the rules."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from personnel import queries, rules
from personnel.models import Absence, Inspector, PersonnelImport, PersonnelMapping
from tests.factories import create_inspector
from tests.personnel.factories import TODAY, create_bureau, create_planner

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau(db):
    return create_bureau()


@pytest.mark.parametrize(
    "fields",
    [
        {"uid": "TAKEN"},
        {"certificate_no": "TAKEN"},
        {"certificate_valid_until": None},
        {"certificate_valid_until": date(2019, 12, 31)},
        {"name": ""},
        {"duty": "boss"},
    ],
)
def test_the_database_refuses_an_impossible_inspector(bureau, fields):
    create_inspector(bureau, uid="TAKEN", certificate_no="TAKEN")
    with pytest.raises(IntegrityError), transaction.atomic():
        create_inspector(bureau, **fields)


def test_numbers_are_taken_only_within_a_bureau(bureau):
    create_inspector(bureau, uid="SAME", certificate_no="SAME")
    create_inspector(create_bureau(), uid="SAME", certificate_no="SAME")
    for uid in ("G1", "G2"):
        create_inspector(bureau, uid=uid, certificate_no="", certificate_valid_until=None)


@pytest.mark.parametrize("fields", [{"reason": "holiday"}, {"until": date(2026, 11, 19)}])
def test_the_database_refuses_an_impossible_absence(bureau, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        Absence.objects.create(
            inspector=create_inspector(bureau), **{"reason": "leave", "since": TODAY, **fields}
        )


def test_the_database_refuses_an_unknown_state_and_a_mapping_twice(bureau):
    planner = create_planner(bureau)
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonnelImport.objects.create(
            organisation=bureau, file_name="a", sha256="", state="gone", created_by=planner
        )
    PersonnelMapping.objects.create(organisation=bureau, name="市局")
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonnelMapping.objects.create(organisation=bureau, name="市局")


def _everyone(bureau) -> list[Inspector]:
    ends = [None, *(TODAY + timedelta(n) for n in (-400, -1, 0, 1, 30, 31, 90, 91, 900))]
    people = []
    for n, until in enumerate(ends):
        fields = {"certificate_no": f"Z{n}" if until else "", "certificate_valid_until": until}
        people.append(
            create_inspector(bureau, certificate_issued_on=date(2020, 1, 1) if until else None, **fields)
        )
    people.append(create_inspector(bureau, certificate_issued_on=TODAY + timedelta(1)))
    people.append(create_inspector(bureau, certificate_issued_on=None))
    people.append(create_inspector(bureau, in_post=False))
    return people


@pytest.mark.parametrize("state", list(rules.CERTIFICATE_LABELS))
def test_the_buckets_of_the_database_are_those_of_the_rule(bureau, state):
    people = _everyone(bureau)
    wanted = {
        row.pk for row in people if rules.certificate_state(queries.certificate_of(row), TODAY) == state
    }
    assert wanted
    assert (
        set(queries.in_certificate(Inspector.objects.of(bureau), state, TODAY).values_list("pk", flat=True))
        == wanted
    )


def test_those_available_on_a_day_are_those_of_the_rule(bureau):
    people = _everyone(bureau)
    for row in people[3:6]:
        Absence.objects.create(inspector=row, reason="leave", since=TODAY - timedelta(1), until=TODAY)
    Absence.objects.create(inspector=people[6], reason="leave", since=TODAY + timedelta(1))
    statuses = queries.statuses_on(people, TODAY)
    ready = Inspector.objects.certified_on(TODAY).available_on(TODAY)
    assert {pk for pk, code in statuses.items() if code == "A"} == set(ready.values_list("pk", flat=True))


def test_words_are_sought_in_names_numbers_posts_and_units(bureau):
    row = create_inspector(
        bureau, name="诸葛亮", uid="K9", certificate_no="", certificate_valid_until=None, post="军师"
    )
    create_inspector(bureau)
    for words in ("诸葛", "k9", "军师", "执法一 亮", ""):
        assert row in Inspector.objects.matching(words)
    assert not Inspector.objects.matching("诸葛 队长").exists()

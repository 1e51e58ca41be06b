"""kill -9 while the phone saves: everything of an act or nothing, and the next attempt works."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from foundation.ledger import actions as ledger
from foundation.ledger.models import Entry
from inspections.models import CheckResult, Evidence, FollowUp, Record, Signature, Visit
from registry.models import PriorInspection
from tests.draws.processes import killed_at_each_write, shared_database
from tests.inspections import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


def entries(visit, act: str) -> int:
    return Entry.objects.of(visit).filter(act=f"inspections.{act}").count()


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_an_item_with_its_photo_is_saved_whole_or_not_at_all(tmp_path, settings):
    settings.SESSION_SAVE_EVERY_REQUEST = False
    case = make.started(make.create_case("wulong-2024"))
    item, client = case.items[0], signed_in(case.lead)
    url = reverse("phone:item", args=[case.visit.pk, 1])
    given = {"result": "no_problem", "note": ""} | {f"p{p.pk}": "clear" for p in item.item.checkpoints.all()}
    with shared_database(tmp_path):

        def save() -> None:
            photo = SimpleUploadedFile("现场.png", make.png(), "image/png")
            assert client.post(url, {**given, "photos": photo}).status_code == 302

        def check(killed: bool) -> None:
            item.refresh_from_db()
            answers = CheckResult.objects.filter(visit_item=item).count()
            saved = entries(case.visit, "save_item")
            assert (item.result == "no_problem") == (answers == 2) == (saved > 0)
            files = list(Evidence.objects.filter(visit=case.visit))
            assert len(files) == entries(case.visit, "add_evidence") <= 1
            assert all(file.file.storage.exists(file.file.name) for file in files)
            assert ledger.verify()[1] is None
            if not killed:
                assert (answers, len(files)) == (2, 1)

        assert killed_at_each_write(save, check) >= 5


def test_a_record_is_handed_in_whole_or_not_at_all(tmp_path):
    case = make.started(make.create_case("wulong-2024"))
    make.fill(case, problem="ordered_correct")
    with shared_database(tmp_path):

        def check(killed: bool) -> None:
            visit = Visit.objects.get(pk=case.visit.pk)
            made = Record.objects.filter(visit=visit).count()
            assert made == (0 if killed else 1)
            assert Signature.objects.filter(record__visit=visit).count() == 3 * made
            assert FollowUp.objects.filter(visit=visit).count() == made
            assert PriorInspection.objects.filter(source=visit.number).count() == made
            assert entries(visit, "submit_record") == made
            assert (visit.state, visit.completed_on) == (
                ("submitted", make.DAY) if made else ("started", None)
            )
            assert ledger.verify()[1] is None

        assert killed_at_each_write(lambda: make.submit(case), check, step=3) >= 3

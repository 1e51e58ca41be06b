"""Pages: who gets in, what they show, what they refuse."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from foundation.ledger.models import Entry
from foundation.organisation.models import Area, Unit
from personnel import actions
from personnel.models import Absence, Inspector, PersonnelImport, PersonnelMapping
from tests.factories import create_inspector, create_organisation, create_unit, create_user
from tests.personnel.factories import HEADS, ROWS, create_bureau, create_planner, row_with, workbook

pytestmark = pytest.mark.django_db
LIST = reverse("personnel:inspectors")


@pytest.fixture
def bureau(db):
    return create_bureau()


@pytest.fixture
def planner(bureau):
    return create_planner(bureau)


@pytest.fixture
def as_planner(client, planner):
    client.force_login(planner)
    return client


def url(name: str, *args) -> str:
    return reverse(f"personnel:{name}", args=args)


def names(response) -> list[str]:
    return [row.person.name for row in response.context["rows"]]


def form_data(**changes) -> dict:
    unit = Unit.objects.get(code="U1")
    return {
        "name": "钱三", "sex": "male", "unit": unit.pk, "post": "执法员", "phone": "13800001234", "duty": "certified",
        "certificate_no": "14052100009", "certificate_type": "行政执法证", "certificate_issued_on": "2023-01-01",
        "certificate_valid_until": "2029-01-01", "established": "on", "specialities": "水、大气", **changes,
    }  # fmt: skip


# ---------- who gets in ----------


@pytest.mark.parametrize(
    ("role", "status"),
    [("planner", 200), ("operator", 200), ("discipline", 200), ("unit_head", 200), ("auditor", 200),
     ("reviewer", 403), ("publisher", 403), ("sysadmin", 403), ("inspector", 403)],
)  # fmt: skip
def test_the_list_is_for_those_who_work_with_it(client, bureau, role, status):
    client.force_login(create_user(bureau, role))
    assert client.get(LIST).status_code == status


def test_strangers_are_sent_to_the_login(client, bureau):
    row = create_inspector(bureau)
    for path in (LIST, url("inspector", row.pk), url("import"), url("export", "csv")):
        assert client.get(path).status_code == 302


@pytest.mark.parametrize("name", ["create", "import"])
def test_only_the_planner_writes(client, bureau, name):
    client.force_login(create_user(bureau, "discipline"))
    assert client.get(url(name)).status_code == 403


def test_pages_of_another_bureau_do_not_exist(as_planner):
    other = create_inspector(create_bureau())
    assert as_planner.get(url("inspector", other.pk)).status_code == 404
    assert as_planner.get(url("edit", other.pk)).status_code == 404
    assert as_planner.post(url("deactivate", other.pk), {"reason": "x"}).status_code == 404
    assert as_planner.get(LIST, {"org": other.organisation.code}).status_code == 404
    other.refresh_from_db()
    assert other.in_post


def test_an_import_of_another_bureau_does_not_exist(as_planner):
    there = create_bureau()
    batch = PersonnelImport.objects.create(
        organisation=there, file_name="x", sha256="0" * 64, created_by=create_planner(there)
    )
    for name in ("import-batch", "import-errors"):
        assert as_planner.get(url(name, batch.pk)).status_code == 404
    assert as_planner.post(url("import-commit", batch.pk)).status_code == 404


def test_a_superior_reads_a_branch_and_does_not_write(client, bureau):
    branch = create_bureau(parent=bureau)
    row = create_inspector(branch, name="分局的人")
    client.force_login(create_planner(bureau))
    assert names(client.get(LIST)) == []
    assert names(client.get(LIST, {"org": branch.code})) == ["分局的人"]
    assert client.get(url("inspector", row.pk)).status_code == 200
    assert client.get(url("edit", row.pk)).status_code == 403
    assert client.post(url("deactivate", row.pk), {"reason": "x"}).status_code == 403


def test_an_inspector_sees_his_own_page_only(client, bureau):
    user = create_user(bureau, "inspector")
    mine, other = create_inspector(bureau, phone="13800001234"), create_inspector(bureau)
    client.force_login(user)
    assert client.get(LIST).status_code == 403
    actions.link_user(inspector=mine, user=user, by=None)
    assert client.get(LIST).headers["Location"] == url("inspector", mine.pk)
    page = client.get(url("inspector", mine.pk))
    assert page.status_code == 200
    assert "13800001234" in page.content.decode()
    assert client.get(url("inspector", other.pk)).status_code == 404
    assert client.get(url("edit", mine.pk)).status_code == 403
    assert client.get(url("export", "csv")).status_code == 403


def test_the_phone_is_masked_except_for_the_keeper(client, bureau):
    row = create_inspector(bureau, phone="13800001234")
    client.force_login(create_user(bureau, "operator"))
    seen = client.get(url("inspector", row.pk)).content.decode()
    assert "138****1234" in seen
    assert "13800001234" not in seen
    assert "13800001234" not in b"".join(client.get(url("export", "csv")).streaming_content).decode()
    client.force_login(create_planner(bureau))
    assert "13800001234" in client.get(url("inspector", row.pk)).content.decode()
    assert "13800001234" in b"".join(client.get(url("export", "csv")).streaming_content).decode()


# ---------- the list ----------


def _people(bureau) -> None:
    today = timezone.localdate()
    second = create_unit(bureau, code="U2", name="执法二中队")
    area = Area.objects.get(organisation=bureau, code="A1")
    create_inspector(bureau, name="甲好", specialities=["水"], areas=(area,))
    create_inspector(bureau, name="乙过期", certificate_valid_until=today - timedelta(1), unit=second)
    create_inspector(bureau, name="丙快到", certificate_valid_until=today + timedelta(10))
    create_inspector(
        bureau, name="丁无证", certificate_no="", certificate_valid_until=None, certificate_issued_on=None
    )
    away = create_inspector(bureau, name="戊请假", specialities=["水", "大气"])
    Absence.objects.create(inspector=away, reason="leave", since=today)
    create_inspector(bureau, name="己离岗", in_post=False)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "甲"}, {"甲好"}),
        ({"q": "执法二 乙"}, {"乙过期"}),
        ({"status": "A"}, {"甲好", "丙快到"}),
        ({"status": "L.CERT"}, {"乙过期", "丁无证"}),
        ({"status": "L.LEAVE"}, {"戊请假"}),
        ({"status": "L.OTHER"}, {"己离岗"}),
        ({"certificate": "expired"}, {"乙过期"}),
        ({"certificate": "soon"}, {"丙快到"}),
        ({"certificate": "none"}, {"丁无证"}),
        ({"certificate": "fine"}, {"甲好", "戊请假", "己离岗"}),
        ({"speciality": "水"}, {"甲好", "戊请假"}),
        ({"status": "A", "speciality": "水"}, {"甲好"}),
        ({"q": "没有这个人"}, set()),
    ],
)
def test_the_list_is_filtered(as_planner, bureau, query, found):
    _people(bureau)
    response = as_planner.get(LIST, query)
    assert set(names(response)) == found
    if not found:
        assert "没有符合条件的人员" in response.content.decode()


def test_the_list_is_filtered_by_unit_and_area(as_planner, bureau):
    _people(bureau)
    unit = Unit.objects.get(organisation=bureau, code="U2")
    area = Area.objects.get(organisation=bureau, code="A1")
    assert names(as_planner.get(LIST, {"unit": unit.pk})) == ["乙过期"]
    assert names(as_planner.get(LIST, {"area": area.pk})) == ["甲好"]


def test_the_list_counts_officers_and_alarms(as_planner, bureau):
    _people(bureau)
    figures = {figure["label"]: figure["value"] for figure in as_planner.get(LIST).context["figures"]}
    assert figures == {"在册": 6, "在编在岗持证": 3, "今天可参加抽取": 2, "执法证到期提醒": 2, "资料不全": 5}


def test_the_list_is_sorted_by_what_is_asked(as_planner, bureau):
    _people(bureau)
    assert names(as_planner.get(LIST, {"sort": "certificate"}))[:2] == ["乙过期", "丙快到"]
    assert names(as_planner.get(LIST, {"sort": "-certificate"}))[-1] == "丁无证"
    assert as_planner.get(LIST, {"sort": "password"}).status_code == 200


def test_an_empty_register_says_how_to_begin(as_planner):
    assert "名录里还没有人员" in as_planner.get(LIST).content.decode()


def test_a_long_list_is_paged_and_costs_the_same(as_planner, bureau, django_assert_max_num_queries):
    def cost() -> int:
        with django_assert_max_num_queries(30) as seen:
            assert as_planner.get(LIST).status_code == 200
        return len(seen.captured_queries)

    unit = Unit.objects.get(organisation=bureau)
    area = Area.objects.get(organisation=bureau, code="A1")
    create_inspector(bureau, areas=(area,), specialities=["水"])
    few = cost()
    for n in range(40):
        create_inspector(bureau, unit=unit, areas=(area,), specialities=[f"专长{n}"])
    assert cost() == few
    assert len(names(as_planner.get(LIST, {"page": 2}))) == 11


# ---------- one person ----------


def test_a_person_is_created_edited_and_remembered(as_planner, bureau):
    area = Area.objects.get(organisation=bureau, code="A1")
    response = as_planner.post(url("create"), form_data(areas=[area.pk]))
    row = Inspector.objects.get(uid="14052100009")
    assert response.headers["Location"] == url("inspector", row.pk)
    assert (row.specialities, list(row.areas.all())) == (["水", "大气"], [area])
    as_planner.post(url("edit", row.pk), form_data(post="中队长", version=1))
    row.refresh_from_db()
    assert (row.post, row.version, row.areas.count()) == ("中队长", 2, 0)
    page = as_planner.get(url("inspector", row.pk)).content.decode()
    assert "职务：执法员 → 中队长" in page
    assert "片区：东湾镇 → 无" in page


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"name": ""}, "姓名"),
        ({"certificate_valid_until": ""}, "就要填有效期至"),
        ({"certificate_valid_until": "2020-01-01"}, "早于发证日期"),
        ({"certificate_no": "", "certificate_valid_until": "", "certificate_issued_on": ""}, "要填人员编号"),
        ({"certificate_no": "ZFTAKEN"}, "已登记在陈占名下"),
        ({"uid": "中文"}, "编号只能用"),
        ({"certificate_no": "晋执法（1）"}, "编号只能用"),
        ({"specialities": "水" * 41}, "最多 40 个字"),
    ],
)
def test_a_wrong_form_is_shown_again_with_the_reason(as_planner, bureau, changes, word):
    create_inspector(bureau, name="陈占", uid="ZFTAKEN", certificate_no="ZFTAKEN")
    response = as_planner.post(url("create"), form_data(**changes))
    assert response.status_code == 422
    assert word in response.content.decode()
    assert "处需要改" in response.content.decode()
    assert Inspector.objects.count() == 1


def test_compulsory_fields_of_the_rulebook_are_asked_for(client):
    bureau = create_bureau("neimenggu-2024")
    client.force_login(create_planner(bureau))
    response = client.post(url("create"), form_data(phone="", certificate_issued_on=""))
    assert set(response.context["form"].errors) == {"phone"}
    response = client.post(url("create"), form_data(certificate_issued_on=""))
    assert "规则书要求填写发证日期" in response.content.decode()


def test_staff_the_rulebook_does_not_take_are_refused(client):
    bureau = create_bureau("quzhou-2017")
    client.force_login(create_planner(bureau))
    response = client.post(url("create"), form_data(duty="regulatory_duty"))
    assert "只收行政执法人员" in response.content.decode()


def test_the_second_editor_sees_what_changed_and_may_insist(as_planner, bureau, planner):
    row = create_inspector(bureau)
    actions.edit_inspector(
        inspector=row, version=1, values={"post": "队长"}, on=date(2026, 11, 20), by=planner
    )
    response = as_planner.post(url("edit", row.pk), form_data(post="副队长", version=1))
    page = response.content.decode()
    assert response.status_code == 409
    assert "队长" in page
    assert 'value="2"' in page
    row.refresh_from_db()
    assert row.post == "队长"
    assert as_planner.post(url("edit", row.pk), form_data(post="副队长", version=2)).status_code == 302
    row.refresh_from_db()
    assert row.post == "副队长"


def test_leave_is_registered_and_ended_on_the_page(as_planner, bureau):
    row, today = create_inspector(bureau), timezone.localdate()
    path = url("absence", row.pk)
    assert as_planner.post(path, {"reason": "leave", "since": today, "until": ""}).status_code == 302
    absence = Absence.objects.get()
    assert "请假" in as_planner.get(url("inspector", row.pk)).content.decode()
    again = as_planner.post(path, {"reason": "duty", "since": today})
    assert (again.status_code, "重叠" in again.content.decode()) == (422, True)
    wrong = as_planner.post(path, {"reason": "gone", "since": ""})
    assert (wrong.status_code, "处需要改" in wrong.content.decode()) == (422, True)
    end = url("end_absence", row.pk, absence.pk)
    assert as_planner.post(end, {"until": today - timedelta(1)}).status_code == 409
    assert as_planner.post(end, {"until": today}).status_code == 302
    absence.refresh_from_db()
    assert absence.until == today
    assert (
        as_planner.post(
            url("end_absence", create_inspector(bureau).pk, absence.pk), {"until": today}
        ).status_code
        == 404
    )


def test_leaving_the_post_needs_a_reason_and_can_be_taken_back(as_planner, bureau):
    row = create_inspector(bureau)
    assert as_planner.post(url("deactivate", row.pk), {"reason": " "}).status_code == 409
    assert as_planner.post(url("deactivate", row.pk), {"reason": "退休"}).status_code == 302
    row.refresh_from_db()
    assert not row.in_post
    assert as_planner.post(url("reactivate", row.pk), {"reason": "返聘"}).status_code == 302
    row.refresh_from_db()
    assert row.in_post


def test_an_account_is_linked_once(as_planner, bureau):
    row, other, user = create_inspector(bureau), create_inspector(bureau), create_user(bureau, "inspector")
    assert as_planner.post(url("link", row.pk), {"user": user.pk}).status_code == 302
    row.refresh_from_db()
    assert row.user == user
    assert as_planner.post(url("link", other.pk), {"user": user.pk}).status_code == 422
    stranger = create_user(create_organisation())
    assert as_planner.post(url("link", other.pk), {"user": stranger.pk}).status_code == 422


@pytest.mark.parametrize("name", ["deactivate", "reactivate", "link", "absence"])
def test_reading_never_writes(as_planner, bureau, name):
    assert as_planner.get(url(name, create_inspector(bureau).pk)).status_code == 405


def test_the_page_of_a_person_costs_the_same_however_long_his_history(
    as_planner, bureau, planner, django_assert_max_num_queries
):
    row = create_inspector(bureau)

    def cost() -> int:
        with django_assert_max_num_queries(30) as seen:
            as_planner.get(url("inspector", row.pk))
        return len(seen.captured_queries)

    first = cost()
    for n in range(6):
        day = date(2025, 1 + n, 1)
        actions.register_absence(inspector=row, reason="training", since=day, until=day, by=planner)
    assert cost() == first


# ---------- imports ----------


def _upload(client, data: bytes, name: str = "名册.xlsx", **fields):
    follow = fields.pop("follow", False)
    return client.post(url("import"), {"file": SimpleUploadedFile(name, data), **fields}, follow=follow)


def test_a_file_is_uploaded_checked_confirmed_and_undone(as_planner):
    response = _upload(as_planner, workbook(HEADS, *ROWS))
    batch = PersonnelImport.objects.get()
    assert response.headers["Location"] == url("import-batch", batch.pk)
    page = as_planner.get(url("import-batch", batch.pk)).content.decode()
    assert "核对导入内容" in page
    assert "陈一" in page
    assert not Inspector.objects.exists()
    as_planner.post(url("import-commit", batch.pk))
    assert Inspector.objects.count() == 2
    assert as_planner.post(url("import-commit", batch.pk)).status_code == 409
    assert "名册.xlsx" in as_planner.get(url("import")).content.decode()
    assert (
        "导入 名册.xlsx 第 2 行"
        in as_planner.get(url("inspector", Inspector.objects.first().pk)).content.decode()
    )
    as_planner.post(url("import-undo", batch.pk))
    assert not Inspector.objects.exists()
    assert as_planner.get(url("import-batch", batch.pk)).status_code == 200


def test_a_fault_is_corrected_in_place_or_left_for_later(as_planner):
    _upload(as_planner, workbook(HEADS, row_with("单位", "执法九中队"), ROWS[1]))
    batch = PersonnelImport.objects.get()
    page = as_planner.get(url("import-batch", batch.pk)).content.decode()
    assert "没有“执法九中队”" in page
    assert as_planner.post(url("import-commit", batch.pk)).status_code == 409
    assert as_planner.get(url("import-errors", batch.pk)).status_code == 200
    correct = url("import-correct", batch.pk)
    for box in ("fix-x-unit", "fix-2-organisation", "fix-3-unit", "fix-2", "other"):
        assert as_planner.post(correct, {box: "x"}).status_code == 409
    as_planner.post(correct, {"fix-2-unit": "执法一中队"})
    batch.refresh_from_db()
    assert (batch.errors, len(batch.changes)) == ([], 2)


def test_faulty_rows_may_be_left_for_another_time(as_planner):
    _upload(as_planner, workbook(HEADS, row_with("单位", "执法九中队"), ROWS[1]))
    batch = PersonnelImport.objects.get()
    as_planner.post(url("import-commit", batch.pk), {"skip_errors": "1"})
    assert [row.name for row in Inspector.objects.all()] == ["李二"]


def test_a_dropped_file_changes_nothing(as_planner):
    _upload(as_planner, workbook(HEADS, *ROWS))
    batch = PersonnelImport.objects.get()
    as_planner.post(url("import-drop", batch.pk))
    assert as_planner.post(url("import-commit", batch.pk)).status_code == 409
    assert not Inspector.objects.exists()


@pytest.mark.parametrize(
    ("data", "name", "word"),
    [
        (b"", "a.xlsx", "文件是空的"),
        (b"PK\x03\x04nonsense", "a.xlsx", "文件损坏"),
        (b"%PDF-1.7", "a.pdf", "不是表格文件"),
        (workbook(HEADS), "a.xlsx", "下面没有数据"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_beside_the_box(as_planner, data, name, word):
    response = _upload(as_planner, data, name)
    assert response.status_code in (409, 422)
    assert word in response.content.decode()
    assert not PersonnelImport.objects.exists()


def test_foreign_headers_are_named_once_and_then_recognised(as_planner):
    heads = ["姓名", "所在大队", *HEADS[2:]]
    page = _upload(as_planner, workbook(["花名册"], heads, *ROWS), follow=True).content.decode()
    assert "哪一列是什么" in page
    assert "缺少“单位”" in page
    assert ROWS[0][HEADS.index("单位")] in page
    batch = PersonnelImport.objects.get()
    columns = url("import-columns", batch.pk)
    at = {f"at{place}": "-" for place in range(len(heads))}
    assert "没有认出任何表头" in as_planner.post(columns, at, follow=True).content.decode()
    twice = at | {"at0": "name", "at1": "name"}
    assert "都选了“姓名”" in as_planner.post(columns, twice).content.decode()
    chosen = {f"at{place}": key for place, key in enumerate(_keys(heads))}
    answer = as_planner.post(columns, chosen | {"at1": "unit", "source": "市局名册"})
    assert answer.headers["Location"] == url("import-batch", batch.pk)
    batch.refresh_from_db()
    assert (batch.errors, batch.state, batch.source) == ([], "checked", "市局名册")
    assert actions.mapping_columns(batch.organisation, "市局名册") == {"所在大队": "unit"}
    _upload(as_planner, workbook(heads, *ROWS))
    again = PersonnelImport.objects.order_by("-id").first()
    assert (again.source, again.errors, again.rows) == ("市局名册", [], len(ROWS))


def _keys(heads):
    from personnel.actions.batches import register_of

    sheet = register_of(create_bureau()).sheet
    ours = {title: c.key for c in sheet.columns for title in (c.title, *c.synonyms)}
    return [ours.get(head, "-") for head in heads]


def test_a_source_is_listed_renamed_and_deleted(as_planner, bureau, planner):
    for name in ("省平台", "本局台账"):
        actions.save_mapping(organisation=bureau, name=name, columns={"所在大队": "unit"}, by=planner)
    page = as_planner.get(url("import-sources")).content.decode()
    assert page.index("所在大队") < page.index("单位", page.index("所在大队"))
    first, second = bureau_sources(bureau)
    rename = url("import-source-rename", first.pk)
    assert as_planner.post(rename, {"name": second.name}).status_code == 409
    assert as_planner.post(rename, {"name": " "}).status_code == 409
    as_planner.post(rename, {"name": "市平台"})
    as_planner.post(url("import-source-delete", second.pk))
    assert [row.name for row in bureau_sources(bureau)] == ["市平台"]
    acts = Entry.objects.filter(act__startswith="personnel.").order_by("seq").values_list("act", flat=True)
    assert list(acts)[-2:] == ["personnel.rename_mapping", "personnel.delete_mapping"]


def bureau_sources(bureau):
    return list(PersonnelMapping.objects.filter(organisation=bureau).order_by("id"))


def test_the_template_is_a_workbook_with_our_columns(as_planner):
    response = as_planner.get(url("import-template"))
    assert response.headers["Content-Type"].endswith("spreadsheetml.sheet")
    data = b"".join(response.streaming_content)
    assert "下面没有数据" in _upload(as_planner, data, "模板.xlsx").content.decode()


def test_leaving_sent_twice_does_not_bring_the_person_back(as_planner, bureau):
    person = create_inspector(bureau, name="朱芳")
    path = url("leave", person.pk)
    assert 'name="turn" value="leave"' in as_planner.get(path).content.decode()
    sent = {"turn": "leave", "on": timezone.localdate().isoformat(), "reason": "调离"}
    assert as_planner.post(path, sent).status_code == 302
    again = as_planner.post(path, sent)
    assert again.status_code == 409
    assert "不在岗，不用再改" in again.content.decode()
    person.refresh_from_db()
    assert not person.in_post


def test_a_speciality_nobody_has_is_not_called_anything_else(as_planner, bureau):
    create_inspector(bureau, specialities=["固废"])
    path = url("word_replace")
    said = [
        as_planner.post(path, {"old": "固废", "new": "危废"}, follow=True).content.decode() for _ in range(2)
    ]
    assert "已改为“危废”" in said[0]
    assert "名录里没有人的专长是“固废”" in said[1]

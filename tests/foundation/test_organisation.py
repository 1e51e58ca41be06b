from datetime import date

import pytest
from django.core.exceptions import ValidationError

from foundation.errors import NotAllowed, RuleBroken
from foundation.ledger.models import Entry
from foundation.organisation import actions, adoption, roles
from tests.factories import create_organisation, create_user

pytestmark = pytest.mark.django_db


def test_roles_that_watch_each_other_are_not_held_by_one_person():
    user = create_user(None, "operator")
    security = create_user(user.organisation, "security")
    with pytest.raises(RuleBroken, match="不能由同一人担任"):
        actions.grant_role(by=security, user=user, role="discipline")
    assert user.role_codes() == {"operator"}


@pytest.mark.parametrize(
    "business", ["planner", "operator", "discipline", "inspector", "reviewer", "unit_head", "publisher"]
)
@pytest.mark.parametrize("admin", ["sysadmin", "security", "auditor"])
def test_an_administrator_has_no_business_role(admin, business):
    assert roles.conflict_of({admin, business}) == {admin, business}


def test_the_administrator_of_accounts_cannot_draw_or_grant():
    held = roles.PERMISSIONS["sysadmin"]
    assert not {p for p in held if p.startswith(("draws.", "planning.", "inspections.", "disclosure."))}
    assert "accounts.grant" not in held


def test_nobody_grants_a_role_to_himself():
    security = create_user(None, "security")
    with pytest.raises(NotAllowed, match="不能给自己"):
        actions.grant_role(by=security, user=security, role="planner")


def test_a_planner_cannot_open_accounts():
    planner = create_user(None, "planner")
    with pytest.raises(NotAllowed, match="系统管理员"):
        actions.create_user(
            by=planner,
            organisation=planner.organisation,
            username="new1",
            name="新",
            password="mingchou-2026",
        )


def test_an_account_and_its_role_are_written_to_the_ledger():
    sysadmin = create_user(None, "sysadmin")
    security = create_user(sysadmin.organisation, "security")
    user = actions.create_user(
        by=sysadmin, organisation=sysadmin.organisation, username="lin", name="林岚", password="mingchou-2026"
    )
    actions.grant_role(by=security, user=user, role="planner")
    actions.revoke_role(by=security, user=user, role="planner")
    assert list(Entry.objects.in_order().values_list("act", flat=True)) == [
        "organisation.create_user", "organisation.grant_role", "organisation.revoke_role",
    ]  # fmt: skip
    assert "mingchou-2026" not in Entry.objects.first().content


def test_a_superior_sees_a_branch_but_does_not_write_into_it():
    city = create_organisation()
    county = create_organisation(parent=city)
    superior = create_user(city, "sysadmin")
    with pytest.raises(NotAllowed, match="不能改动"):
        actions.create_user(
            by=superior, organisation=county, username="x1", name="某", password="mingchou-2026"
        )


def test_the_rulebook_of_a_day_is_the_latest_adopted_before_it():
    bureau = create_organisation()
    actions.adopt_rulebook(
        by=None, organisation=bureau, rulebook_id="qinshui-2022", effective_from=date(2023, 1, 1)
    )
    actions.adopt_rulebook(
        by=None, organisation=bureau, rulebook_id="wulong-2024", effective_from=date(2024, 1, 1)
    )
    assert adoption.rulebook_of(bureau, date(2023, 12, 31)).id == "qinshui-2022"
    assert adoption.rulebook_of(bureau, date(2024, 1, 1)).id == "wulong-2024"
    with pytest.raises(adoption.RulebookMissing, match="还没有采用规则书"):
        adoption.rulebook_of(bureau, date(2022, 12, 31))


def test_a_changed_rulebook_file_is_noticed():
    bureau = create_organisation()
    adopted = actions.adopt_rulebook(
        by=None, organisation=bureau, rulebook_id="qinshui-2022", effective_from=date(2023, 1, 1)
    )
    type(adopted).objects.filter(pk=adopted.pk).update(rulebook_hash="0" * 64)
    with pytest.raises(adoption.RulebookMissing, match="与采用时不一致"):
        adoption.rulebook_of(bureau, date(2023, 5, 1))


def test_two_rulebooks_from_the_same_day_are_refused():
    bureau = create_organisation()
    actions.adopt_rulebook(
        by=None, organisation=bureau, rulebook_id="qinshui-2022", effective_from=date(2023, 1, 1)
    )
    with pytest.raises(ValidationError, match="已登记采用"):
        actions.adopt_rulebook(
            by=None, organisation=bureau, rulebook_id="wulong-2024", effective_from=date(2023, 1, 1)
        )


def test_the_first_password_has_to_be_changed(client):
    user = create_user(None, "planner", must_change_password=True)
    client.force_login(user)
    assert client.get("/desk/").headers["Location"] == "/desk/password/"
    client.post(
        "/desk/password/",
        {
            "old_password": "mingchou-2026",
            "new_password1": "qinghe-2026-ok",
            "new_password2": "qinghe-2026-ok",
        },
    )
    assert client.get("/desk/").status_code == 200


def test_accounts_are_managed_in_pages(client):
    sysadmin = create_user(None, "sysadmin")
    client.force_login(sysadmin)
    page = client.post("/desk/accounts/new/", {"username": "wang", "name": "王", "password": "short"})
    assert page.status_code == 422
    assert "密码" in page.content.decode()
    done = client.post(
        "/desk/accounts/new/", {"username": "wang", "name": "王", "password": "qinghe-2026-ok"}
    )
    assert done.status_code == 302
    assert client.get(done.headers["Location"]).status_code == 200
    assert client.get("/desk/accounts/").status_code == 200


def test_the_ledger_page_is_for_those_who_check(client):
    auditor = create_user(None, "auditor")
    actions.create_user(
        by=None, organisation=auditor.organisation, username="y1", name="某", password="mingchou-2026"
    )
    client.force_login(auditor)
    assert "建立账号" in client.get("/desk/audit/").content.decode()
    assert client.get("/desk/audit/1/").status_code == 200
    assert client.post("/desk/audit/verify/", follow=True).status_code == 200
    assert b"organisation.create_user" in b"".join(client.get("/desk/audit/export.csv").streaming_content)
    client.force_login(create_user(auditor.organisation, "planner"))
    assert client.get("/desk/audit/").status_code == 403


def test_the_button_means_what_it_said_when_it_is_pressed_twice(client):
    bureau = create_organisation()
    client.force_login(create_user(bureau, "sysadmin"))
    person = create_user(bureau, "planner", name="林岚")
    path = f"/desk/accounts/{person.pk}/active/"
    assert 'name="on" value="0"' in client.get(f"/desk/accounts/{person.pk}/").content.decode()
    assert "的账号已停用" in client.post(path, {"on": "0"}, follow=True).content.decode()
    assert "已经是停用的" in client.post(path, {"on": "0"}, follow=True).content.decode()
    person.refresh_from_db()
    assert not person.is_active
    assert "的账号已启用" in client.post(path, {"on": "1"}, follow=True).content.decode()

"""Accounts and roles: the system administrator opens accounts, the security administrator grants roles."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation.errors import RuleBroken
from foundation.organisation import actions, policies, roles
from foundation.organisation.forms import AccountForm, UnitForm
from foundation.organisation.models import RoleGrant, User


def _scope(request: HttpRequest) -> QuerySet[User]:
    if not (policies.can(request.user, "accounts.manage") or policies.can(request.user, "accounts.grant")):
        raise PermissionDenied("账号由系统管理员和安全管理员管理。")
    return (
        User.objects.filter(organisation=request.user.organisation)
        .select_related("unit")
        .order_by("username")
    )


@require_GET
def users(request: HttpRequest) -> HttpResponse:
    people = list(_scope(request))
    held = RoleGrant.objects.filter(user__in=people, revoked_at=None).values_list("user", "role")
    words: dict[int, list[str]] = {}
    for user_id, role in held:
        words.setdefault(user_id, []).append(roles.Role(role).label)
    rows = [(person, "、".join(sorted(words.get(person.pk, [])))) for person in people]
    return render(
        request,
        "organisation/users.html",
        {"rows": rows, "may_create": policies.can(request.user, "accounts.manage")},
    )


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    _scope(request)
    form = AccountForm(request.POST or None, organisation=request.user.organisation)
    if request.method == "POST" and form.is_valid():
        try:
            user = actions.create_user(
                by=request.user, organisation=request.user.organisation, **form.cleaned_data
            )
        except RuleBroken as broken:
            form.add_error("username", broken.message)
        except ValidationError as invalid:
            form.add_error(None, invalid)
        else:
            messages.success(request, f"已建立账号 {user.username}。请安全管理员授予角色。")
            return redirect("organisation:user", user.pk)
    return render(request, "organisation/create.html", {"form": form}, status=422 if form.is_bound else 200)


@require_GET
def account(request: HttpRequest, user_id: int) -> HttpResponse:
    person = get_object_or_404(_scope(request), pk=user_id)
    grants = person.grants.select_related("granted_by", "revoked_by").order_by("-granted_at")
    held = person.role_codes()
    context = {
        "person": person, "grants": grants, "held": [role for role in roles.Role if role in held],
        "free": [role for role in roles.Role if role not in held],
        "may_grant": policies.can(request.user, "accounts.grant"), "may_manage": policies.can(request.user, "accounts.manage"),
        "unit_form": UnitForm(person=person),
    }  # fmt: skip
    return render(request, "organisation/account.html", context)


@require_POST
def grant(request: HttpRequest, user_id: int) -> HttpResponse:
    person = get_object_or_404(_scope(request), pk=user_id)
    return _do(
        request, person, lambda role: actions.grant_role(by=request.user, user=person, role=role), "已授予"
    )


@require_POST
def revoke(request: HttpRequest, user_id: int) -> HttpResponse:
    person = get_object_or_404(_scope(request), pk=user_id)
    return _do(
        request, person, lambda role: actions.revoke_role(by=request.user, user=person, role=role), "已收回"
    )


@require_POST
def active(request: HttpRequest, user_id: int) -> HttpResponse:
    """on=1 or on=0: what the button said, whatever the account has become since."""
    person, on = get_object_or_404(_scope(request), pk=user_id), request.POST.get("on") == "1"
    try:
        actions.set_active(by=request.user, user=person, active=on)
        messages.success(request, f"{person.name}的账号已{'启用' if on else '停用'}。")
    except RuleBroken as broken:
        messages.error(request, broken.message)
    return redirect("organisation:user", person.pk)


@require_POST
def move(request: HttpRequest, user_id: int) -> HttpResponse:
    person = get_object_or_404(_scope(request), pk=user_id)
    form = UnitForm(request.POST, person=person)
    try:
        if not form.is_valid():
            raise RuleBroken("没有这个内设机构。请从列表里选。", code="unit_unknown")
        actions.move_user(by=request.user, user=person, unit=form.cleaned_data["unit"])
        messages.success(
            request, f"{person.name}现在属于{form.cleaned_data['unit'] or '局里，不属于某个科室'}。"
        )
    except RuleBroken as broken:
        messages.error(request, broken.message)
    return redirect("organisation:user", person.pk)


def _do(request: HttpRequest, person: User, act, verb: str) -> HttpResponse:
    role = request.POST.get("role", "")
    if role not in roles.Role.values:
        messages.error(request, "没有选择角色，请先选一个。")
        return redirect("organisation:user", person.pk)
    try:
        act(role)
        messages.success(request, f"{verb}{person.name}“{roles.Role(role).label}”。")
    except RuleBroken as broken:
        messages.error(request, broken.message)
    return redirect("organisation:user", person.pk)

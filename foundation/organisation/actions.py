"""Accounts, roles, adoption of a rulebook."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation import policies, roles
from foundation.organisation.models import Organisation, RoleGrant, RulebookAdoption, Unit, User
from foundation.rulebook import library


@transaction.atomic
def create_user(
    *, by: User | None, organisation: Organisation, username: str, name: str, password: str | None, unit: Unit | None = None,
    must_change_password: bool = True,
) -> User:  # fmt: skip
    """A new account without roles. `by` is None only when a bureau is first set up; no password: nobody can sign in."""
    if by is not None:
        policies.check_may(by, "accounts.manage", organisation)
    if User.objects.filter(username=username).exists():
        raise RuleBroken(f"账号“{username}”已存在，请换一个账号名。", code="username_taken")
    user = User(
        username=username,
        name=name,
        organisation=organisation,
        unit=unit,
        must_change_password=must_change_password,
    )
    user.set_password(password)
    user.full_clean(exclude=["password"])
    user.save()
    ledger.record(
        actor=by, act="organisation.create_user", subject=user, data={"username": username, "name": name}
    )
    return user


@transaction.atomic
def grant_role(*, by: User | None, user: User, role: str) -> RoleGrant:
    """raises: NotAllowed for one's own account; RuleBroken for roles one person may not hold together."""
    if by is not None:
        policies.check_may(by, "accounts.grant", user.organisation)
        if by.pk == user.pk:
            raise NotAllowed("不能给自己授予角色，须由另一名安全管理员办理。")
    clash = roles.conflict_of(user.role_codes() | {role})
    if clash:
        names = "与".join(sorted(roles.Role(code).label for code in clash))
        raise RuleBroken(f"{names}不能由同一人担任。请先收回其中一个，或授给另一人。", code="roles_clash")
    granted = RoleGrant.objects.create(user=user, role=role, granted_by=by)
    ledger.record(actor=by, act="organisation.grant_role", subject=user, data={"role": role})
    return granted


@transaction.atomic
def revoke_role(*, by: User, user: User, role: str) -> None:
    policies.check_may(by, "accounts.grant", user.organisation)
    changed = RoleGrant.objects.filter(user=user, role=role, revoked_at=None).update(
        revoked_at=timezone.now(), revoked_by=by
    )
    if not changed:
        raise RuleBroken(f"{user.name}现在没有“{roles.Role(role).label}”这个角色。", code="role_not_held")
    ledger.record(actor=by, act="organisation.revoke_role", subject=user, data={"role": role})


@transaction.atomic
def set_active(*, by: User, user: User, active: bool) -> None:
    policies.check_may(by, "accounts.manage", user.organisation)
    if by.pk == user.pk:
        raise NotAllowed("不能停用自己的账号。")
    changed = User.objects.filter(pk=user.pk, is_active=not active).update(is_active=active)
    if not changed:
        raise OutOfOrder(f"{user.name}的账号已经是{'启用' if active else '停用'}的，不用再改。")
    ledger.record(actor=by, act="organisation.set_active", subject=user, data={"active": active})


@transaction.atomic
def move_user(*, by: User, user: User, unit: Unit | None) -> None:
    """Note which unit an account belongs to; who leads a joint check is judged by it. source: QS-9.3"""
    policies.check_may(by, "accounts.manage", user.organisation)
    if unit is not None and unit.organisation_id != user.organisation_id:
        raise RuleBroken("内设机构须是本局的。请从列表里选。", code="foreign_unit")
    User.objects.filter(pk=user.pk).update(unit=unit)
    ledger.record(actor=by, act="organisation.move_user", subject=user, data={"unit": unit})


@transaction.atomic
def note_password_changed(*, user: User) -> None:
    """The first password was somebody else's; from now on it is the user's own."""
    User.objects.filter(pk=user.pk).update(must_change_password=False)
    ledger.record(actor=user, act="organisation.change_password", subject=user)


@transaction.atomic
def note_refused(*, user: User, path: str, reason: str) -> None:
    """Somebody signed in tried to write what is not his to write; nothing was changed. source: QZ-9.1"""
    ledger.record(
        actor=user,
        act="organisation.refused",
        subject=user,
        data={"path": path[:300], "reason": reason[:300]},
    )


@transaction.atomic
def adopt_rulebook(
    *, by: User | None, organisation: Organisation, rulebook_id: str, effective_from: date
) -> RulebookAdoption:
    """Adopt a shipped rulebook from a day on, with the fingerprint of its file."""
    if by is not None:
        policies.check_may(by, "rulebook.adopt", organisation)
    book = library.get(rulebook_id)
    adoption = RulebookAdoption(
        organisation=organisation, rulebook_id=rulebook_id, rulebook_hash=book.hash,
        effective_from=effective_from, adopted_by=by,
    )  # fmt: skip
    adoption.full_clean()
    adoption.save()
    ledger.record(
        actor=by, act="organisation.adopt_rulebook", subject=organisation,
        data={"rulebook": rulebook_id, "hash": book.hash, "effective_from": effective_from},
    )  # fmt: skip
    return adoption

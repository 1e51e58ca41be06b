"""Bureau and branches, units, areas, people and their roles, the adopted rulebook."""

from datetime import date
from typing import Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

from foundation.organisation.roles import Role

code_validator = RegexValidator(r"^[0-9A-Za-z._-]{1,32}\Z", "代码只能用字母、数字和 . _ -，1 至 32 位。")


class OrganisationQuerySet(models.QuerySet):
    def visible_to(self, user: "User") -> Self:
        """The user's own organisation and the branches below it (two levels are all a bureau has)."""
        own = user.organisation_id
        return self.filter(models.Q(pk=own) | models.Q(parent=own) | models.Q(parent__parent=own))


class ScopedQuerySet(models.QuerySet):
    """Rows with an `organisation`: what the user may see is what belongs to his bureau and the branches below it."""

    def visible_to(self, user: "User") -> Self:
        return self.filter(organisation__in=Organisation.objects.visible_to(user))


class Organisation(models.Model):
    """局及其分局。"""

    code = models.CharField(
        "机构代码",
        max_length=12,
        unique=True,
        validators=[RegexValidator(r"^[0-9]{6,12}\Z", "机构代码为 6 至 12 位数字。")],
    )
    name = models.CharField("名称", max_length=100)
    short_name = models.CharField("简称", max_length=40, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name="上级机构", related_name="branches", null=True, blank=True
    )
    complaint_phone = models.CharField("监督电话", max_length=40, blank=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "机构"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")),
                name="organisation_is_not_its_own_parent",
                violation_error_message="机构不能是自己的上级。",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Area(models.Model):
    """片区：乡镇、街道、园区。"""

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="areas")
    code = models.CharField("代码", max_length=32, validators=[code_validator])
    name = models.CharField("名称", max_length=60)

    class Meta:
        verbose_name = verbose_name_plural = "片区"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "code"], name="area_code_is_unique_in_organisation"
            ),
            models.UniqueConstraint(
                fields=["organisation", "name"], name="area_name_is_unique_in_organisation"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """科室、队、站；`body` 非空的是规则书里有配额、会抽取的主体（bodies）的一个实例。"""

    class Kind(models.TextChoices):
        OFFICE = "office", "科室"
        BRIGADE = "brigade", "执法队"
        STATION = "station", "监测站"
        BRANCH = "branch", "分局"

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="units")
    code = models.CharField("代码", max_length=32, validators=[code_validator])
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("类别", max_length=10, choices=Kind.choices, default=Kind.OFFICE)
    body = models.CharField(
        "抽取主体", max_length=32, blank=True, help_text="规则书 bodies 的 id；留空表示不抽取"
    )
    areas = models.ManyToManyField(Area, verbose_name="管辖片区", blank=True, related_name="units")

    class Meta:
        verbose_name = verbose_name_plural = "内设机构"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "code"], name="unit_code_is_unique_in_organisation"
            ),
            models.UniqueConstraint(
                fields=["organisation", "name"], name="unit_name_is_unique_in_organisation"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["office", "brigade", "station", "branch"]),
                name="unit_kind_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Accounts are found by their user name."""


class User(AbstractBaseUser):
    """账号。做什么由角色决定；没有超级用户。"""

    username = models.CharField(
        "账号",
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[0-9A-Za-z._-]{2,40}\Z", "账号为 2 至 40 位字母、数字或 . _ -。")],
    )
    name = models.CharField("姓名", max_length=40)
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="users")
    unit = models.ForeignKey(
        Unit, models.PROTECT, verbose_name="内设机构", null=True, blank=True, related_name="users"
    )
    is_active = models.BooleanField("启用", default=True)  # type: ignore[misc]
    must_change_password = models.BooleanField("下次登录须改密码", default=False)
    created_at = models.DateTimeField("建立时间", default=timezone.now)

    objects = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: list[str] = []  # type: ignore[misc]

    class Meta:
        verbose_name = verbose_name_plural = "账号"

    _permissions: frozenset[str] | None = None

    def __str__(self) -> str:
        return self.name

    def role_codes(self) -> set[str]:
        """Roles now held. One query."""
        return set(self.grants.filter(revoked_at=None).values_list("role", flat=True))


class RoleGrant(models.Model):
    """谁在何时把哪个角色授给了谁；收回不删除。"""

    user = models.ForeignKey(User, models.PROTECT, verbose_name="账号", related_name="grants")
    role = models.CharField("角色", max_length=12, choices=Role.choices)
    granted_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="授权人", null=True, blank=True, related_name="+"
    )
    granted_at = models.DateTimeField("授权时间", default=timezone.now)
    revoked_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="收回人", null=True, blank=True, related_name="+"
    )
    revoked_at = models.DateTimeField("收回时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "角色授予"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role"], condition=models.Q(revoked_at=None), name="role_is_granted_once_at_a_time",
                violation_error_message="这个账号已有该角色。",
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="granted_role_is_known"),
        ]  # fmt: skip


class AdoptionQuerySet(models.QuerySet):
    def in_force(self, on: date) -> Self:
        return self.filter(effective_from__lte=on).order_by("-effective_from", "-id")


class RulebookAdoption(models.Model):
    """本局自何日起采用哪一本规则书（含文件指纹）。"""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name="机构", related_name="adoptions"
    )
    rulebook_id = models.CharField("规则书", max_length=60)
    rulebook_hash = models.CharField("文件指纹", max_length=64)
    effective_from = models.DateField("采用日期")
    adopted_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="经办人", null=True, blank=True, related_name="+"
    )
    adopted_at = models.DateTimeField("登记时间", default=timezone.now)

    objects = AdoptionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "规则书采用"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "effective_from"], name="one_rulebook_is_adopted_from_a_day",
                violation_error_message="这一天已登记采用了另一本规则书。",
            )
        ]  # fmt: skip

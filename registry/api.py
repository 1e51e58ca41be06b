"""Read-only: /api/v1/targets/ and /api/v1/items/, within the user's organisation and its branches."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from rest_framework import permissions, serializers, viewsets
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request

from foundation.organisation.models import Organisation
from foundation.organisation.policies import can
from registry.filters import ItemFilter, TargetFilter
from registry.models import InspectionItem, ItemScope, Target, TierAssignment


class MayView(permissions.BasePermission):
    message = "您没有查看名录的角色。"

    def has_permission(self, request: Request, view: Any) -> bool:
        return bool(request.user and request.user.is_authenticated and can(request.user, "registry.view"))


class Pages(PageNumberPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500


class TierSerializer(serializers.ModelSerializer):
    class Meta:
        model = TierAssignment
        fields = ["body", "tier", "computed_tier", "overlay", "since", "reason", "clause", "override_reason"]


class TargetSerializer(serializers.ModelSerializer):
    uscc = serializers.CharField(source="entity.uscc", default=None, read_only=True)
    area = serializers.CharField(source="area.name", read_only=True)
    organisation = serializers.CharField(source="organisation.code", read_only=True)
    tiers = TierSerializer(source="open_tiers", many=True, read_only=True)

    class Meta:
        model = Target
        fields = [
            "id", "uid", "organisation", "kind", "name", "uscc", "area", "address", "status", "status_since", "industry",
            "categories", "permit_class", "key_polluter_list", "control_level", "credit_grade", "positive_list", "tiers", "version",
        ]  # fmt: skip


class ScopeSerializer(serializers.ModelSerializer):
    class Meta:
        model = ItemScope
        fields = ["no", "quota", "target", "size", "frequency", "period", "ratio", "rate", "count"]


class ItemSerializer(serializers.ModelSerializer):
    organisation = serializers.CharField(source="organisation.code", read_only=True)

    scopes = ScopeSerializer(many=True, read_only=True)

    class Meta:
        model = InspectionItem
        fields = [
            "id", "organisation", "code", "version", "no", "name", "category", "offices", "targets", "contents", "basis",
            "modes", "joint", "third_party", "owner", "partners", "expertise", "power_ref", "groups", "remark", "status", "effective_from",
            "repealed_on", "scopes",
        ]  # fmt: skip


class TargetViewSet(viewsets.ReadOnlyModelViewSet):
    """检查对象。可用的筛选与页面相同：q、area、tier、status、kind、permit_class …"""

    serializer_class = TargetSerializer
    permission_classes = [MayView]
    pagination_class = Pages
    lookup_value_converter = "int"
    queryset = Target.objects.none()

    def get_queryset(self) -> QuerySet[Target]:
        if getattr(self, "swagger_fake_view", False):
            return Target.objects.none()
        rows = Target.objects.visible_to(self.request.user).select_related("entity", "area", "organisation")
        open_tiers = TierAssignment.objects.filter(until=None).order_by("body", "overlay", "id")
        return rows.prefetch_related(Prefetch("tiers", open_tiers, to_attr="open_tiers")).order_by("id")

    def filter_queryset(self, queryset: QuerySet[Target]) -> QuerySet[Target]:
        visible = Organisation.objects.visible_to(self.request.user)
        return TargetFilter(self.request.GET, queryset=queryset, organisations=visible).qs


class ItemViewSet(viewsets.ReadOnlyModelViewSet):
    """抽查事项清单，含各版本。"""

    serializer_class = ItemSerializer
    permission_classes = [MayView]
    pagination_class = Pages
    lookup_value_converter = "int"
    queryset = InspectionItem.objects.none()

    def get_queryset(self) -> QuerySet[InspectionItem]:
        if getattr(self, "swagger_fake_view", False):
            return InspectionItem.objects.none()
        return (
            InspectionItem.objects.visible_to(self.request.user)
            .select_related("organisation")
            .prefetch_related(Prefetch("scopes", ItemScope.objects.order_by("no")))
            .order_by("code", "-version")
        )

    def filter_queryset(self, queryset: QuerySet[InspectionItem]) -> QuerySet[InspectionItem]:
        return ItemFilter(self.request.GET, queryset=queryset).qs

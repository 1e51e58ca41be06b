"""Read-only: plans with their numbers, and the quotas of a period as the page shows them."""

from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.errors import RuleBroken
from foundation.organisation.policies import can
from foundation.rulebook.errors import CannotEvaluate
from planning import listing
from planning.models import AnnualPlan, PlannedNumber, PlanTask


class MayView(BasePermission):
    message = "计划和配额由计划编制员、分管领导、抽取组织员、纪检监督员和审计员查看。"

    def has_permission(self, request: Request, view: Any) -> bool:
        return can(request.user, "planning.view")


class NumberSerializer(serializers.ModelSerializer):
    unit = serializers.CharField(source="unit.name", help_text="抽取主体")

    class Meta:
        model = PlannedNumber
        fields = ["unit", "period", "base", "officers", "number", "manual", "manual_source"]


class TaskSerializer(serializers.ModelSerializer):
    numbers = NumberSerializer(many=True)

    class Meta:
        model = PlanTask
        fields = [
            "no",
            "name",
            "line",
            "directed",
            "scope",
            "basis",
            "period",
            "method",
            "offices",
            "rates",
            "numbers",
        ]


class PlanSerializer(serializers.ModelSerializer):
    organisation = serializers.CharField(source="organisation.code", help_text="机构代码")
    status_label = serializers.CharField(source="get_status_display", help_text="状态")

    class Meta:
        model = AnnualPlan
        fields = ["id", "organisation", "year", "kind", "version", "name", "number", "rulebook_id", "rulebook_hash", "provisional",
                  "status", "status_label", "issued_on", "filed_on"]  # fmt: skip


class PlanDetailSerializer(PlanSerializer):
    tasks = TaskSerializer(many=True)

    class Meta(PlanSerializer.Meta):
        fields = [*PlanSerializer.Meta.fields, "tasks"]


class QuotaRowSerializer(serializers.Serializer):
    """One row of `quotas --json`."""

    line = serializers.CharField(help_text="配额线")
    name = serializers.CharField()
    body = serializers.CharField()
    unit = serializers.CharField(help_text="主体代码")
    unit_name = serializers.CharField()
    period = serializers.CharField()
    base = serializers.IntegerField(help_text="基数")
    officers = serializers.IntegerField(allow_null=True)
    rate = serializers.CharField(allow_null=True)
    raw = serializers.CharField()
    required = serializers.IntegerField(help_text="应抽")  # type: ignore[assignment]  # the name of a result, not the option
    floor = serializers.IntegerField(help_text="计划下限，0 为没有")
    pool = serializers.IntegerField(help_text="可抽")
    drawn = serializers.IntegerField(help_text="已抽")
    remaining = serializers.IntegerField(help_text="尚缺")
    shortfall = serializers.IntegerField(help_text="预计欠")
    reasons = serializers.ListField(child=serializers.CharField())
    sentence = serializers.CharField()
    clause = serializers.CharField()


class Plans(ListAPIView):
    """年度计划各版本，新的在上；?year= 只看一年。"""

    permission_classes = [IsAuthenticated, MayView]
    serializer_class = PlanSerializer
    filterset_fields = ["year", "status", "kind"]
    queryset = AnnualPlan.objects.none()

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return AnnualPlan.objects.none()
        return (
            AnnualPlan.objects.visible_to(self.request.user)
            .select_related("organisation")
            .order_by("-year", "kind", "-version")
        )


class Plan(RetrieveAPIView):
    """一版计划，带任务和各期数量。"""

    permission_classes = [IsAuthenticated, MayView]
    serializer_class = PlanDetailSerializer
    queryset = AnnualPlan.objects.none()

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return AnnualPlan.objects.none()
        plans = AnnualPlan.objects.visible_to(self.request.user).select_related("organisation")
        return plans.prefetch_related("tasks__numbers__unit")


class Quotas(APIView):
    """某一期的配额，与配额页和 `quotas --json` 相同。"""

    permission_classes = [IsAuthenticated, MayView]

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "period", OpenApiTypes.STR, required=True, description="如 2026Q4、2026H2、2026Y"
            )
        ],
        responses=QuotaRowSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        period = request.query_params.get("period", "")
        try:
            rows = listing.rows(request.user.organisation, period, timezone.localdate())
        except CannotEvaluate as fault:
            raise ValidationError({"period": str(fault)}) from fault
        except RuleBroken as broken:
            return Response({"detail": broken.message, "code": broken.code}, status=409)
        return Response(QuotaRowSerializer(rows, many=True).data)

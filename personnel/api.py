"""/api/v1/inspectors/: read only, the same scope as the pages; no phone numbers."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.viewsets import ReadOnlyModelViewSet

from foundation.organisation.models import Area, Unit
from foundation.organisation.policies import can
from personnel import queries, rules
from personnel.models import Inspector


class AreaSerializer(serializers.ModelSerializer):
    class Meta:
        model = Area
        fields = ("code", "name")


class UnitSerializer(serializers.ModelSerializer):
    class Meta:
        model = Unit
        fields = ("code", "name")


class InspectorSerializer(serializers.ModelSerializer):
    """`status`: roster status code of today (draw-protocol.md §5); `certificate_state`: alarm bucket of today."""

    organisation: serializers.SlugRelatedField = serializers.SlugRelatedField(
        slug_field="code", read_only=True
    )
    unit = UnitSerializer(read_only=True)
    areas = AreaSerializer(many=True, read_only=True)
    specialities = serializers.ListField(child=serializers.CharField(), read_only=True)
    certificate_state = serializers.SerializerMethodField()
    status = serializers.SerializerMethodField()

    class Meta:
        model = Inspector
        fields = (
            "id", "organisation", "uid", "name", "sex", "unit", "post", "duty", "certificate_no", "certificate_type",
            "certificate_issuer", "certificate_issued_on", "certificate_valid_until", "certificate_state", "established", "in_post", "areas",
            "specialities", "service_since", "status",
        )  # fmt: skip

    def get_certificate_state(self, row: Inspector) -> str:
        return rules.certificate_state(
            rules.covered(_papers(row), timezone.localdate()), timezone.localdate()
        )

    def get_status(self, row: Inspector) -> str:
        today = timezone.localdate()
        away = [queries.away_of(absence) for absence in row.absences.all()]
        terms = [queries.term_of(posting) for posting in row.postings.all()]
        in_post = rules.term_on(terms, today) is not None if terms else row.in_post
        return rules.status_on(today, in_post=in_post, certificate=rules.held(_papers(row), today), away=away)


def _papers(row: Inspector) -> list[rules.Certificate]:
    """From what the query has fetched ahead."""
    papers = [queries.paper_of(one) for one in row.certificates.all() if one.entitles]
    return [queries.certificate_of(row), *papers]


class MayRead(IsAuthenticated):
    message = "检查人员名录由计划编制员、抽取组织员、纪检监督员、分管领导和审计员查看。"

    def has_permission(self, request: Request, view: Any) -> bool:
        user = request.user
        return super().has_permission(request, view) and (
            can(user, "personnel.view") or can(user, "personnel.own")
        )


class InspectorViewSet(ReadOnlyModelViewSet):
    """检查人员名录（只读）。"""

    serializer_class = InspectorSerializer
    permission_classes = [MayRead]
    lookup_value_converter = "int"
    queryset = Inspector.objects.none()

    def get_queryset(self) -> QuerySet[Inspector]:
        if getattr(self, "swagger_fake_view", False):
            return Inspector.objects.none()
        found = queries.readable_by(self.request.user).select_related("organisation", "unit")
        return found.prefetch_related("areas", "absences", "certificates", "postings").order_by(
            "organisation", "uid", "id"
        )

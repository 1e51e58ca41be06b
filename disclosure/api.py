"""/api/v1/open/: published results and draws, read-only, no key, no session."""

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.utils.decorators import method_decorator
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import generics, pagination, serializers
from rest_framework.permissions import AllowAny

from disclosure.models import Publication
from disclosure.public import board, links
from draws.models import Draw


class OpenPages(pagination.LimitOffsetPagination):
    """At most 200 rows per request: this is what throttles."""

    default_limit = 50
    max_limit = 200


class PublishedResult(serializers.ModelSerializer):
    record = serializers.SerializerMethodField(
        help_text="公示内容，与公示网页相同；sha256 为其规范 JSON 的指纹"
    )
    url = serializers.SerializerMethodField(help_text="公示网页")

    class Meta:
        model = Publication
        fields = [
            "number", "version", "nature", "reason", "subject", "uscc", "area", "tier", "status", "outcome",
            "happened_on", "period", "published_at", "sha256", "url", "record",
        ]  # fmt: skip

    @extend_schema_field(dict[str, Any])
    def get_record(self, row: Publication) -> dict[str, Any]:
        return row.record

    def get_url(self, row: Publication) -> str:
        return f"/open/results/{row.number}/"


class PublicDraw(serializers.ModelSerializer):
    organisation = serializers.CharField(source="organisation.name")
    state_name = serializers.CharField(source="get_state_display")
    url = serializers.SerializerMethodField(help_text="抽取会网页")
    transcript = serializers.SerializerMethodField(help_text="抽取记录，供核验；尚不能公开时答复 404 并说明")
    openings = serializers.SerializerMethodField(help_text="已公开的名称与盐")

    class Meta:
        model = Draw
        fields = [
            "number", "organisation", "period", "state", "state_name", "scheduled_at", "place", "freeze_hash", "head",
            "head_seq", "url", "transcript", "openings",
        ]  # fmt: skip

    def get_url(self, row: Draw) -> str:
        return f"/open/draws/{row.number}/"

    def get_transcript(self, row: Draw) -> str:
        return links.transcript(row.number)

    def get_openings(self, row: Draw) -> str:
        return links.openings(row.number)


class Open(generics.ListAPIView):
    permission_classes = [AllowAny]
    authentication_classes: list[type] = []
    pagination_class = OpenPages
    filter_backends: list[type] = []

    def asked_day(self, name: str) -> date | None:
        """A day among the parameters; 400 with the reason when it is not one."""
        text = self.request.query_params.get(name, "")
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            raise serializers.ValidationError({name: "请写成 2026-11-20。"}) from None


RESULT_PARAMETERS = [
    OpenApiParameter("q", str, description="名称、曾用名、信用代码或编号"),
    OpenApiParameter("uscc", str, description="统一社会信用代码"),
    OpenApiParameter("period", str, description="期，如 2026Q4"),
    OpenApiParameter("updated_since", date, description="这一天起公示、更正或撤回的"),
]


@method_decorator(login_not_required, name="dispatch")
@extend_schema(tags=["open"], parameters=RESULT_PARAMETERS, description="已公示的检查结果，最新一版。")
class Results(Open):
    serializer_class = PublishedResult

    def get_queryset(self) -> QuerySet[Publication]:
        asked = self.request.query_params
        rows = Publication.objects.results().current().newest_first().search(asked.get("q", "")[:100])
        if asked.get("uscc"):
            rows = rows.filter(uscc=asked["uscc"].upper())
        if asked.get("period"):
            rows = rows.filter(period=asked["period"])
        since = self.asked_day("updated_since")
        return rows.updated_since(since) if since else rows


@method_decorator(login_not_required, name="dispatch")
@extend_schema(
    tags=["open"], parameters=[OpenApiParameter("period", str, description="期，如 2026Q4")],
    description="公告过的正式抽取，含中止的。",
)  # fmt: skip
class Draws(Open):
    serializer_class = PublicDraw

    def get_queryset(self) -> QuerySet[Draw]:
        rows = Draw.objects.formal().filter(state__in=board.KNOWN).select_related("organisation")
        period = self.request.query_params.get("period", "")
        return (rows.filter(period=period) if period else rows).order_by("-scheduled_at", "-pk")

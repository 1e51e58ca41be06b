"""Read-only visits for machines of the bureau: the same scope and the same masking as the pages."""

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.viewsets import ReadOnlyModelViewSet

from foundation.organisation.policies import can
from foundation.rulebook import library
from inspections import books, policies, queries
from inspections.models import Visit


class VisitSerializer(serializers.ModelSerializer):
    draw = serializers.CharField(source="draw.number", help_text="抽取会编号")
    period = serializers.CharField(source="draw.period", help_text="期，如 2026Q4")
    state_name = serializers.CharField(source="get_state_display", help_text="状态（中文）")
    target = serializers.SerializerMethodField(help_text="检查对象；保密期内为“名称保密”")
    team = serializers.SerializerMethodField(help_text="现在的检查组，主办在前")
    outcome = serializers.SerializerMethodField(help_text="最近一版记录的结果代码，没有记录为空")
    outcome_name = serializers.SerializerMethodField(help_text="结果（中文）")
    items = serializers.IntegerField(source="item_count", help_text="事项数")

    class Meta:
        model = Visit
        fields = (
            "id", "number", "draw", "period", "state", "state_name", "target", "team", "mode", "items", "outcome",
            "outcome_name", "notice_number", "scheduled_on", "due_on", "completed_on",
        )  # fmt: skip

    def get_target(self, visit: Visit) -> str:
        user = self.context["request"].user
        return visit.target.name if policies.can_read_name(user, visit) else queries.HIDDEN

    def get_team(self, visit: Visit) -> list[str]:
        return [member.inspector.name for member in visit.present]

    def get_outcome(self, visit: Visit) -> str:
        return visit.outcome or ""

    def get_outcome_name(self, visit: Visit) -> str:
        return books.codes(library.get(visit.draw.rulebook_id)).get(visit.outcome or "", "")


class VisitViewSet(ReadOnlyModelViewSet):
    """检查任务，只读。看得到的范围与页面相同：本机构及下级；检查人员只有自己的。"""

    serializer_class = VisitSerializer
    filterset_fields = ("state",)
    queryset = Visit.objects.none()

    def get_queryset(self) -> QuerySet[Visit]:
        user = self.request.user
        if can(user, "inspections.view"):
            scope = Visit.objects.visible_to(user)
        elif can(user, "inspections.own"):
            scope = Visit.objects.of_inspector(user)
        else:
            raise PermissionDenied("您没有查看检查任务的角色。")
        return queries.in_order(queries.listed(scope))

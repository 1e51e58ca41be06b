from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "foundation.intake"
    label = "intake"
    verbose_name = "导入"

from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    name = "foundation.organisation"
    label = "organisation"
    verbose_name = "组织与账号"

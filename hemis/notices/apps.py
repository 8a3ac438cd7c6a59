from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "hemis.notices"
    label = "notices"

from django.apps import AppConfig


class DoctorateConfig(AppConfig):
    name = "doctorate"

from django.apps import AppConfig


class SheetsConfig(AppConfig):
    name = "hemis.sheets"
    label = "sheets"

from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "hemis.pages"
    label = "pages"

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "hemis.people"
    label = "people"

"""Start page, theme and language."""

from django.urls import path
from django.views.i18n import set_language

from hemis.access.guard import public
from hemis.pages import home
from hemis.pages.classifiers import Classifiers
from hemis.pages.sign_ins import SignIns

urlpatterns = [
    path("", home.home, name="home"),
    path("find/", home.find, name="find"),
    path("theme/", home.set_theme, name="set_theme"),
    path("language/", public(set_language), name="set_language"),
    *Classifiers.urls(),
    *SignIns.urls(),
]

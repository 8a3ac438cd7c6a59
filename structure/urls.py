"""Addresses of the structure."""

from structure.pages import Divisions, Faculties, Kafedras, UniversityCard

urlpatterns = [*UniversityCard.urls(), *Faculties.urls(), *Kafedras.urls(), *Divisions.urls()]

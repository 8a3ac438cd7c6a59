"""Addresses of scientific activity."""

from django.urls import path

from research.pages import choices, profiles, projects, works

REGISTERS = (
    works.Scientific, works.Methodical, works.Properties, works.Authors, profiles.Profiles, profiles.Figures,
    projects.Projects, projects.Sums, projects.Executors, projects.Stages, projects.Reports, projects.Results,
)  # fmt: skip

urlpatterns = [
    *(address for register in REGISTERS for address in register.urls()),
    *projects.imports,
    path("works/import/", works.import_works, name="research_works_import"),
    path("works/<int:pk>/", works.open_work, name="research_work"),
    path("works/<int:pk>/submit/", works.submit, name="research_submit"),
    path("works/<int:pk>/approve/", works.approve, name="research_approve"),
    path("works/<int:pk>/return/", works.send_back, name="research_return"),
    path("figures/<int:pk>/submit/", profiles.submit, name="research_figures_submit"),
    path("figures/<int:pk>/approve/", profiles.approve, name="research_figures_approve"),
    path("figures/<int:pk>/return/", profiles.send_back, name="research_figures_return"),
    path("choices/colleagues/", choices.colleagues, name="research_colleagues"),
    path("choices/employees/", choices.employees, name="research_employees"),
    path("choices/students/", choices.students, name="research_students"),
    path("choices/works/", choices.works, name="research_works"),
]

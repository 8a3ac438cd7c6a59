"""States of migrations that draw only what a change touches are the states that Django would draw."""

import pytest
from django.db import models
from django.db.migrations import operations
from django.db.migrations.state import ProjectState

from hemis.access.migrating import sparing_states

KEY = ("id", models.BigAutoField(primary_key=True))
NAMED = models.CheckConstraint(condition=models.Q(name__gt=""), name="named")
GONE = models.UniqueConstraint(fields=["name"], name="gone")
CHANGES = [
    operations.CreateModel("Faculty", [KEY]),
    operations.CreateModel(
        "Group",
        [KEY, ("faculty", models.ForeignKey("structure.Faculty", models.CASCADE, related_name="groups"))],
    ),
    operations.AddField("group", "name", models.CharField(max_length=9, default="-"), preserve_default=False),
    operations.AddConstraint("group", NAMED),
    operations.AddConstraint("group", GONE),
    operations.RemoveConstraint("group", "gone"),
    operations.AddIndex("group", models.Index(fields=["name"], name="by_name")),
    operations.CreateModel("Dean", [KEY]),
    operations.AddField("faculty", "dean", models.ForeignKey("structure.Dean", models.PROTECT, null=True)),
    operations.AddField("dean", "groups", models.ManyToManyField("structure.Group", related_name="deans")),
    operations.AlterField("group", "name", models.CharField(max_length=20)),
]


def drawn() -> ProjectState:
    """A state that is drawn from the first change on."""
    state = ProjectState()
    assert list(state.apps.get_models()) == []
    for change in CHANGES:
        change.state_forwards("structure", state)
    return state


@pytest.fixture
def sparing():
    with sparing_states():
        return drawn()


def test_the_drawn_model_carries_what_its_state_says(sparing):
    assert len(sparing.models) == 3
    options = sparing.apps.get_model("structure", "group")._meta
    assert [one.name for one in options.constraints] == ["named"]
    assert [one.name for one in options.indexes] == ["by_name"]


def test_it_is_what_django_draws(sparing):
    usual = drawn()
    assert sparing == usual
    for model in usual.apps.get_models(include_auto_created=True):
        options = sparing.apps.get_model("structure", model._meta.model_name)._meta
        assert [one.name for one in options.get_fields()] == [one.name for one in model._meta.get_fields()]
        for field in options.get_fields():
            if field.is_relation:
                name = field.related_model._meta.model_name
                assert field.related_model is sparing.apps.get_model("structure", name)


def test_django_has_its_own_states_back():
    before = vars(ProjectState).copy()
    with sparing_states():
        assert ProjectState.add_model is not before["add_model"]
    assert vars(ProjectState) == before

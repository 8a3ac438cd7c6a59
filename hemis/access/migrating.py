"""States of migrations, drawn no oftener than needed.

Before each operation Django draws anew every model that is related to the one that changes. A university's
models are all related to each other, so an empty database took several times as long to draw as to make. Three
kinds of change, nine tenths of all, leave every other model as it is: a model that nothing points to yet, a
field more, and a constraint or an index, which the drawn model only carries along.

What is drawn is shared with the state before the operation. PostgreSQL needs nothing of that state for these
three: it adds, and drops by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.state import ModelState, ProjectState
from django.db.models import Field
from django.db.models.fields import NOT_PROVIDED


def _add_model(state: ProjectState, model: ModelState) -> None:
    """As ``ProjectState.add_model``, but only the new model is drawn; those it points to learn of it."""
    key = model.app_label, model.name_lower
    state.models[key] = model
    if vars(state)["_relations"] is not None:
        state.resolve_model_relations(key)
    if "apps" in vars(state):
        state.apps.render_multiple([model])


def _add_field(
    state: ProjectState, label: str, model: str, name: str, field: Field, preserve_default: bool
) -> None:
    """As ``ProjectState.add_field``, but the drawn model gets the field instead of being drawn anew."""
    if not preserve_default:
        field = field.clone()
        field.default = NOT_PROVIDED
    key = label, model
    state.models[key].fields[name] = field
    if vars(state)["_relations"] is not None:
        state.resolve_model_field_relations(key, name, field)
    if "apps" in vars(state):
        field.clone().contribute_to_class(state.apps.get_model(*key), name)
        state.apps.clear_cache()


def _append_option(state: ProjectState, label: str, name: str, option: str, added: Any) -> None:
    _set_option(state, label, name, option, [*state.models[label, name].options[option], added])


def _remove_option(state: ProjectState, label: str, name: str, option: str, removed: str) -> None:
    kept = [one for one in state.models[label, name].options[option] if one.name != removed]
    _set_option(state, label, name, option, kept)


def _set_option(state: ProjectState, label: str, name: str, option: str, value: list[Any]) -> None:
    state.models[label, name].options[option] = value
    if "apps" in vars(state):
        setattr(state.apps.get_model(label, name)._meta, option, value)


SPARING = {
    "add_model": _add_model,
    "add_field": _add_field,
    "_append_option": _append_option,
    "_remove_option": _remove_option,
}


@contextmanager
def sparing_states() -> Iterator[None]:
    """While it lasts, states of migrations draw only what a change touches."""
    before = {name: getattr(ProjectState, name) for name in SPARING}
    for name, method in SPARING.items():
        setattr(ProjectState, name, method)
    try:
        yield
    finally:
        for name, method in before.items():
            setattr(ProjectState, name, method)

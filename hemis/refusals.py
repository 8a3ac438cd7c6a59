"""What the database refuses, told to people: from the name of a constraint to words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from django.db import IntegrityError, transaction

Words = TypeVar("Words")


@contextmanager
def refusals_told(words: Mapping[str, Words], tell: Callable[[Words], Exception]) -> Iterator[None]:
    """A savepoint whose refusal by a constraint of ``words`` becomes the error that ``tell`` makes of them.

    Raises:
        IntegrityError: the constraint has no words.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
        if name not in words:
            raise
        raise tell(words[name]) from error

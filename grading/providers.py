"""What other parts of the house know and controls ask for: a register of providers.

``attendance`` answers for hours missed and the means of current marks, the tasks
for points of tasks, an upper floor for contract debts. Who is missing in an
answer is unknown; without a provider nobody is known.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal

from grading.rules import Attendance

# (key of a curriculum subject, key of a group) → mean of the journal's marks in per cent, by student.
CurrentMeans = Callable[[int, int], Mapping[int, Decimal]]
# (key of a curriculum subject, code of a control) → points of tasks that feed the control and their maximum,
# by student.
TaskPoints = Callable[[int, str], Mapping[int, tuple[Decimal, Decimal]]]
# (keys of curriculum subjects, keys of students) → attendance by (student, curriculum subject).
HoursMissed = Callable[[Collection[int], Collection[int]], Mapping[tuple[int, int], Attendance]]
# Keys of students → soʻm owed.
ContractDebts = Callable[[Collection[int]], Mapping[int, Decimal]]
# (keys of curriculum subjects, keys of students or None for all) whose results have just been written.
ResultsHeard = Callable[[Collection[int], Collection[int] | None], None]

_providers: dict[str, Callable] = {}


def register_current_means(provider: CurrentMeans) -> None:
    """Let the journal offer the means of its current marks."""
    _register("current_means", provider)


def register_task_points(provider: TaskPoints) -> None:
    """Let the control tasks offer their points."""
    _register("task_points", provider)


def register_hours_missed(provider: HoursMissed) -> None:
    """Let attendance answer for admission."""
    _register("hours_missed", provider)


def register_contract_debts(provider: ContractDebts) -> None:
    """Let finance answer for admission, where the rules ask for it."""
    _register("contract_debts", provider)


def register_results_heard(listener: ResultsHeard) -> None:
    """Let the academic record hear of results, within the transaction that writes them."""
    _register("results_heard", listener)


def _register(code: str, provider: Callable) -> None:
    known = _providers.setdefault(code, provider)
    if known is not provider:
        raise ValueError(f"Two providers of {code}.")


def current_means(curriculum_subject: int, group: int) -> Mapping[int, Decimal]:
    provider = _providers.get("current_means")
    return provider(curriculum_subject, group) if provider else {}


def task_points(curriculum_subject: int, control: str) -> Mapping[int, tuple[Decimal, Decimal]]:
    provider = _providers.get("task_points")
    return provider(curriculum_subject, control) if provider else {}


def hours_missed(
    curriculum_subjects: Collection[int], students: Collection[int]
) -> Mapping[tuple[int, int], Attendance]:
    provider = _providers.get("hours_missed")
    return provider(curriculum_subjects, students) if provider and students else {}


def contract_debts(students: Collection[int]) -> Mapping[int, Decimal]:
    provider = _providers.get("contract_debts")
    return provider(students) if provider and students else {}


def tell_results(curriculum_subjects: Collection[int], students: Collection[int] | None) -> None:
    """Results of closed sheets have been written."""
    if listener := _providers.get("results_heard"):
        listener(curriculum_subjects, students)


def can_prefill() -> bool:
    """Whether anybody offers figures to load into a sheet."""
    return bool({"current_means", "task_points"} & set(_providers))

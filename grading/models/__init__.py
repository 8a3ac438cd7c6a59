"""Controls: tasks and tests."""

from grading.tasks import models as _tasks  # noqa: F401 - the room keeps its models itself; Django looks here

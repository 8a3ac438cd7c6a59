"""What research keeps."""

from research.models.approval import Approval
from research.models.profiles import Profile, ProfileFigures
from research.models.projects import (
    Project,
    ProjectExecutor,
    ProjectReport,
    ProjectResult,
    ProjectStage,
    ProjectSum,
)
from research.models.works import WHOLE, Work, WorkAuthor
from research.rating import models as rating

__all__ = [
    "WHOLE",
    "Approval",
    "Profile",
    "ProfileFigures",
    "Project",
    "ProjectExecutor",
    "ProjectReport",
    "ProjectResult",
    "ProjectStage",
    "ProjectSum",
    "Work",
    "WorkAuthor",
    "rating",
]

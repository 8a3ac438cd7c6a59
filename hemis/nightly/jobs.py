"""A backup made, or rehearsed, when an administrator asks for it; and the notice that one was downloaded."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from django.utils.translation import gettext_lazy

from hemis.jobs.actions import JobError
from hemis.jobs.kinds import JobKind, job
from hemis.jobs.models import Job
from hemis.nightly import backups
from hemis.nightly.steps import StepError
from hemis.notices.kinds import register

register(
    "backup.downloaded",
    gettext_lazy("%(who)s downloaded %(file)s of the backup of %(made)s."),
    icon="download",
)


class _OfBackups(JobKind, ABC):
    """One unit: the whole script. It bears being done twice, when the worker was killed in the middle."""

    permission = "user.manage"

    def units(self, job: Job) -> list[Any]:
        return ["all"]

    def run(self, job: Job, keys: list[Any]) -> None:
        try:
            job.message = self.do()
        except StepError as error:
            raise JobError(str(error)) from error

    @abstractmethod
    def do(self) -> str:
        """What is done; the answer is the job's message."""


@job("nightly.backup")
class MakeBackup(_OfBackups):
    """``deploy/backup.sh``."""

    title = gettext_lazy("Backup")

    def do(self) -> str:
        return backups.make()


@job("nightly.rehearsal")
class Rehearse(_OfBackups):
    """``deploy/rehearse-restore.sh``."""

    title = gettext_lazy("Rehearsal of restoring the newest backup")

    def do(self) -> str:
        return backups.rehearse()

"""Everything handed in for a task as one archive, and its marks as a workbook."""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from typing import IO

import xlsxwriter
from django.utils.translation import gettext as _

from grading.tasks import queries
from grading.tasks.models import Task, TaskStudent

_UNSAFE = re.compile(r"[^\w.\- ʻʼ()]+")
IN_MEMORY = 10 * 2**20


def safe(name: str) -> str:
    """A name that stays in its folder on every system."""
    return _UNSAFE.sub("_", name).strip(" .")[:80] or "_"


def archive(task: Task) -> IO[bytes]:
    """All versions: group / student / version; the words of a version as a text beside its files."""
    out = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the answer closes it
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as package:
        for row in queries.students_of(task):
            folder = f"{safe(row.group.name)}/{safe(row.student.person.full_name)}_{row.student.number}"
            for version in row.submissions.all():
                _put(package, f"{folder}/{version.number}", version)
    out.seek(0)
    return out  # type: ignore[return-value]


def _put(package: zipfile.ZipFile, folder: str, version) -> None:
    if version.text:
        package.writestr(f"{folder}/javob.txt", version.text)
    for at, kept in enumerate(version.files.all(), start=1):
        stem = safe(kept.name.rsplit(".", 1)[0])
        ending = kept.file.name.rsplit(".", 1)[-1]
        with kept.file.open("rb") as opened, package.open(f"{folder}/{at}_{stem}.{ending}", "w") as member:
            for chunk in iter(lambda opened=opened: opened.read(2**16), b""):
                member.write(chunk)


def marks(task: Task) -> bytes:
    """Students with what they handed in and their points."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet, head = book.add_worksheet("Baholar"), book.add_format({"bold": True, "bg_color": "#D9E8F6"})
    headers = (
        _("Group"), _("Student"), _("Student number"), _("State"), _("Versions"), _("Handed in"), _("Late"),
        _("Points"), _("Maximum"), _("Originality, %"), _("Comment"),
    )  # fmt: skip
    for at, header in enumerate(headers):
        sheet.write_string(0, at, str(header), head)
        sheet.set_column(at, at, 32 if at in (1, 10) else 14)
    for line, row in enumerate(queries.students_of(task), start=1):
        _write(sheet, line, row, task)
    book.close()
    return out.getvalue()


def _write(sheet, line: int, row: TaskStudent, task: Task) -> None:
    versions = list(row.submissions.all())
    last = versions[0] if versions else None
    state = _("excluded") if row.is_excluded else row.get_state_display()
    for at, text in enumerate((row.group.name, row.student.person.full_name, row.student.number, str(state))):
        sheet.write_string(line, at, text)
    sheet.write_number(line, 4, len(versions))
    if last:
        from hemis.pages.columns import display

        sheet.write_string(line, 5, display(last.sent_at))
        sheet.write_string(line, 6, display(last.is_late))
        if last.originality is not None:
            sheet.write_number(line, 9, last.originality)
        sheet.write_string(line, 10, last.comment)
    if row.points is not None:
        sheet.write_number(line, 7, float(row.points))
    sheet.write_number(line, 8, float(task.max_points))

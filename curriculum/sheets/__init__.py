"""The base of subjects and whole curricula from Excel and into it (duties 3.2, 2.3).

The sheet that is exported is the one that is imported: every bad cell is named,
and a file that comes back unchanged changes nothing. Rows that a file does not
name stay as they are.
"""

from curriculum.sheets.book import plan_book
from curriculum.sheets.plan import PlanSheet
from curriculum.sheets.subjects import SubjectSheet, subjects_book
from curriculum.sheets.weeks import WeekSheet

__all__ = ["PlanSheet", "SubjectSheet", "WeekSheet", "plan_book", "subjects_book"]

"""Pages of the staff, imported together, and their entries in the menu in the order of the work."""

from django.utils.translation import gettext_lazy as _

from hemis.pages.menu import MenuItem, register
from hemis.pages.register import Register
from staff.pages import employees, growth, overview, plan, posts, verbs

__all__ = ["employees", "growth", "overview", "plan", "posts", "verbs"]


def _entry(page: type[Register]) -> MenuItem:
    return MenuItem("staff", page.title, page.url_name("list"), page.view_permission())


for _item in (
    _entry(employees.Employees),
    _entry(posts.Teachers),
    _entry(posts.OtherPosts),
    _entry(posts.Tutors),
    MenuItem("staff", _("Staffing overview"), "staff_staffing", overview.PERMISSION),
    _entry(plan.Establishment),
    _entry(growth.DevelopmentDue),
    _entry(growth.Developments),
    _entry(growth.TermsDue),
    _entry(growth.Competitions),
    _entry(employees.Degrees),
    _entry(employees.Educations),
    _entry(employees.Absences),
    _entry(employees.Awards),
    _entry(growth.ForeignTrainings),
    _entry(growth.ForeignSpecialists),
    _entry(plan.StaffRules),
):
    register(_item)

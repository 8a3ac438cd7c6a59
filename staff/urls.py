"""Addresses of the staff."""

from staff.pages import Employees, OtherPosts, Teachers

urlpatterns = [*Employees.urls(), *Teachers.urls(), *OtherPosts.urls()]

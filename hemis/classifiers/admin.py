"""Classifiers in the administration: to be read; they change only by loading the ministry's file."""

from django.contrib import admin

from hemis.classifiers.models import ClassifierItem, ClassifierList


class ReadOnlyAdmin(admin.ModelAdmin):
    def has_view_permission(self, request, obj=None):
        return request.access.can("classifier.view")

    has_module_permission = has_view_permission

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(ClassifierList)
class ClassifierListAdmin(ReadOnlyAdmin):
    list_display = ["code", "name_uz", "name_ru", "loaded_at"]
    search_fields = ["code", "name_uz", "name_ru"]


@admin.register(ClassifierItem)
class ClassifierItemAdmin(ReadOnlyAdmin):
    list_display = ["list", "code", "name_uz", "name_ru", "retired_at"]
    list_filter = [("retired_at", admin.EmptyFieldListFilter), "list"]
    list_select_related = ["list"]
    search_fields = ["code", "name_uz", "name_ru", "name_en"]

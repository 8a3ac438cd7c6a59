"""Forms on the page of an order: the draft's words, papers, figures, reasons, signing, the journal."""

from __future__ import annotations

from django import forms
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.classifiers.queries import choices
from hemis.pages.files import ScanField
from hemis.pages.forms import RegisterForm
from movement.actions import follow_date
from movement.forms.questions import date_input, dress
from movement.kinds import kind_of
from movement.models import Order, OrderLine
from movement.rules import academic_year

OTHER = "other"
# A list longer than this is not offered for choosing one person.
MANY = 200


class FileForm(forms.Form):
    """A basis document."""

    kind = forms.ChoiceField(label=_("kind of document"))
    number = forms.CharField(label=_("number"), max_length=64, required=False)
    date = forms.DateField(label=_("date"), widget=date_input())
    line = forms.ModelChoiceField(
        OrderLine.objects.none(), label=_("person"), required=False, empty_label=_("the whole order")
    )
    file = ScanField(label=_("scan"), help_text=_("PDF, JPEG or PNG, at most 10 MB."), widget=forms.FileInput)

    def __init__(self, *args, order: Order, **kwargs):
        super().__init__(*args, **kwargs)
        papers = [(paper.code, str(paper.title)) for paper in kind_of(order).papers]
        self.fields["kind"].choices = [*papers, ("other", _("other"))]  # type: ignore[attr-defined]
        lines = order.lines.select_related("student__person", "candidate__person")[:MANY]
        if len(lines) < MANY:
            self.fields["line"].queryset = order.lines.select_related("student__person", "candidate__person")  # type: ignore[attr-defined]
        for field in self.fields.values():
            dress(field)
        del self.fields["line"].widget.attrs["data-tom"]


class ExcuseForm(forms.Form):
    """A written reason for the ticked people."""

    check_code = forms.CharField()
    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}))


class FigureForm(forms.Form):
    """A figure for the ticked people."""

    code = forms.CharField()
    value = forms.DecimalField(min_value=0, max_digits=14, decimal_places=2)
    basis = forms.CharField(max_length=512)


class OrderForm(RegisterForm):
    """The words and the date of a draft."""

    class Meta:
        model = Order
        fields = ("title", "basis", "effective_date")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.date_before = self.instance.effective_date

    def clean_effective_date(self):
        """A cancelling order cannot precede what it cancels; a list belongs to its academic year."""
        day, order = self.cleaned_data["effective_date"], self.instance
        if order.cancels_id and day < order.cancels.effective_date:
            raise forms.ValidationError(
                _("The cancelling order cannot come into force before the order itself.")
            )
        follows = order.cancels_id or kind_of(order).makes_students
        if not follows and academic_year(day) != academic_year(self.date_before):
            raise forms.ValidationError(
                _("The list was formed for another academic year; form the order anew.")
            )
        return day

    def save(self, commit=True):
        """Save and let the list follow the date, in one transaction."""
        with transaction.atomic():
            saved = super().save(commit)
            follow_date(saved, access=self.access, before=self.date_before)
        return saved


# In the journal: orders that the national list has no code for.


class JournalForm(forms.Form):
    """Which journal."""

    year = forms.IntegerField(
        label=_("year"), min_value=2000, max_value=2100, required=False,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=_("kind of order"), required=False, widget=forms.Select(attrs={"class": "form-select"})
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            ("", _("all")),
            *choices("h_decree_type"),
            (OTHER, _("without a national code")),
        ]  # type: ignore[attr-defined]
        self.fields["year"].initial = timezone.localdate().year


class SignForm(forms.Form):
    date = forms.DateField(label=_("date of the order"), widget=date_input())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["date"].initial = timezone.localdate()


class RemarkForm(forms.Form):
    remark = forms.CharField(
        label=_("remarks"), widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"})
    )


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=_("reason"), widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"})
    )
    effective_date = forms.DateField(label=_("in force from"), widget=date_input())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["effective_date"].initial = timezone.localdate()

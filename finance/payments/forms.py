"""Forms of payments and of the queue of receipts."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finance.common import FinanceError, date_input
from finance.models import Contract
from finance.payments import actions, queries
from finance.payments.models import Payment, PutAside
from hemis.pages.forms import RegisterForm


class PaymentForm(RegisterForm):
    """A payment entered by hand: the verb behind it books it."""

    choice_permission = {"contract": "payment.edit"}
    remote_choices = {"contract": "finance_contracts_options"}

    class Meta:
        model = Payment
        fields = ["contract", "date", "amount", "means", "number", "payer", "comment"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        contract = self.fields["contract"]
        contract.queryset = contract.queryset.filter(state__in=Contract.IN_FORCE).select_related(  # type: ignore[attr-defined]
            "student__person", "academic_year"
        )
        contract.label_from_instance = contract_label  # type: ignore[attr-defined]
        self.fields["means"].choices = [  # type: ignore[attr-defined]
            (code, title) for code, title in Payment.MEANS if code in Payment.BY_HAND
        ]
        self.fields["amount"].min_value = 0.01  # type: ignore[attr-defined]
        self.initial.setdefault("date", timezone.localdate())

    def clean_amount(self):
        amount = self.cleaned_data["amount"]
        if amount <= 0:
            raise ValidationError(_("The sum must be above zero."))
        return amount

    def _post_clean(self):
        """The database and the verb judge the payment; a new row cannot break what is only asked of old ones."""
        self.instance.made_by = self.access.user
        super()._post_clean()

    def write(self):
        data = self.cleaned_data
        try:
            return actions.enter(
                access=self.access,
                contract=data["contract"],
                date=data["date"],
                amount=data["amount"],
                means=data["means"],
                number=data["number"],
                payer=data["payer"],
                comment=data["comment"],
            )
        except FinanceError as error:
            raise ValidationError(str(error)) from error


def contract_label(contract: Contract) -> str:
    """A contract as it is chosen: number, whose, which year."""
    return f"{contract.number} · {contract.student.person} · {contract.academic_year}"


class PartForm(forms.Form):
    """A part of a receipt for a contract, named by its number."""

    number = forms.CharField(label=gettext_lazy("Contract number"), max_length=64, required=False)
    amount = forms.DecimalField(
        label=gettext_lazy("Amount, soʻm"), max_digits=14, decimal_places=2, min_value=0.01, required=False
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"

    def clean(self):
        data = super().clean() or {}
        number, amount = data.get("number", "").strip().upper(), data.get("amount")
        if bool(number) != bool(amount) and not self.errors:
            raise ValidationError(_("A part has a contract number and a sum."))
        if number:
            contract = queries.payable(number)
            if contract is None:
                self.add_error("number", _("There is no contract in force with this number."))
            data["contract"] = contract
        return data


PartFormSet = forms.formset_factory(PartForm, extra=0, min_num=1, max_num=20, validate_max=True)


class AsideForm(forms.Form):
    """What a receipt is that is no fee of a student."""

    kind = forms.ChoiceField(label=gettext_lazy("What it is"), choices=PutAside.KINDS)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=255)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].widget.attrs["class"] = "form-select"
        self.fields["reason"].widget.attrs["class"] = "form-control"


class RefundForm(forms.Form):
    """Money given back."""

    date = forms.DateField(label=gettext_lazy("Day"), widget=date_input())
    amount = forms.DecimalField(
        label=gettext_lazy("Amount, soʻm"), max_digits=14, decimal_places=2, min_value=0.01
    )
    number = forms.CharField(label=gettext_lazy("Number of the payment order"), max_length=64)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=255)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"


class ReasonForm(forms.Form):
    """Why a payment is taken back."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=255)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].widget.attrs["class"] = "form-control"

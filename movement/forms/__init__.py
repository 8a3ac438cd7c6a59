"""Forms of orders: whom they name, what they ask, what stands on their pages, their rules."""

from movement.forms.orders import (
    CancelForm,
    ExcuseForm,
    FigureForm,
    FileForm,
    JournalForm,
    OrderForm,
    RemarkForm,
    SignForm,
)
from movement.forms.people import AdmissionForm, ArrivalForm, PeopleForm, WhoForm
from movement.forms.questions import QuestionsForm, read_figures
from movement.forms.settings import AgreementStepForm, MovementRuleForm

__all__ = [
    "AdmissionForm",
    "AgreementStepForm",
    "ArrivalForm",
    "CancelForm",
    "ExcuseForm",
    "FigureForm",
    "FileForm",
    "JournalForm",
    "MovementRuleForm",
    "OrderForm",
    "PeopleForm",
    "QuestionsForm",
    "RemarkForm",
    "SignForm",
    "WhoForm",
    "read_figures",
]

"""What waits on the home page: choices to confirm, orders to sign, acts to decide, protocols to fill."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from hemis.access.scope import Access
from hemis.pages.home import Todo, register_todo
from records.models import AttestationSession, Commission, GraduationTopic, RecordAct, TopicOrder


def _waiting(model, permission: str, state: str):
    def count(access: Access) -> int:
        return model.objects.for_scope(access.scope(permission)).filter(state=state).order_by().count()

    return count


def _list(name: str, state: str):
    return lambda: f"{reverse(name)}?state={state}"


for title, permission, model, state, name in (
    (_("Topics chosen by students"), "topic.edit", GraduationTopic, GraduationTopic.CHOSEN, "records_topics_list"),
    (
        _("Commissions to approve"), "commission.approve", Commission, Commission.DRAFT, "records_commissions_list",
    ),
    (_("Orders on topics to sign"), "topic_order.sign", TopicOrder, TopicOrder.DRAFT, "records_topic_orders_list"),
    (
        _("Acts of the academic record to confirm"), "academic_record.confirm", RecordAct, RecordAct.PROPOSED,
        "records_acts_list",
    ),
    (
        _("Protocols of state attestation to fill"), "attestation.fill", AttestationSession, AttestationSession.OPEN,
        "records_sessions_list",
    ),
):  # fmt: skip
    register_todo(Todo(title, permission, _waiting(model, permission, state), _list(name, state)))

"""The help on orders, applications, objections and clearance sheets."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hemis.help.topics import Topic, register_topic

register_topic(
    Topic(
        "orders",
        _("An order: from the draft to its execution"),
        (
            _(
                "Choose the kind and the people: what the law asks is checked for each of them, with its source."
            ),
            _("A check that fails blocks the order or demands a written reason; who fails may be set aside."),
            _(
                "Add the basis documents and send it: who agrees is told, the rectorate signs, the office executes it."
            ),
            _("Status, group and course change only then. A wrong order is undone by a cancelling order."),
        ),
        permissions=("order.create", "order.execute", "order.agree", "order.sign"),
        pages=(("movement_orders_list", _("Orders")),),
    )
)
register_topic(
    Topic(
        "applications",
        _("Applications of students"),
        (
            _("Take an application in work, and the student sees in whose hands it is; mind the term."),
            _("Granted, it goes on a draft order at once or later, together with others of its kind."),
            _(
                "A refusal says why and by which act. The student may object to it; somebody above decides then."
            ),
            _("What came on paper is registered with its scan."),
        ),
        permissions=("application.decide", "objection.decide"),
        pages=(
            ("movement_applications_list", _("Applications")),
            ("movement_objections_list", _("Objections to refusals")),
        ),
    )
)
register_topic(
    Topic(
        "clearance",
        _("Clearance sheets"),
        (
            _("The sheet of who leaves goes round by itself: each station answers in its list."),
            _("The order of leaving waits until all stations have cleared the student."),
        ),
        permissions=("clearance.answer",),
        pages=(("movement_clearance_list", _("Clearance sheets")),),
    )
)
register_topic(
    Topic(
        "own_applications",
        _("Leave, transfer, reinstatement: how to ask"),
        (
            _(
                "Write the application, add the documents, send it: you see by when it is decided and how it goes."
            ),
            _("Granted, it becomes an order; you are told when that is executed: see “My orders”."),
            _(
                "If it is refused, the reason and the act stand there; you may object within the term that is shown."
            ),
            _("Who leaves asks for the clearance sheet, too; nobody has to be visited."),
        ),
        permissions=("own.application",),
        pages=(("my_applications", _("My applications")), ("my_clearance", _("My clearance sheet"))),
    )
)

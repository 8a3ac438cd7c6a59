"""The help on contracts and payments."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hemis.help.topics import Topic, register_topic

register_topic(
    Topic(
        "contracts",
        _("Contracts and payments"),
        (
            _("Set prices and dates of instalments first; then form the contracts of a faculty as one job."),
            _("Upload the bank statement: payments are matched with contracts, what is left waits for you."),
            _("Each sum explains itself: the base, the coefficients, the acts, the changes."),
        ),
        permissions=("contract.create", "payment.edit"),
        pages=(("finance_contracts_list", _("Contracts")),),
    )
)
register_topic(
    Topic(
        "own_contract",
        _("Your contract and your debt"),
        (
            _("The contract says how its price came about and when each part is due; download it as PDF."),
            _("A payment is seen after the bank's statement is entered; ask accounting if one is missing."),
        ),
        permissions=("own.contract",),
    )
)

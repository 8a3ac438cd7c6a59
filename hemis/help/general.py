"""Topics of the ground floor: what holds on every page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hemis.access.duties import ROLES
from hemis.access.holders import holders
from hemis.help.topics import Askable, Keys, Topic, register_askable, register_keys, register_topic

register_topic(
    Topic(
        "lists",
        _("Lists: find, filter, keep"),
        (
            _("Search finds however it is typed: apostrophes, case, Latin or Cyrillic, order of the words."),
            _("Filters are kept in the address: send it to a colleague, who sees the own rows by it."),
            _("“Columns” chooses what is shown; “Views” keeps filters and columns under a name."),
            _("“Excel” and “CSV” give exactly what is filtered, “Print” shows it for paper."),
            _("A title of a column sorts by it; tick rows to do something with all of them at once."),
        ),
    )
)
register_topic(
    Topic(
        "forms",
        _("Forms: nothing typed is lost"),
        (
            _("What is wrong is said at its field; what is typed stays."),
            _("If somebody else has saved meanwhile, both versions are shown and you choose."),
            _(
                "“History” on every card tells who changed what and when, from what to what. Nobody can change it."
            ),
            _("What is signed, closed or executed rests; it is corrected by a new act with a reason."),
        ),
    )
)
register_topic(
    Topic(
        "jobs",
        _("Long work"),
        (
            _("What takes longer than a second is a job: go on working, the bell tells when it is done."),
            _(
                "“My jobs” shows progress, result and what failed, row by row; there it is cancelled or tried again."
            ),
        ),
        pages=(("my_jobs", _("My jobs")),),
    )
)
register_topic(
    Topic(
        "documents",
        _("Documents and their QR code"),
        (
            _("An issued document never changes; a wrong one is replaced or revoked with a reason."),
            _(
                "Whoever scans the QR code, or uploads the PDF, learns whether it is genuine to the last byte."
            ),
            _("Many are printed as one PDF or taken as a ZIP: tick them in their list."),
        ),
        pages=(("verify_form", _("Check a document")),),
    )
)
register_topic(
    Topic(
        "roles",
        _("Roles, and why a page does not open"),
        (
            _("What you may do follows from the rector's order; “Who may do what” shows all of it."),
            _("Who holds several roles chooses one at the top of the page, or all together."),
            _("403: no duty of the roles in use opens the page. 404: the row is not within your scope."),
            _("Roles follow from the post; others are given by the administrator, from a date to a date."),
            _("Roles that sign or hold money need the second factor; it is set up under “Second factor”."),
        ),
        pages=(("who_may_do_what", _("Who may do what")), ("mfa_index", _("Second factor"))),
    )
)
register_topic(
    Topic(
        "messages",
        _("Messages and notices"),
        (
            _("Write to people by name; to roles, units, groups and courses as far as your duty reaches."),
            _("What is sent is not changed; who has read it is seen on the message."),
            _("Notices tell what waits for you; the start page counts it."),
        ),
        permissions=("message.read",),
        pages=(("mailbox", _("Messages")),),
    )
)
register_topic(
    Topic(
        "wording",
        _("Own texts of the interface"),
        (
            _("Find the text by what it says, write the own one; it holds everywhere within two seconds."),
            _("Placeholders with a percent sign are filled in by the program: keep them letter by letter."),
            _("To translate many, export “For translating”, fill in the own texts and import the file."),
        ),
        permissions=("wording.edit",),
        pages=(("wording_texts_list", _("Texts of the interface")),),
    )
)
register_keys(
    Keys(
        _("On every page"),
        (
            ("/", _("to the search of the list")),
            ("Esc", _("closes an open menu")),
            ("Tab · Shift+Tab", _("to the next or previous field; the first stop leads past the menu")),
        ),
    )
)
register_askable(Askable(ROLES["administrator"].title, lambda access: holders("user.manage")))

"""Messages: folders, one message, writing; and what the administration sees of those to whole audiences."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from hemis.access.guard import page
from hemis.base import Request
from hemis.mailbox import actions
from hemis.mailbox.audiences import AUDIENCES, people
from hemis.mailbox.forms import MessageForm
from hemis.mailbox.models import Delivery, Message, MessageFile
from hemis.pages import choices, files, menu
from hemis.pages.columns import Column
from hemis.pages.filters import RangeFilter
from hemis.pages.forms import number_of
from hemis.pages.register import Register
from hemis.people import names

ON_A_PAGE = 25
INBOX, SENT, DRAFTS, REMOVED = "inbox", "sent", "drafts", "removed"
FOLDERS = {
    INBOX: gettext_lazy("Received messages"),
    SENT: gettext_lazy("Sent messages"),
    DRAFTS: gettext_lazy("Drafts"),
    REMOVED: gettext_lazy("Messages put away"),
}
QUOTED = 4000

menu.register(menu.MenuItem("cabinet", gettext_lazy("Messages"), "mailbox", "message.read", 5))


def _folder(request: Request, folder: str) -> QuerySet[Message]:
    """Messages of one folder of the user, newest first; ``is_unread`` marks what was not opened."""
    own = Delivery.objects.filter(user=request.user)
    if folder in (SENT, DRAFTS):
        rows = Message.objects.filter(sender=request.user)
        rows = rows.filter(state=Message.DRAFT) if folder == DRAFTS else rows.exclude(state=Message.DRAFT)
        rows = rows.annotate(times_read=Count("deliveries", filter=Q(deliveries__read_at__isnull=False)))
        return rows.order_by("-created_at" if folder == DRAFTS else "-sent_at", "-pk")
    here = own.filter(removed_at__isnull=folder == INBOX, message=OuterRef("pk"))
    rows = Message.objects.filter(Exists(here)).annotate(is_unread=Exists(here.filter(read_at=None)))
    if request.GET.get("unread"):
        rows = rows.filter(is_unread=True)
    return rows.order_by("-sent_at", "-pk")


@page("message.read")
def mailbox(request: Request) -> HttpResponse:
    """One folder, searched by words and by the sender's name."""
    folder = request.GET.get("folder", INBOX)
    folder = folder if folder in FOLDERS else INBOX
    text = request.GET.get("q", "").strip()
    rows = _folder(request, folder).select_related("sender__person")
    if text:
        found = Q(sender__person__search=names.search_query(text))
        for spelling in {text, names.to_latin(text)}:
            found |= Q(subject__icontains=spelling) | Q(text__icontains=spelling)
        rows = rows.filter(found)
    context = {
        "title": _("Messages"),
        "folder": folder,
        "folders": FOLDERS,
        "text": text,
        "rows": Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page")),
        "unread": Delivery.objects.filter(user=request.user, read_at=None, removed_at=None).count(),
    }
    return render(request, "mailbox/folder.html", context)


def _readable(request: Request, pk: int) -> Message:
    """A message that the user has written or received.

    Raises:
        Http404: somebody else's.
    """
    rows = Message.objects.readable_by(request.user).select_related("sender__person", "about")
    return get_object_or_404(rows, pk=pk)


def _draft(request: Request, pk: int) -> Message:
    return get_object_or_404(Message, pk=pk, sender=request.user, state=Message.DRAFT)


@page("message.read")
def message(request: Request, pk: int) -> HttpResponse:
    """One message; opening it marks it read. The sender sees who has read it."""
    row = _readable(request, pk)
    if row.state == Message.DRAFT:
        return redirect("mailbox_edit", pk=pk)
    actions.mark_read(row, request.user)
    is_mine = row.sender_id == request.user.pk
    read = row.deliveries.select_related("user__person").order_by("read_at", "user__person__sort_key", "pk")
    context = {
        "title": row.subject,
        "message": row,
        "is_mine": is_mine,
        "files": row.files.all(),
        "delivery": row.deliveries.filter(user=request.user).first(),
        "deliveries": Paginator(read, ON_A_PAGE).get_page(request.GET.get("page")) if is_mine else None,
        "times_read": row.deliveries.filter(read_at__isnull=False).count() if is_mine else 0,
        "about": row.about
        if row.about and Message.objects.readable_by(request.user).filter(pk=row.about_id)
        else None,
    }
    return render(request, "mailbox/message.html", context)


@page("message.write")
def write(request: Request) -> HttpResponse:
    """A new message; ``answer`` or ``pass_on`` name the one it is about, ``to`` somebody one may write to."""
    return _written(request, _begun(request))


@page("message.write")
def edit(request: Request, pk: int) -> HttpResponse:
    """Go on writing a draft."""
    return _written(request, _draft(request, pk))


def _begun(request: Request) -> Message:
    """An empty message, or one with what it answers or passes on."""
    new = Message(sender=request.user)
    for name, prefix in (("answer", "Re: "), ("pass_on", "Fwd: ")):
        key = request.GET.get(name, "")
        if not key.isdecimal():
            continue
        new.about = _readable(request, int(key))
        new.subject = (
            new.about.subject if new.about.subject.startswith(prefix) else prefix + new.about.subject
        )
        new.subject = new.subject[:256]
        quoted = "\n".join(f"> {line}" for line in new.about.text[:QUOTED].splitlines())
        new.text = f"\n\n{new.about.sender}, {new.about.sent_at:%d.%m.%Y}:\n{quoted}"
        if name == "answer":
            new.to = [{"kind": "person", "key": str(new.about.sender_id), "text": str(new.about.sender)}]
    wanted = request.GET.get("to", "")
    found = people(request.access).filter(pk=number_of(wanted)).first() if wanted else None
    if found:
        new.to = [{"kind": "person", "key": str(found.pk), "text": str(found)}]
    return new


def _written(request: Request, row: Message) -> HttpResponse:
    form = MessageForm(
        request.POST or None, request.FILES or None, access=request.access, message=row,
        initial=MessageForm.initial_of(row),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            saved = actions.save_draft(
                form.fill(), files=form.new_files, removed=form.cleaned_data.get("removed") or ()
            )
        except ValidationError as error:
            form.add_error("attached", error)
        else:
            if "send" in request.POST:
                return redirect("mailbox_send", pk=saved.pk) if saved.is_broadcast else _sent(request, saved)
            messages.success(request, _("The draft is kept."))
            return redirect("mailbox_edit", pk=saved.pk)
    context = {"title": _("Write a message"), "form": form, "draft": row}
    return render(request, "mailbox/write.html", context)


def _sent(request: Request, row: Message) -> HttpResponse:
    try:
        count = actions.send(row, access=request.access)
    except ValidationError as error:
        messages.error(request, "; ".join(error.messages))
        return redirect("mailbox_edit", pk=row.pk)
    text = (
        _("The message is on its way to %(count)d people.")
        if count > actions.AT_ONCE
        else _("Sent to %(count)d people.")
    )
    messages.success(request, text % {"count": count})
    return redirect("mailbox_message", pk=row.pk)


@page("message.write")
def send(request: Request, pk: int) -> HttpResponse:
    """Before a message goes to an audience: how many people it reaches."""
    row = _draft(request, pk)
    if request.method == "POST":
        return _sent(request, row)
    context = {
        "title": _("Send the message?"),
        "message": row,
        "count": actions.recipients(row, request.access).count(),
        "files": row.files.all(),
    }
    return render(request, "mailbox/send.html", context)


@page("message.read")
@require_POST
def move(request: Request, pk: int) -> HttpResponse:
    """Put a received message away, or back into the inbox."""
    row = _readable(request, pk)
    actions.put_away(row, request.user, away=request.POST.get("to") != INBOX)
    return redirect("mailbox")


@page("message.write")
@require_POST
def discard(request: Request, pk: int) -> HttpResponse:
    """Throw a draft away."""
    actions.discard(_draft(request, pk))
    messages.success(request, _("The draft is thrown away."))
    return redirect("mailbox")


@page("message.read")
def file(request: Request, pk: int, file: int) -> FileResponse:
    """A file of a message that the user has written or received."""
    row = get_object_or_404(MessageFile, pk=file, message=_readable(request, pk))
    return files.response(row.file, name=row.name.rsplit(".", 1)[0])


@page("message.write")
def people_options(request: Request) -> JsonResponse:
    """People whom the user may write to, by name."""
    return choices.people(request, people(request.access))


@page("message.broadcast")
def options(request: Request, code: str) -> JsonResponse:
    """Audiences of one kind within the user's reach."""
    if code not in AUDIENCES:
        raise Http404(code)
    found = AUDIENCES[code].options(request.access, request.GET.get("q", "").strip())
    return JsonResponse({"results": [{"value": key, "text": text} for key, text in found]})


class Broadcasts(Register):
    """Messages to audiences; letters from person to person are nobody else's business."""

    app, name, title, title_one = (
        "mailbox",
        "broadcasts",
        gettext_lazy("All messages"),
        gettext_lazy("message"),
    )
    model, permission, menu, menu_place = Message, "user", "system", 55
    columns = [
        Column("sent_at"),
        Column("subject", link=True),
        Column("sender", value=lambda row: str(row.sender), sort="sender__person__sort_key"),
        Column("to", value=lambda row: ", ".join(row.audiences), sort=None),
        Column("recipients", numeric=True),
        Column("times_read", gettext_lazy("Read by"), sort="times_read", numeric=True),
        Column("state", hidden=True),
    ]
    filters = [RangeFilter("sent_at", "date", lookup="sent_at__date", label=gettext_lazy("Sent at"))]
    search = ("subject", "text")
    search_person = "sender__person"
    select_related = ("sender__person",)
    ordering = ("-sent_at",)
    fields = ("sent_at", "sender", "to", "recipients", "times_read", "state", "subject", "text")
    empty = gettext_lazy("Nothing has been sent to an audience yet.")

    @classmethod
    def base_queryset(cls) -> QuerySet:
        read = Count("deliveries", filter=Q(deliveries__read_at__isnull=False))
        return Message.objects.annotate(times_read=read)

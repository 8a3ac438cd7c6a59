"""``manage.py execute_due_orders`` — carries out signed orders whose day has come."""

from django.core.management.base import BaseCommand

from movement.actions import execute_due_orders
from movement.models import Order


class Command(BaseCommand):
    help = "Executes signed orders whose day has come, and says why others could not be executed."

    def handle(self, **options):
        run = execute_due_orders()
        names = {order.pk: str(order) for order in Order.objects.filter(pk__in=[*run.executed, *run.failed])}
        for key in run.executed:
            self.stdout.write(f"executed: {names[key]}")
        for key, why in run.failed.items():
            self.stderr.write(f"not executed: {names[key]}: {why}")
        self.stdout.write(f"{len(run.executed)} executed, {len(run.failed)} not")

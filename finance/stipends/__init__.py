"""Stipends: who gets one by marks and rule, the list of a month, where it is paid."""

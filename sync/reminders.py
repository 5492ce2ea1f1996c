"""Whose reminder may be shown. A signature says who wrote it; whether she may is asked of the directory.

Source: sync/SPEC.md 8.2.  Twin: sync/reminders.ts.
"""

from crypto.reminder import Reminder
from sync.directory import Directory


def judge_reminder(directory: Directory, reminder: Reminder) -> str | None:
    """Why a reminder, or a cancelling, that was verified is kept aside at our head; None if it is not.

    Gives "wrong_place", "unknown_circle", "shredded", "not_principal", in that order.
    """
    if reminder.centre != directory.centre:
        return "wrong_place"
    head = directory.head.index
    view = directory.circle(reminder.circle, head)
    if view is None:
        return "unknown_circle"
    if view.shredded:
        return "shredded"
    return None if directory.principal(reminder.circle, reminder.device, head) else "not_principal"

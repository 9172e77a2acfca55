"""
One round of the whole outbox: webhooks and mails, each as far as it is set up.
"""

from threading import Event

from approval_engine.notifications import by_mail, by_webhook
from approval_engine.notifications.deliver import Office, Tally
from approval_engine.notifications.host import Host
from approval_engine.notifications.post import Post


def once(host: Host, post: Post, stop: Event | None = None) -> Tally:
    """
    Send what is due; how many mails and webhook messages went out or failed.

    Raises StorageError if nobody can say what is due.
    """
    office = Office.open(host, post, stop)
    by_webhook.send_all(office)
    by_mail.send_all(office)
    return office.tally

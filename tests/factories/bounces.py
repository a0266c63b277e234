"""Reports of mail servers about mails that did not arrive (RFC 3464, as Postfix writes them)."""

import uuid


def report(
    letter_id: uuid.UUID,
    address: str,
    *,
    status: str = "5.1.1",
    action: str = "failed",
    headers_only: bool = False,
) -> bytes:
    """Return a report about one mail to one address."""
    head = (
        "From: Vergabe <vergabe@localhost>\n"
        f"To: {address}\n"
        "Subject: Neue Auskunft\n"
        f"Message-ID: <{letter_id.hex}@localhost>\n"
    )
    kind = "text/rfc822-headers" if headers_only else "message/rfc822"
    text = f"""Return-Path: <>
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: vergabe@localhost
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4F2A1.1763800000/mx.example.org"

This is a MIME-encapsulated message.

--4F2A1.1763800000/mx.example.org
Content-Description: Notification
Content-Type: text/plain; charset=utf-8

I'm sorry to have to inform you that your message could not be delivered.

--4F2A1.1763800000/mx.example.org
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
X-Postfix-Queue-ID: 4F2A1
Arrival-Date: Sun, 22 Nov 2026 10:00:00 +0000 (UTC)

Final-Recipient: rfc822; {address}
Original-Recipient: rfc822;{address}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.example.org
Diagnostic-Code: smtp; 550 {status} <{address}>: User unknown

--4F2A1.1763800000/mx.example.org
Content-Description: Undelivered Message
Content-Type: {kind}

{head}
Guten Tag

--4F2A1.1763800000/mx.example.org--
"""
    return text.replace("\n", "\r\n").encode()

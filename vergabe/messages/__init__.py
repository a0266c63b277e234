"""Messages (Mitteilungen) to people, members and suppliers: mailbox first, e-mail besides.

A message is a row written in the deciding transaction. It can never be changed; when it reached the
mailbox and when it was first read is kept as evidence (§ 62 VgV, VK Südbayern on mailboxes).
"""

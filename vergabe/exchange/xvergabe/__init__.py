"""XVergabe-style documents: frozen dataclasses ↔ bytes that obey `schemas/xvergabe/1/`.

Modelled on XVergabe 4.x; not the official schema, not conformant to it and not certified. Own
namespaces. `notice` is what the public reads, `documents` and `submissions` are what platform and
bidder send each other inside `messages`, `operations` are the calls, `service` the SOAP envelope.
"""

"""A small wallet: it enrols, tops up, pays, is paid and redeems over HTTP.

Docs/spec/handover.md, docs/spec/orders.md, docs/spec/transports.md.

It speaks the two-phase and the direct mode. It keeps one key, unsealed, in one file: made to try the specification,
not to hold savings.
"""

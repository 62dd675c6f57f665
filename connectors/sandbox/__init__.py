"""The platforms pretended on this machine: the other side of the wire, with their rules, faults, a ledger and walls.

This package knows nothing of the distributor and nothing of the channel modules; it only answers HTTP.
"""

"""Proof: what the SPECs promise, as facts."""

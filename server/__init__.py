"""The blind relay: it keeps, hands on and refuses bytes that it cannot read."""

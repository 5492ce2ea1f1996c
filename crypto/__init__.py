"""Who can read and who wrote: keys, seals, signatures, circles, the envelopes of runs and entries. Source: SPEC.md."""

"""crypto/SPEC.md, as facts."""

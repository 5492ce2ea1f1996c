"""One maker a folder of vectors. Each knows crypto/SPEC.md and a crypto library, and nothing of the twins."""

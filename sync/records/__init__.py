"""The data dictionary, declared once: one file a family of record types. Everything else is generated from them.

`python -m sync.records.generate` writes what is generated; `--check` says whether it is current.
"""

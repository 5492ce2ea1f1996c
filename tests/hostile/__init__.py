"""The attacks of docs/threat-model.md, each with the honest case beside it."""

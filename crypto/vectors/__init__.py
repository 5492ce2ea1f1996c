"""Vectors of crypto/SPEC.md and the program that makes them. Imports neither twin."""

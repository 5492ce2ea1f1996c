"""The rules of the house: who may push, pull, append, attach and sign in. It knows no HTTP and no SQL."""

"""What is true after everybody has written: records, directory, validity, merge, the device. Source: SPEC.md."""

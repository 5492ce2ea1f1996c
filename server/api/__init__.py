"""What is said over HTTP: one file a resource. A handler checks, makes one call and answers."""

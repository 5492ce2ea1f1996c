"""A fictional centre, filled by real devices over real HTTP. A program of devices, started beside the server."""

"""A stateful model of a centre: real devices, a real server, and everything that goes wrong between them."""

"""Many devices of two centres, day after day, against one real server process."""

"""What the relay keeps, behind one small port: `protocol.Store`. SQLite by default, memory for tests."""

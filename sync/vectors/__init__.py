"""Cases on which both twins of sync must agree, and the programs that make them."""

"""Who draws: engines behind one contract. Plain Python, no Django."""

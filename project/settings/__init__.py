"""One story in three endings: base, then dev, test or prod."""

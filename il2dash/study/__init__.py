"""Floor 1: what a trial is. Its definition, its tables, and the checks that they pass."""

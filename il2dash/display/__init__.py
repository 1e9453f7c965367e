"""Floor 3: results become figures, tables, sentences and files."""

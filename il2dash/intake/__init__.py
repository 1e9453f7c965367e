"""Anybody's files become a study: formats, the recipe that maps them, and the study's own content."""

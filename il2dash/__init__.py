"""il2dash: an interactive dashboard for one randomized two-arm trial."""

__version__ = "0.1.0"

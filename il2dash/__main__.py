"""``python -m il2dash``."""

from il2dash.cli import main

raise SystemExit(main())

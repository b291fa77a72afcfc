"""How the tables came to be, step by step. Alembic runs `env.py` and what is in `versions/`."""

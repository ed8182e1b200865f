"""Alembic migrations; packaged, so that an installed wheel can upgrade its database."""

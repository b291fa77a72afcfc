"""What Alembic runs: the steps, on the connection and within the transaction that migrate.py began."""

from alembic import context

from tocsin.control.partial import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()

"""Database roles: whoever serves families may put sealed objects in, never look at them.

The roles cannot log in; an operator grants one to each login. A server that does not let us make
roles keeps working without them.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ROLES = ("dodomu_bot", "dodomu_sender", "dodomu_desk", "dodomu_janitor")

# INSERT without SELECT: what goes in there does not come out again by the same hand.
_RIGHTS = {
    "dodomu_bot": {
        "bot_update": "SELECT, INSERT, DELETE",
        "update_failure": "SELECT, INSERT, UPDATE, DELETE",
        "conversation": "SELECT, INSERT, UPDATE",
        "draft": "SELECT, INSERT, UPDATE, DELETE",
        "outbox": "INSERT",
        "cases": "SELECT, INSERT",
        "case_key": "INSERT",
        "sealed_object": "INSERT",
        "family_copy": "INSERT",
        "quarantine": "INSERT",
        "audit": "INSERT",
        "audit_head": "SELECT, UPDATE",
    },
    "dodomu_sender": {
        "outbox": "SELECT, INSERT, UPDATE",
        "sender_gate": "SELECT, INSERT, UPDATE",
        "conversation": "SELECT, UPDATE",
    },
    "dodomu_desk": {
        "cases": "SELECT, UPDATE",
        "case_key": "SELECT, INSERT",
        "sealed_object": "SELECT, INSERT",
        "quarantine": "SELECT",
        "outbox": "INSERT",
        "audit": "SELECT, INSERT",
        "audit_head": "SELECT, UPDATE",
    },
    "dodomu_janitor": {
        "bot_update": "SELECT, UPDATE, DELETE",
        "update_failure": "SELECT, UPDATE, DELETE",
        "draft": "SELECT, UPDATE, DELETE",
        "outbox": "SELECT, UPDATE, DELETE",
        "quarantine": "SELECT, UPDATE, DELETE",
        "audit": "INSERT",
        "audit_head": "SELECT, UPDATE",
    },
}

# Another database of the server may make the same role at the same moment.
_MAKE = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
        NULL;
    ELSIF (SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        BEGIN
            CREATE ROLE {role} NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
    ELSE
        RAISE NOTICE 'no right to make roles: % is left out', '{role}';
    END IF;
END $$
"""

_IF_ROLE = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
        {orders}
    END IF;
END $$
"""

# What everybody may do by default and nobody here needs: ways to fill the disk or hold a session.
_CLOSED = """
DO $$ BEGIN
    IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        {verb} EXECUTE ON FUNCTION lo_create(oid), pg_sleep(float8) {whom} PUBLIC;
    END IF;
    IF (SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = current_database())
    THEN
        EXECUTE format('{verb} TEMPORARY ON DATABASE %I {whom} PUBLIC', current_database());
    END IF;
END $$
"""


def upgrade() -> None:
    op.execute("REVOKE ALL ON FUNCTION turn_save FROM PUBLIC")
    for role in _ROLES:
        op.execute(_MAKE.format(role=role))
        orders = [
            f"GRANT {rights} ON {table} TO {role};" for table, rights in _RIGHTS[role].items()
        ]
        orders.append(f"GRANT SELECT ON alembic_version TO {role};")
        if role == "dodomu_bot":
            orders.append(f"GRANT EXECUTE ON FUNCTION turn_save TO {role};")
        op.execute(_IF_ROLE.format(role=role, orders=" ".join(orders)))
    op.execute(_CLOSED.format(verb="REVOKE", whom="FROM"))


def downgrade() -> None:
    """The roles stay: another database of the server may use them."""
    op.execute(_CLOSED.format(verb="GRANT", whom="TO"))
    for role in _ROLES:
        tables = ", ".join([*_RIGHTS[role], "alembic_version"])
        orders = f"REVOKE ALL ON {tables} FROM {role};"
        if role == "dodomu_bot":
            orders += f" REVOKE ALL ON FUNCTION turn_save FROM {role};"
        op.execute(_IF_ROLE.format(role=role, orders=orders))
    op.execute("GRANT EXECUTE ON FUNCTION turn_save TO PUBLIC")

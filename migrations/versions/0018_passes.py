"""The janitor deletes invitations, codes, sessions and challenges that are over."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_KEYS = {
    "staff_invite": "token_hash, expires_at",
    "link_code": "person_id, expires_at",
    "desk_session": "id, ends_at",
    "passkey_challenge": "hash, expires_at",
}

_IF_ROLE = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'dodomu_janitor') THEN
        {orders}
    END IF;
END $$
"""


def _rights(verb: str, whom: str) -> str:
    return " ".join(
        f"{verb} SELECT ({columns}), UPDATE ({columns.split(', ')[1]}), DELETE ON {table}"
        f" {whom} dodomu_janitor;"
        for table, columns in _KEYS.items()
    )


def upgrade() -> None:
    op.execute(_IF_ROLE.format(orders=_rights("GRANT", "TO")))


def downgrade() -> None:
    op.execute(_IF_ROLE.format(orders=_rights("REVOKE", "FROM")))

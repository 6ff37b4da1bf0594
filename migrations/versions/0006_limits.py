"""Limits: how many chats are new in this minute must be found without reading all of them."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_conversation_created_at", "conversation", ["created_at"])


def downgrade() -> None:
    op.drop_index("ix_conversation_created_at", "conversation")

"""Limits: how many chats are new in this minute must be found without reading all of them."""

from alembic import op

from migrations.patience import create_index

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_index("ix_conversation_created_at", "conversation", ["created_at"])


def downgrade() -> None:
    op.drop_index("ix_conversation_created_at", "conversation")

"""The function that commits one update whole: what cases.turn calls once per update."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# SQLSTATE DM001: the conversation moved on since it was loaded; raised so that nothing stays.
_TURN_SAVE = """
CREATE FUNCTION turn_save(
    p_bot_id bigint, p_update_id bigint, p_digest bytea,
    p_chat_ref bytea, p_bot text, p_version integer, p_sealed bytea,
    p_revision integer, p_locale text, p_quiet boolean, p_blocked boolean,
    p_gone uuid[],
    p_draft_id uuid[], p_draft_flow text[], p_draft_sealed bytea[],
    p_draft_pass_on boolean[], p_draft_created timestamptz[], p_draft_expires timestamptz[],
    p_out_bot text[], p_out_chat bytea[], p_out_lane smallint[], p_out_method text[],
    p_out_tag text[], p_out_key text[], p_out_sealed bytea[], p_out_not_before timestamptz[]
) RETURNS text LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF p_update_id IS NOT NULL THEN
        INSERT INTO bot_update (bot_id, update_id, digest)
        VALUES (p_bot_id, p_update_id, p_digest) ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN
            RETURN 'duplicate';
        END IF;
    END IF;

    IF p_version = 0 THEN
        INSERT INTO conversation
            (chat_ref, bot, sealed, revision, version, locale, quiet, blocked_at)
        VALUES (p_chat_ref, p_bot, p_sealed, p_revision, 1, p_locale, p_quiet,
                CASE WHEN p_blocked THEN now() END)
        ON CONFLICT DO NOTHING;
    ELSE
        UPDATE conversation
           SET sealed = p_sealed, revision = p_revision, version = p_version + 1,
               locale = p_locale, quiet = p_quiet, last_seen_at = now(),
               blocked_at = CASE WHEN p_blocked THEN coalesce(blocked_at, now()) END
         WHERE chat_ref = p_chat_ref AND version = p_version;
    END IF;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'overtaken' USING ERRCODE = 'DM001';
    END IF;

    IF cardinality(p_gone) > 0 THEN
        DELETE FROM draft WHERE id = ANY (p_gone);
    END IF;
    INSERT INTO draft (id, chat_ref, flow, sealed, pass_on, created_at, updated_at, expires_at)
    SELECT d.id, p_chat_ref, d.flow, d.sealed, d.pass_on, d.created, now(), d.expires
      FROM unnest(p_draft_id, p_draft_flow, p_draft_sealed,
                  p_draft_pass_on, p_draft_created, p_draft_expires)
           AS d(id, flow, sealed, pass_on, created, expires)
    ON CONFLICT (id) DO UPDATE
       SET sealed = excluded.sealed, pass_on = excluded.pass_on,
           updated_at = excluded.updated_at, expires_at = excluded.expires_at;

    IF cardinality(p_out_bot) > 0 THEN
        INSERT INTO outbox (bot, chat_ref, lane, method, tag, dedupe_key, sealed, not_before)
        SELECT o.bot, o.chat, o.lane, o.method, o.tag, o.key, o.sealed,
               coalesce(o.not_before, now())
          FROM unnest(p_out_bot, p_out_chat, p_out_lane, p_out_method,
                      p_out_tag, p_out_key, p_out_sealed, p_out_not_before) WITH ORDINALITY
               AS o(bot, chat, lane, method, tag, key, sealed, not_before, place)
         ORDER BY o.place
        ON CONFLICT DO NOTHING;
        PERFORM pg_notify('outbox', b.bot) FROM (SELECT DISTINCT unnest(p_out_bot) AS bot) b;
    END IF;
    RETURN 'saved';
END $$
"""


def upgrade() -> None:
    op.execute(_TURN_SAVE)


def downgrade() -> None:
    op.execute("DROP FUNCTION turn_save")

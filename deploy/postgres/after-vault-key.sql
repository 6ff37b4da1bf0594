-- After vault.key was replaced because its host was entered, before anything starts with the new
-- one. What the old key sealed nobody can read any more; this says so to the database, so that
-- nothing waits for it. Chats begin anew by themselves, under new names. As the owner, once.
BEGIN;
UPDATE draft SET pass_on = NULL;
UPDATE conversation SET bot = 'gone';
UPDATE attachment SET state = 'failed', reason = 'telegram', locator = NULL, finished_at = now()
 WHERE state IN ('queued', 'taking');
UPDATE outbox SET state = 'failed', error = 'the vault key was changed', sealed = NULL,
       finished_at = now(), lease_until = NULL
 WHERE state IN ('queued', 'sending');
COMMIT;

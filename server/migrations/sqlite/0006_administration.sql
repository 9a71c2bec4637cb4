-- What operators do on the command line: who did it, to whom, and with which role. Null in events of earlier versions.
ALTER TABLE audit_events ADD COLUMN operator TEXT;
ALTER TABLE audit_events ADD COLUMN target_user_id TEXT;
ALTER TABLE audit_events ADD COLUMN role TEXT;

-- Where a token comes from is what the trail says: the event of its creation names the token that minted it. So this is also known
-- of tokens that an earlier version has minted.
CREATE INDEX audit_events_of_minters ON audit_events (actor_token_id) WHERE action = 'token.created';
CREATE INDEX audit_events_of_origins ON audit_events (target_token_id) WHERE action IN ('token.created', 'token.bootstrapped');

-- One event is recorded for each revoked token and hour in which it is used.
CREATE INDEX audit_events_of_refused_tokens ON audit_events (target_token_id, at) WHERE action = 'token.used_after_revocation';

-- A deactivated user has no active token: the transaction that deactivates revokes them all. From then on none is added.
ALTER TABLE users ADD COLUMN deactivated_at INTEGER;

CREATE TRIGGER tokens_are_of_active_users BEFORE INSERT ON tokens
WHEN EXISTS (SELECT 1 FROM users WHERE id = NEW.user_id AND deactivated_at IS NOT NULL)
BEGIN
    SELECT RAISE(ABORT, 'the user is deactivated');
END;

-- The row of a transaction that prunes, which no other one ever sees. What ended earlier than `before` may be deleted in it: events
-- of the trail, and the revocations of tokens that have expired, which it deletes with them.
CREATE TABLE pruning (before INTEGER NOT NULL) STRICT;

DROP TRIGGER audit_events_are_never_deleted;
CREATE TRIGGER audit_events_are_never_deleted BEFORE DELETE ON audit_events
WHEN NOT EXISTS (SELECT 1 FROM pruning WHERE OLD.at < before)
BEGIN
    SELECT RAISE(ABORT, 'audit events are append-only');
END;

DROP TRIGGER revocations_are_never_deleted;
CREATE TRIGGER revocations_are_never_deleted BEFORE DELETE ON revocations
WHEN NOT EXISTS (
    SELECT 1 FROM pruning p, tokens t WHERE t.jti = OLD.jti AND t.expires_at < MIN(p.before, unixepoch() * 1000000)
)
BEGIN
    SELECT RAISE(ABORT, 'revocations are append-only: a revoked token stays revoked');
END;

CREATE INDEX tokens_by_expiry ON tokens (expires_at);

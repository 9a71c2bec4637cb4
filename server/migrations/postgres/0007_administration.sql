-- What operators do on the command line: who did it, to whom, and with which role. Null in events of earlier versions.
ALTER TABLE audit_events ADD COLUMN operator text, ADD COLUMN target_user_id uuid, ADD COLUMN role text;

-- Where a token comes from is what the trail says: the event of its creation names the token that minted it. So this is also known
-- of tokens that an earlier version has minted.
CREATE INDEX audit_events_of_minters ON audit_events (actor_token_id) WHERE action = 'token.created';
CREATE INDEX audit_events_of_origins ON audit_events (target_token_id) WHERE action IN ('token.created', 'token.bootstrapped');

-- One event is recorded for each revoked token and hour in which it is used.
CREATE INDEX audit_events_of_refused_tokens ON audit_events (target_token_id, at) WHERE action = 'token.used_after_revocation';

-- A deactivated user has no active token: the transaction that deactivates revokes them all. From then on none is added.
ALTER TABLE users ADD COLUMN deactivated_at timestamptz;

CREATE FUNCTION refuse_deactivated_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM users WHERE id = NEW.user_id AND deactivated_at IS NOT NULL) THEN
        RAISE EXCEPTION 'the user is deactivated' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER tokens_are_of_active_users BEFORE INSERT ON tokens
    FOR EACH ROW EXECUTE FUNCTION refuse_deactivated_user();

-- The row of a transaction that prunes, which no other one ever sees. What ended earlier than `before` may be deleted in it: events
-- of the trail, and the revocations of tokens that have expired, which it deletes with them. A role that serves cannot write here.
CREATE TABLE pruning (before timestamptz NOT NULL);

CREATE OR REPLACE FUNCTION refuse_to_forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'audit_events' THEN
        IF EXISTS (SELECT 1 FROM pruning WHERE OLD.at < before) THEN
            RETURN OLD;
        END IF;
    ELSIF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'revocations' THEN
        IF EXISTS (SELECT 1 FROM pruning p, tokens t WHERE t.jti = OLD.jti AND t.expires_at < LEAST(p.before, now())) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$;

CREATE INDEX tokens_by_expiry ON tokens (expires_at);

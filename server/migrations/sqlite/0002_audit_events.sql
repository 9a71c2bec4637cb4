-- Who did what, when and from where. One row per event, for ever, written in the transaction of what it tells of.
--
-- `actor_*` are null for what was done on the command line. `claimed_email` is what `x-user-email` said: never an identity.

CREATE TABLE audit_events (
    id              INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at              INTEGER NOT NULL,
    action          TEXT    NOT NULL,
    actor_user_id   TEXT,
    actor_token_id  TEXT,
    business_id     TEXT,
    target_token_id TEXT,
    reason          TEXT,
    remote_address  TEXT,
    claimed_email   TEXT
) STRICT;

CREATE INDEX audit_events_by_time ON audit_events (at);

CREATE TRIGGER audit_events_are_never_updated BEFORE UPDATE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'audit events are append-only');
END;

CREATE TRIGGER audit_events_are_never_deleted BEFORE DELETE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'audit events are append-only');
END;

-- INSERT OR REPLACE deletes the old row without firing the trigger above.
CREATE TRIGGER audit_events_are_never_replaced BEFORE INSERT ON audit_events
WHEN EXISTS (SELECT 1 FROM audit_events WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'audit events are append-only');
END;

-- Businesses, the people in them, their tokens, and the blacklist.

CREATE TABLE businesses (
    id         uuid        NOT NULL PRIMARY KEY,
    name       text        NOT NULL UNIQUE,
    created_at timestamptz NOT NULL
);

CREATE TABLE users (
    id         uuid        NOT NULL PRIMARY KEY,
    email      text        NOT NULL,
    created_at timestamptz NOT NULL
);

-- An email is one user in whatever case it is written.
CREATE UNIQUE INDEX users_by_email ON users (lower(email));

CREATE TABLE memberships (
    business_id uuid        NOT NULL REFERENCES businesses (id),
    user_id     uuid        NOT NULL REFERENCES users (id),
    role        text        NOT NULL CHECK (role IN ('admin', 'member')),
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (business_id, user_id)
);

-- A token itself is never stored: only its SHA-256, against which a presented token is compared. The collation makes names
-- sort by code point, as they do in SQLite.
CREATE TABLE tokens (
    id           uuid        NOT NULL PRIMARY KEY,
    jti          uuid        NOT NULL UNIQUE,
    business_id  uuid        NOT NULL,
    user_id      uuid        NOT NULL,
    name         text        NOT NULL COLLATE "C",
    description  text,
    token_prefix text        NOT NULL,
    token_sha256 bytea       NOT NULL UNIQUE CHECK (length(token_sha256) = 32),
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    last_used_at timestamptz,
    FOREIGN KEY (business_id, user_id) REFERENCES memberships (business_id, user_id)
);

CREATE INDEX tokens_of_user ON tokens (user_id, business_id, created_at);

-- The blacklist. One row per revoked token, for ever: a second revoke finds the row and leaves it as it is, and un-revoking
-- has no statement that could do it.
CREATE TABLE revocations (
    jti           uuid        NOT NULL PRIMARY KEY REFERENCES tokens (jti),
    revoked_at    timestamptz NOT NULL,
    revoked_by    text        NOT NULL,
    reason        text,
    claimed_email text
);

-- Who did what, when and from where. One row per event, for ever, written in the transaction of what it tells of.
--
-- `actor_*` are null for what was done on the command line. `claimed_email` is what `x-user-email` said: never an identity.
CREATE TABLE audit_events (
    id              bigint      NOT NULL PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    at              timestamptz NOT NULL,
    action          text        NOT NULL,
    actor_user_id   uuid,
    actor_token_id  uuid,
    business_id     uuid,
    target_token_id uuid,
    reason          text,
    remote_address  text,
    claimed_email   text
);

CREATE INDEX audit_events_by_time ON audit_events (at);

CREATE FUNCTION refuse_to_forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER revocations_are_append_only BEFORE UPDATE OR DELETE ON revocations
    FOR EACH ROW EXECUTE FUNCTION refuse_to_forget();
CREATE TRIGGER revocations_are_never_truncated BEFORE TRUNCATE ON revocations
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_forget();
CREATE TRIGGER audit_events_are_append_only BEFORE UPDATE OR DELETE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION refuse_to_forget();
CREATE TRIGGER audit_events_are_never_truncated BEFORE TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_forget();

-- A revocation names its token by jti: neither may move. That a revoked token is not deleted is what the foreign key says.
CREATE FUNCTION keep_identity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the identity, owner, digest and expiry of a token never change' USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER tokens_keep_their_identity
    BEFORE UPDATE OF id, jti, business_id, user_id, token_sha256, expires_at ON tokens
    FOR EACH ROW EXECUTE FUNCTION keep_identity();
CREATE TRIGGER tokens_are_never_truncated BEFORE TRUNCATE ON tokens
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_forget();

-- Also where a session says that it only replicates.
ALTER TABLE revocations ENABLE ALWAYS TRIGGER revocations_are_append_only;
ALTER TABLE revocations ENABLE ALWAYS TRIGGER revocations_are_never_truncated;
ALTER TABLE audit_events ENABLE ALWAYS TRIGGER audit_events_are_append_only;
ALTER TABLE audit_events ENABLE ALWAYS TRIGGER audit_events_are_never_truncated;
ALTER TABLE tokens ENABLE ALWAYS TRIGGER tokens_keep_their_identity;
ALTER TABLE tokens ENABLE ALWAYS TRIGGER tokens_are_never_truncated;

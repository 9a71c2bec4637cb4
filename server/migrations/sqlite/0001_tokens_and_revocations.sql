-- Businesses, the people in them, their tokens, and the blacklist.
--
-- Instants are INTEGER microseconds since the Unix epoch (UTC): they compare and sort as numbers, and lose nothing of the
-- microseconds that answers show. Identifiers are canonical lower-case UUIDs.

CREATE TABLE businesses (
    id         TEXT    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
    id         TEXT    NOT NULL PRIMARY KEY,
    email      TEXT    NOT NULL UNIQUE COLLATE NOCASE,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE memberships (
    business_id TEXT    NOT NULL REFERENCES businesses (id),
    user_id     TEXT    NOT NULL REFERENCES users (id),
    role        TEXT    NOT NULL CHECK (role IN ('admin', 'member')),
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (business_id, user_id)
) STRICT;

-- A token itself is never stored: only its SHA-256, against which a presented token is compared.
CREATE TABLE tokens (
    id           TEXT    NOT NULL PRIMARY KEY,
    jti          TEXT    NOT NULL UNIQUE,
    business_id  TEXT    NOT NULL,
    user_id      TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    description  TEXT,
    token_prefix TEXT    NOT NULL,
    token_sha256 BLOB    NOT NULL UNIQUE CHECK (length(token_sha256) = 32),
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    last_used_at INTEGER,
    FOREIGN KEY (business_id, user_id) REFERENCES memberships (business_id, user_id)
) STRICT;

CREATE INDEX tokens_of_user ON tokens (user_id, business_id, created_at);

-- The blacklist. One row per revoked token, for ever: a second revoke finds the row and leaves it as it is, and un-revoking
-- has no statement that could do it.
CREATE TABLE revocations (
    jti           TEXT    NOT NULL PRIMARY KEY REFERENCES tokens (jti),
    revoked_at    INTEGER NOT NULL,
    revoked_by    TEXT    NOT NULL,
    reason        TEXT,
    claimed_email TEXT
) STRICT;

CREATE TRIGGER revocations_are_never_updated BEFORE UPDATE ON revocations
BEGIN
    SELECT RAISE(ABORT, 'revocations are append-only: a revoked token stays revoked');
END;

CREATE TRIGGER revocations_are_never_deleted BEFORE DELETE ON revocations
BEGIN
    SELECT RAISE(ABORT, 'revocations are append-only: a revoked token stays revoked');
END;

-- INSERT OR REPLACE deletes the old row without firing the trigger above, so the first revocation of a token is protected here.
CREATE TRIGGER the_first_revocation_stands BEFORE INSERT ON revocations
WHEN EXISTS (SELECT 1 FROM revocations WHERE jti = NEW.jti)
BEGIN
    SELECT RAISE(IGNORE);
END;

-- A revocation also names its token by id and jti: neither may move, nor may the token disappear, once it is revoked.
CREATE TRIGGER tokens_keep_their_identity BEFORE UPDATE OF id, jti, business_id, user_id, token_sha256, expires_at ON tokens
BEGIN
    SELECT RAISE(ABORT, 'the identity, owner, digest and expiry of a token never change');
END;

CREATE TRIGGER revoked_tokens_are_never_deleted BEFORE DELETE ON tokens
WHEN EXISTS (SELECT 1 FROM revocations WHERE jti = OLD.jti)
BEGIN
    SELECT RAISE(ABORT, 'a revoked token stays on record');
END;

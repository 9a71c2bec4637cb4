-- Begins a write on behalf of the tokens `actors`, which may revoke the tokens `targets`; both are named by their `jti`. Returns those
-- of `actors` that are not revoked. Until the end of the transaction none of them can be revoked: their locks conflict with the
-- lock of a target alone. All locks are taken in the same order, so that no two transactions wait for each other.
--
-- The function is volatile, so each of its statements has a snapshot of its own, and the last one sees what was committed while it
-- waited for a lock (<https://www.postgresql.org/docs/current/xfunc-volatility.html>).
--
-- Settings may have changed since the session began. What a transaction can choose is chosen here; without the rest it is refused.
CREATE FUNCTION lock_tokens(targets uuid[], actors uuid[]) RETURNS SETOF uuid LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    token record;
BEGIN
    IF current_setting('fsync') <> 'on' THEN
        RAISE EXCEPTION 'fsync is off, so a crash could undo this; set fsync=on'
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    IF current_setting('synchronous_commit') NOT IN ('on', 'remote_apply') THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
    FOR token IN
        SELECT jti, bool_or(is_target) AS is_target
        FROM (SELECT unnest(targets), true UNION ALL SELECT unnest(actors), false) AS named (jti, is_target)
        GROUP BY jti ORDER BY jti
    LOOP
        IF token.is_target THEN
            PERFORM 1 FROM tokens t WHERE t.jti = token.jti FOR UPDATE;
        ELSE
            PERFORM 1 FROM tokens t WHERE t.jti = token.jti FOR KEY SHARE;
        END IF;
    END LOOP;
    RETURN QUERY
        SELECT t.jti FROM tokens t
        WHERE t.jti = ANY (actors) AND NOT EXISTS (SELECT 1 FROM revocations r WHERE r.jti = t.jti);
END
$$;

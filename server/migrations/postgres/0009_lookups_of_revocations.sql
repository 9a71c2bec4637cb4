-- `lock_tokens` as in step 8, with a lookup of each actor's revocation by the key. A session that planned `NOT EXISTS` while there were
-- few revocations read all of them in each call.
CREATE OR REPLACE FUNCTION lock_tokens(targets uuid[], actors uuid[]) RETURNS SETOF uuid LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    locked uuid[];
BEGIN
    IF current_setting('fsync') <> 'on' THEN
        RAISE EXCEPTION 'fsync is off, so a crash could undo this; set fsync=on'
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    IF current_setting('synchronous_commit') NOT IN ('on', 'remote_apply') THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
    SELECT array_agg(named.jti) FILTER (WHERE is_actor AND COALESCE(target.jti, actor.jti) IS NOT NULL) INTO locked
    FROM (
        SELECT jti, bool_or(is_target) AS is_target, NOT bool_and(is_target) AS is_actor
        FROM (SELECT unnest(targets), true UNION ALL SELECT unnest(actors), false) AS named (jti, is_target)
        GROUP BY jti ORDER BY jti
    ) AS named
    LEFT JOIN LATERAL (SELECT t.jti FROM tokens t WHERE t.jti = named.jti AND is_target FOR UPDATE) AS target ON true
    LEFT JOIN LATERAL (SELECT t.jti FROM tokens t WHERE t.jti = named.jti AND NOT is_target FOR KEY SHARE) AS actor ON true;
    RETURN QUERY
        SELECT a.jti FROM unnest(locked) AS a (jti)
        WHERE (SELECT r.jti FROM revocations r WHERE r.jti = a.jti) IS NULL;
END
$$;

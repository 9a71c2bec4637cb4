-- What each transaction of a server changed of what a server may know of tokens: those with these `jti`s, and the pages of these
-- users. A transaction without a row may have changed anything. Nothing here outlives a crash, nor does what anybody knew.
CREATE UNLOGGED TABLE changes (
    xid   xid8   NOT NULL DEFAULT pg_current_xact_id(),
    jtis  uuid[] NOT NULL,
    users uuid[] NOT NULL
);

CREATE INDEX changes_by_xid ON changes (xid);

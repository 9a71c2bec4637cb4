-- A page of a user's tokens is read in the order in which it is shown, and no further: without the id, SQLite made a temporary
-- table for each page, to sort the tokens of one instant.
CREATE INDEX tokens_of_user_in_order ON tokens (user_id, business_id, created_at, id);
DROP INDEX tokens_of_user;

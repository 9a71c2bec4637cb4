-- A page of a user's tokens is read in the order in which it is shown, and no further: without the id, SQLite made a temporary
-- table for each page, to sort the tokens of one instant.
CREATE INDEX tokens_of_user_in_order ON tokens (user_id, business_id, created_at, id);
DROP INDEX tokens_of_user;

-- What every authentication reads of the user and of the membership is in the index itself, so that no row has to be found for it.
CREATE INDEX users_with_email ON users (id, email);
CREATE INDEX memberships_with_role ON memberships (business_id, user_id, role);

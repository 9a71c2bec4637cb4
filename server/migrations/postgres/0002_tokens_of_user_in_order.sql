-- A page of a user's tokens is read in the order in which it is shown, and no further: without the id, all of the user's tokens
-- were read and sorted for each page.
CREATE INDEX tokens_of_user_in_order ON tokens (user_id, business_id, created_at, id);
DROP INDEX tokens_of_user;

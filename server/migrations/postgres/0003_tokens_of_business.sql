-- A token is looked up within its business. By this index one of another business is as absent as one that does not exist; by its
-- id alone its row would be read, and sent, and then refused, which takes some microseconds longer and so tells that it exists.
-- The id is a text here so that the planner, for which the primary key is as good, cannot take that and read the row.
CREATE UNIQUE INDEX tokens_of_business ON tokens (business_id, (id::text));

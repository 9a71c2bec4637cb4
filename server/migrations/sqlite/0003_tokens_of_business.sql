-- A token is looked up within its business. By this index one of another business is as absent as one that does not exist; by its
-- id alone its row would be read and then refused, which takes half a microsecond longer and so tells that it exists.
CREATE UNIQUE INDEX tokens_of_business ON tokens (business_id, id);

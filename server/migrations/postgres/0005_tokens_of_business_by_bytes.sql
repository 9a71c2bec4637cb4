-- The same, by the id's bytes: texts are longer, and are compared in the order of the database's language.
DROP INDEX tokens_of_business;
CREATE UNIQUE INDEX tokens_of_business ON tokens (business_id, uuid_send(id));

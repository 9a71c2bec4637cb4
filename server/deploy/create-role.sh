#!/bin/sh
# Creates the role that serves. PostgreSQL's image runs this once, on an empty database; `server migrate --grant-to` then
# grants it what it needs.
set -eu
psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --set ON_ERROR_STOP=1 --set "password=$SERVER_PASSWORD" <<'SQL'
CREATE ROLE dz_server LOGIN PASSWORD :'password';
SQL

#!/usr/bin/env bash
# Restores the newest backup into a database of its own, counts what came back, and removes it again.
# A backup that has never been restored is a hope.
#   DATABASE_OWNER_URL=… deploy/rehearse-restore.sh FOLDER
set -euo pipefail
folder=${1:?"usage: rehearse-restore.sh FOLDER"}
: "${DATABASE_OWNER_URL:?is not set}"

newest=$(ls -1d "$folder"/2*Z | tail -n 1)
(cd "$newest" && sha256sum --quiet --check SHA256SUMS)
tar -tzf "$newest/media.tar.gz" >/dev/null

scratch="hemis_rehearsal_$$"
url() { # the owner's URL with another database in it
  sed -E "s#^(postgres(ql)?://[^/]*/)[^?]*#\1$1#" <<<"$DATABASE_OWNER_URL"
}
drop() { psql -qd "$DATABASE_OWNER_URL" -c "DROP DATABASE IF EXISTS $scratch" >/dev/null; }
trap drop EXIT
psql -qd "$DATABASE_OWNER_URL" -c "CREATE DATABASE $scratch TEMPLATE template0 ENCODING 'UTF8'"
pg_restore --no-owner --no-privileges --exit-on-error --dbname="$(url "$scratch")" "$newest/database.dump"

count() {
  psql -Atqd "$(url "$scratch")" -c "SELECT count(*) FROM $1"
}
students=$(count students_student) documents=$(count documents_document) history=$(count access_historyentry)
migrations=$(count django_migrations)
[ "$migrations" -gt 0 ] || { echo "The backup $newest is empty." >&2; exit 1; }
said="$students students, $documents documents, $history lines of history"
echo "$said" >"$newest/REHEARSED"
echo "$newest restores: $said"

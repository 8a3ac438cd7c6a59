#!/usr/bin/env bash
# One folder a backup: the database (pg_dump) and the files (HEMIS_HOME/media), with checksums.
#   DATABASE_OWNER_URL=… HEMIS_HOME=… deploy/backup.sh FOLDER     KEEP=14 says how many are kept.
set -euo pipefail
umask 077
target=${1:?"usage: backup.sh FOLDER"}
: "${DATABASE_OWNER_URL:?is not set}" "${HEMIS_HOME:?is not set}"

stamp=$(date -u +%Y%m%dT%H%M%SZ)
part="$target/.part-$stamp"
mkdir -p "$part"
trap 'rm -rf "$part"' EXIT

# The database first: rows never point at files that the archive lacks; files newer than it do no harm.
pg_dump --format=custom --no-owner --dbname="$DATABASE_OWNER_URL" --file="$part/database.dump"
mkdir -p "$HEMIS_HOME/media"
tar -C "$HEMIS_HOME" -czf "$part/media.tar.gz" media
(cd "$part" && sha256sum database.dump media.tar.gz >SHA256SUMS)
# It has its name only when it is whole.
mv "$part" "$target/$stamp"

ls -1d "$target"/2*Z | head -n "-${KEEP:-14}" | xargs -r rm -rf
echo "$target/$stamp"

#!/bin/sh
# Runs once from compose.yaml in its own container: creates the passwords of this machine's system, each readable only
# by the service that needs it, and gives the other services ownership of their folders. A second run keeps the
# passwords.
set -eu
umask 077
secrets=${SECRETS:-/run/vision}
volumes=${VOLUMES:-/volumes}

random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

if [ ! -e "$secrets/made" ]; then
  password=$(random)
  access=$(random | cut -c 1-20)
  key=$(random)
  cat > "$secrets/app.env" <<END
export REDIS_URL=redis://default:$password@${VALKEY:-valkey:6379}
export AWS_ACCESS_KEY_ID=$access AWS_SECRET_ACCESS_KEY=$key
export ADMIN_TOKEN=$(random)
END
  printf 'export ROOT_ACCESS_KEY=%s ROOT_SECRET_KEY=%s\n' "$access" "$key" > "$secrets/storage.env"
  printf '%s' "$password" > "$secrets/valkey-password"
  # The queue must not be evicted to make room.
  cat > "$secrets/valkey.conf" <<END
requirepass $password
appendonly yes
maxmemory 400mb
maxmemory-policy noeviction
END
  touch "$secrets/made"
fi
# A folder of the store is a bucket.
mkdir -p "$volumes/storage/vision"
chown 1000:1000 "$secrets/app.env" "$secrets/storage.env" "$volumes/storage" "$volumes/storage/vision"
chown 999:1000 "$secrets/valkey.conf" "$secrets/valkey-password" "$volumes/valkey"
chmod 755 "$secrets"

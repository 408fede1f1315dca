# The product as one file: copied anywhere, it brings its engines along.
# shellcheck disable=SC2154
load lib
load web

setup_file() {
  build=$BATS_TEST_DIRNAME/../../build/release
  cmake --build "$build" --target dist >"$BATS_FILE_TMPDIR/log" 2>&1 || { cat "$BATS_FILE_TMPDIR/log" && return 1; }
  cp "$build/dist/mlops" "$BATS_FILE_TMPDIR/mlops"
}

setup() {
  enter_fresh_project
  only=$PWD/bin/mlops
  mkdir bin && cp "$BATS_FILE_TMPDIR/mlops" bin
}

# alone ARGS...: the file with nothing of this environment but a cache.
alone() { env -i XDG_CACHE_HOME="$PWD/cache" MLOPS_NO_PROGRESS=1 "$only" "$@"; }

@test "one file ingests, trains and predicts" {
  printf 'x,y\n' >points.csv
  for i in $(seq 100); do echo "$i,$((i * 3 % 17))" >>points.csv; done
  answers 0 alone ingest points.csv --quiet
  gzip -k points.csv
  answers 0 alone ingest points.csv.gz --name zipped --quiet
  answers 0 alone train run --data points --label y --quiet
  answers 0 alone predict points --in points.csv --only
  is "$(wc -l <<<"$output")" 101
  answers 0 alone doctor --json
  for engine in fetch gbdt http json pack table; do
    is "$(jq -r --arg name $engine '.items[] | select(.section == "engines" and .name == $name) | .note' <<<"$output")" opens
  done
}

@test "what opens no engine unpacks nothing" {
  answers 0 alone --version
  answers 0 alone help
  [ ! -e cache ]
}

@test "a first use by many at once leaves one whole cache" {
  printf 'a,b\n1,2\n' >one.csv
  for i in 1 2 3 4; do (mkdir "p$i" && cd "p$i" && XDG_CACHE_HOME=$OLDPWD/cache "$only" ingest ../one.csv --quiet) & done
  wait
  for i in 1 2 3 4; do (cd "p$i" && answers 0 "$only" data list --porcelain && is "$(wc -l <<<"$output")" 1); done
  is "$(find cache/mlops/engines -mindepth 1 -maxdepth 1 | wc -l)" 1
}

@test "no HOME and no cache named: the home of the user, or a private folder" {
  printf 'a,b\n1,2\n' >one.csv
  answers 0 env -i TMPDIR="$PWD" "$only" ingest one.csv --quiet
}

@test "a cache that cannot be written is told, with the way out" {
  printf 'a,b\n1,2\n' >one.csv
  echo 'a file' >cache
  answers 1 alone ingest one.csv
  has "$stderr" "cannot write to '$PWD/cache/mlops/engines'"
  has "$stderr" XDG_CACHE_HOME
}

@test "a damaged copy says so and unpacks nothing" {
  printf 'a,b\n1,2\n' >one.csv
  printf 'damage' | dd of="$only" bs=1 seek=$(($(stat -c %s "$only") - 5000000)) conv=notrunc status=none
  answers 6 alone ingest one.csv
  has "$stderr" 'copy the file again'
  is "$(ls cache/mlops/engines)" ''
}

# In a namespace of its own for mounts, so that /proc is gone with it.
inside() { unshare --mount bash -c 'mount -t proc proc "$0/proc" && exec chroot "$0" env -i bash -c "cd /work && $1"' "$root" "$1"; }

@test "the three commands in a bare Debian 12" {
  [ "${MLOPS_TEST_BARE-}" = 1 ] || skip "MLOPS_TEST_BARE=1 makes a bare Debian 12 with debootstrap and tries it there"
  root=$BATS_TEST_DIRNAME/../../build/bare-root
  "$BATS_TEST_DIRNAME/../support/bare-root" "$root"
  root=$(realpath "$root")
  rm -rf "$root/work" "$root/root/.cache"
  mkdir "$root/work"
  cp "$only" "$root/usr/local/bin"
  printf 'x,y\n' >"$root/work/points.csv"
  for i in $(seq 400); do echo "$i,$((i * 7 % 31))" >>"$root/work/points.csv"; done
  answers 0 inside 'mlops ingest points.csv'
  answers 0 inside 'mlops train run --label y'
  inside 'exec mlops serve --port 0 --json' >served 2>ended 3>&- &
  server=$!
  until jq -e '.items[0].url' served >/dev/null 2>&1; do kill -0 $server && sleep 0.1; done
  answers 0 bash -c "$(jq -r '.items[0].curl' served)"
  has "$output" '"predictions": ['
  kill "$(jq -r '.items[0].pid' served)"
  wait $server
  has "$(cat ended)" 'drained, 1 request answered'
  # Everything that libcurl needs is along, and without ca-certificates nobody is trusted.
  mkdir www && cp "$root/work/points.csv" www
  openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out "$root/work/ca.pem" -days 2 -subj /CN=x \
    -addext subjectAltName=IP:127.0.0.1 2>/dev/null
  start_web "$root/work/ca.pem" key.pem
  answers 1 inside "mlops ingest $web/points.csv --name fetched"
  has "$stderr" 'install ca-certificates'
  answers 0 inside "SSL_CERT_FILE=ca.pem mlops ingest $web/points.csv --name fetched --json"
  is "$(jq .items[0].rows <<<"$output")" 400
}

teardown() { stop_web; }

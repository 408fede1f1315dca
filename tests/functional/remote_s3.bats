# Remotes at S3: what a space promises, against a real Ceph and a real Swift. The programs that ask are unit tests.
# shellcheck disable=SC2154
load lib
load files
load sharing

setup_file() {
  local service starting=()
  for service in ceph swift; do
    "$source_dir/tests/services/$service" start "$BATS_FILE_TMPDIR/$service" >"$BATS_FILE_TMPDIR/$service.said" 2>&1 3>&- &
    starting+=($!)
  done
  for service in "${starting[@]}"; do
    wait "$service" || { cat "$BATS_FILE_TMPDIR"/*.said >&2 && return 1; }
  done
}

teardown_file() {
  local service
  for service in ceph swift; do "$source_dir/tests/services/$service" stop "$BATS_FILE_TMPDIR/$service" 3>&-; done
}

setup() {
  remote_test=$(find_remote_test) || skip "there is no remote_test: tests/run unit/remote builds it"
}

find_remote_test() {
  local build
  for build in "${MLOPS%/bin/mlops}" "$source_dir/build/dev"; do
    if [[ -x $build/tests/unit/remote_test ]]; then
      echo "$build/tests/unit/remote_test"
      return
    fi
  done
  return 1
}

# use SERVICE: from here on it is the S3 that AWS_* mean.
use() {
  cat "$BATS_FILE_TMPDIR/$1.said" >&2
  eval "$("$source_dir/tests/services/$1" env "$BATS_FILE_TMPDIR/$1")"
}

# ask_ceph PATH [DATA]: a PUT, signed by curl.
ask_ceph() {
  curl -fsS -X PUT --aws-sigv4 "aws:amz:$AWS_REGION:s3" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
    -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' ${2+-d "$2"} "$AWS_ENDPOINT_URL/$1"
}

# make_container NAME: a bucket of Swift, by its own protocol.
make_container() {
  local head token url
  head=$(curl -fsS -D - -o /dev/null -H 'X-Auth-User: mlops:admin' -H "X-Auth-Key: $AWS_SECRET_ACCESS_KEY" \
    "$AWS_ENDPOINT_URL/auth/v1.0" | tr -d '\r')
  token=$(sed -n 's/^X-Auth-Token: //p' <<<"$head")
  url=$(sed -n 's/^X-Storage-Url: //p' <<<"$head")
  curl -fsS -X PUT -H "X-Auth-Token: $token" "$url/$1"
}

# passes FILTER: these tests ran, all of them, and none failed.
passes() {
  answers 0 "$remote_test" --gtest_filter="$1"
  lacks "$output" 'listed below'
  has "$output" '[  PASSED  ] '
  lacks "$output" '[  PASSED  ] 0 tests'
}

@test "Ceph keeps what a space promises, with the bucket in the path" {
  use ceph
  ask_ceph plain
  MLOPS_TEST_S3=s3://plain passes 'S3/RemoteContract.*'
}

@test "and with the bucket in the host" {
  use ceph
  ask_ceph hosted
  export AWS_ENDPOINT_URL=${AWS_ENDPOINT_URL/127.0.0.1/localhost}
  MLOPS_TEST_S3=s3://hosted MLOPS_TEST_S3_STYLE=virtual \
    passes 'S3/RemoteContract.*-*Many*:*Large*:*Cut*:*Rest*:*Replaced*'
}

@test "a bucket with versioning cannot tell who came first, and create() says so" {
  use ceph
  ask_ceph versioned
  ask_ceph 'versioned?versioning=' \
    '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
  MLOPS_TEST_S3_UNABLE=s3://versioned MLOPS_TEST_S3_SAYS='it ignores' passes 'RemoteUnable.*'
}

@test "Swift neither; the rest it keeps, for one writer" {
  use swift
  make_container plain
  MLOPS_TEST_S3_UNABLE=s3://plain MLOPS_TEST_S3_SAYS='501 NotImplemented' passes 'RemoteUnable.*'
  MLOPS_TEST_S3=s3://plain MLOPS_TEST_S3_ONE_WRITER=1 passes 'S3/RemoteContract.*-*OfManyAtOnce*'
}

# shared URL [OPTION...]: a project that is pushed to an empty bucket comes back whole, and goes on from both sides.
shared() {
  begin_sharing "$1" "${@:2}"
  two_versions
  many images/small 3000
  head -c 3000000 /dev/urandom >images/large
  mlops data add images -q >/dev/null
  run_of work
  three=$(looks images)
  answers 0 mlops remote test origin
  answers 0 mlops push
  has "$stderr" "sent to origin: push 1"
  answers 0 mlops push
  is "$stderr" "origin has everything"
  cloned ben "$1"
  is "$(looks images)" "$three"
  is "$(names_of "$PWD")" "$(names_of "$top/ana")"
  sound
  mlops fetch --all -q >/dev/null
  mlops data checkout images@v1 -q
  is "$(looks images)" "$one"
  sound
}

@test "a project is pushed to Ceph and cloned from it, and two push at once" {
  use ceph
  ask_ceph shared
  shared s3://shared/some/prefix
  # What one of the two made is never lost: its push goes behind the other's, or is refused and goes after a rebase.
  for round in 1 2 3; do
    for who in ana ben; do
      cd "$top/$who"
      run_of work
      echo "$who $round" >"$who.txt"
      mlops data add "$who.txt" -q >/dev/null
    done
    for who in ana ben; do (cd "$top/$who" && exec mlops push -q 3>&- >"$top/$who.log" 2>&1) & done
    wait
    cat "$top"/*.log
  done
  for who in ana ben; do
    cd "$top/$who"
    mlops push -q >/dev/null
    mlops fetch --all -q >/dev/null
    is "$(mlops runs list --porcelain | wc -l)" 7
    sound
  done
  cd "$top/ana"
  mlops fetch -q >/dev/null
  is "$(names_of "$top/ana")" "$(names_of "$top/ben")"
}

@test "a push to Ceph that is killed goes on, and what it made is whole" {
  use ceph
  ask_ceph killed
  begin_sharing s3://killed
  many images 2000
  for n in 1 2 3 4; do head -c 90000000 /dev/urandom >"images/large$n"; done
  mlops data add images -q >/dev/null
  for share in 0.3 0.6 1; do timeout -s KILL "$share" mlops push -q 3>&- || true; done
  answers 0 mlops push -q
  cloned ben s3://killed
  is "$(looks images)" "$(cd "$top/ana" && looks images)"
  sound
}

@test "a clone remembers the endpoint that it was told" {
  use ceph
  ask_ceph told
  begin_sharing s3://told
  echo one >one
  mlops data add one -q >/dev/null
  mlops push -q
  endpoint=$AWS_ENDPOINT_URL
  unset AWS_ENDPOINT_URL
  cloned ben s3://told --endpoint "$endpoint"
  is "$(cat one)" one
  echo two >one
  mlops data add one -q >/dev/null
  is "$(pushed)" "files/one 2 1 pushed"
  is "$(mlops remote list --porcelain | cut -f3)" "$endpoint"
}

@test "keys come from the environment or a file, and are never shown" {
  use ceph
  ask_ceph keys
  begin_sharing s3://keys
  echo one >one
  mlops data add one -q >/dev/null
  id=$AWS_ACCESS_KEY_ID secret=$AWS_SECRET_ACCESS_KEY
  unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
  answers 4 mlops push
  has "$stderr" credentials
  mkdir -p "$HOME/.aws"
  printf '[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n' "$id" "$secret" >"$HOME/.aws/credentials"
  answers 0 mlops push
  printf '[default]\naws_access_key_id = %s\naws_secret_access_key = wrong%s\n' "$id" "$secret" >"$HOME/.aws/credentials"
  rm -r .mlops/remotes
  answers 1 mlops push
  has "$stderr" SignatureDoesNotMatch
  lacks "$stderr" "$secret"
  AWS_ENDPOINT_URL=http://127.0.0.1:9 answers 75 mlops push
}

@test "Swift cannot tell two pushes apart: told so, it serves one" {
  use swift
  make_container shared
  begin_sharing s3://shared
  echo one >one
  mlops data add one -q >/dev/null
  answers 1 mlops push
  has "$stderr" "one_writer"
  answers 3 mlops remote test origin
  rm -r "${top:?}"/*
  make_container single
  shared s3://single --one-writer
}

# What DVC's cache lacks comes from a bucket, a real Ceph's.
# shellcheck disable=SC2154,SC2016
load lib
load files

setup_file() {
  "$source_dir/tests/services/ceph" start "$BATS_FILE_TMPDIR/ceph" >"$BATS_FILE_TMPDIR/ceph.said" 2>&1 3>&- ||
    { cat "$BATS_FILE_TMPDIR/ceph.said" >&2 && return 1; }
  eval "$("$source_dir/tests/services/ceph" env "$BATS_FILE_TMPDIR/ceph")"
  ask -X PUT "$AWS_ENDPOINT_URL/storage"
}

teardown_file() { "$source_dir/tests/services/ceph" stop "$BATS_FILE_TMPDIR/ceph" 3>&-; }

# Keys are said in DVC's configuration alone.
setup() {
  enter_files
  eval "$("$source_dir/tests/services/ceph" env "$BATS_FILE_TMPDIR/ceph" | sed 's/AWS_/TEST_/g')"
  export AWS_REGION=$TEST_REGION
  mkdir .dvc
  prefix=${BATS_TEST_NUMBER}
  cat >.dvc/config <<END
[core]
    remote = storage
['remote "storage"']
    url = s3://storage/$prefix
    endpointurl = $TEST_ENDPOINT_URL
END
  cat >.dvc/config.local <<END
['remote "storage"']
    access_key_id = $TEST_ACCESS_KEY_ID
    secret_access_key = $TEST_SECRET_ACCESS_KEY
END
}

ask() {
  curl -fsS --aws-sigv4 "aws:amz:${AWS_REGION:-us-east-1}:s3" --user "${TEST_ACCESS_KEY_ID:-$AWS_ACCESS_KEY_ID}:${TEST_SECRET_ACCESS_KEY:-$AWS_SECRET_ACCESS_KEY}" \
    -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' "$@"
}

md5_of() { md5sum <"$1" | cut -d' ' -f1; }

# push FILE [NAME]: the content goes into the bucket, as the object NAME.
push() {
  local name=${2:-$(md5_of "$1")}
  ask -T "$1" "$TEST_ENDPOINT_URL/storage/$prefix/${layout-files/md5/}${name:0:2}/${name:2}"
}

# tracked FILE: DVC has the file, in the bucket alone.
tracked() {
  push "$1"
  echo "outs: [{path: $1, md5: $(md5_of "$1"), hash: md5}]" >"$1.dvc"
  mkdir -p ../truth
  mv "$1" ../truth
}

# tracked_folder FOLDER: the same.
tracked_folder() {
  local file list=$BATS_TEST_TMPDIR/list
  for file in "$1"/*; do
    push "$file"
    echo "{\"md5\": \"$(md5_of "$file")\", \"relpath\": \"${file##*/}\"}"
  done | LC_ALL=C sort -t: -k3 | paste -sd, | sed 's/^/[/; s/$/]/' | tr -d '\n' >"$list"
  push "$list" "$(md5_of "$list").dir"
  echo "outs: [{path: $1, md5: $(md5_of "$list").dir, hash: md5}]" >"$1.dvc"
  mkdir -p ../truth
  mv "$1" ../truth
}

@test "small and large objects come into the store, and nothing else" {
  echo small >small
  : >empty
  head -c 3000000 /dev/urandom >large
  tracked small
  tracked empty
  tracked large
  mkdir images
  for i in {1..60}; do echo "image $i" >"images/$i"; done
  head -c 400000 /dev/urandom >images/big
  tracked_folder images
  answers 0 mlops import dvc --porcelain
  is "$(cut -f1,5,6,8 <<<"$output" | tr '\t' ' ')" $'empty 0 0 imported\nimages 0 0 imported\nlarge 0 0 imported\nsmall 0 0 imported'
  is "$(awk -F'\t' '$1 == "large" {print $7}' <<<"$output")" 3000000
  is "$(find .dvc -type f | sort)" $'.dvc/config\n.dvc/config.local'
  mlops data checkout -q >/dev/null
  for file in small empty large images; do diff -r "$file" "../truth/$file"; done
  sound
}

@test "keys are neither told nor kept" {
  echo small >small
  tracked small
  answers 0 mlops import dvc -v
  lacks "$output$stderr" "$TEST_SECRET_ACCESS_KEY"
  is "$(grep -rlF "$TEST_SECRET_ACCESS_KEY" . | sort)" ./.dvc/config.local
  sed -i 's/secret_access_key = .*/secret_access_key = not-this-one/' .dvc/config.local
  echo other >other
  push other
  echo "outs: [{path: other, md5: $(md5_of other), hash: md5}]" >other.dvc
  rm other
  run --separate-stderr mlops import dvc -v
  ((status != 0))
  lacks "$output$stderr" not-this-one
}

@test "a profile of a file that the configuration names" {
  echo small >small
  tracked small
  printf '[ours]\naws_access_key_id = %s\naws_secret_access_key = %s\n' "$TEST_ACCESS_KEY_ID" "$TEST_SECRET_ACCESS_KEY" >.dvc/keys
  printf '%s\n    profile = ours\n    credentialpath = keys\n' "['remote \"storage\"']" >.dvc/config.local
  AWS_ACCESS_KEY_ID=no AWS_SECRET_ACCESS_KEY=no answers 0 mlops import dvc
}

@test "objects of DVC 2" {
  printf 'a\r\nb\r\n' >text
  tr -d '\r' <text >unix
  md5=$(md5_of unix)
  layout='' push text "$md5"
  echo "outs: [{path: text, md5: $md5}]" >text.dvc
  mv text ../text
  rm unix
  answers 0 mlops import dvc -q
  mlops data checkout -q >/dev/null
  cmp text ../text
}

@test "what is damaged or missing there is named, and the rest is imported" {
  echo good >good
  tracked good
  for file in bad worse; do
    head -c 300000 /dev/urandom >$file
    tracked $file
  done
  echo different >different
  push different "$(md5_of ../truth/bad)"
  head -c 300000 /dev/zero >zeros
  push zeros "$(md5_of ../truth/worse)"
  rm different zeros
  echo 'outs: [{path: none, md5: 0cc175b9c0f1b6a831c399e269772661, hash: md5}]' >none.dvc
  answers 6 mlops import dvc --porcelain
  is "$(cut -f1,8 <<<"$output" | tr '\t' ' ')" $'bad failed\ngood imported\nnone failed\nworse failed'
  has "$stderr" "of 'bad', in 's3://storage/$prefix', is damaged"
  has "$stderr" "and so does the remote"
  has "$stderr" "3 of 4 outs were not imported"
  sound
  rm bad.dvc worse.dvc none.dvc
  answers 0 mlops import dvc -q
}

@test "a bucket that is named by its address" {
  echo small >small
  tracked small
  rm .dvc/config .dvc/config.local
  export AWS_ACCESS_KEY_ID=$TEST_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY=$TEST_SECRET_ACCESS_KEY AWS_ENDPOINT_URL=$TEST_ENDPOINT_URL
  answers 4 mlops import dvc
  has "$stderr" "\`dvc fetch small\` brings it, or \`mlops import dvc --remote NAME\`"
  answers 0 mlops import dvc --remote "s3://storage/$prefix"
}

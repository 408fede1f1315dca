#!/usr/bin/env bats
# What `cmake --install` makes is one folder that works wherever it is carried, without the tree it was built in.
bats_require_minimum_version 1.5.0

setup() {
  build=$BATS_TEST_DIRNAME/../../build/release
  cd "$BATS_TEST_TMPDIR" || return
  export HOME=$PWD XDG_CONFIG_HOME=$PWD/config XDG_CACHE_HOME=$PWD/cache XDG_STATE_HOME=$PWD/state
}

@test "the installed folder reads files after it was moved" {
  cmake --install "$build" --prefix "$PWD/first" >/dev/null
  mv first second
  mkdir project && cd project || return
  printf 'id,name\n1,ana\n2,bruno\n' >people.csv
  gzip -k people.csv
  run -0 ../second/bin/mlops --version
  run -0 ../second/bin/mlops ingest people.csv
  run -0 ../second/bin/mlops ingest people.csv.gz --name people
  run -0 --separate-stderr ../second/bin/mlops data query 'SELECT sum(id) AS total FROM people' --porcelain
  [[ $output == *3* ]]
}

@test "nothing in the installed folder points back into the tree" {
  cmake --install "$build" --prefix "$PWD/first" >/dev/null
  tree=$(realpath "$build/../..")
  run bash -c 'find "$1" -type f | while read -r file; do readelf -d "$file" 2>/dev/null; done | grep -E "R(UN)?PATH"' _ first
  [[ $output != *"$tree"* ]]
}

@test "every library of the installed folder is in it, but for those of C and C++" {
  cmake --install "$build" --prefix "$PWD/first" >/dev/null
  mv first second
  for file in second/bin/mlops second/lib/mlops/engines/*.so; do
    ldd "$file" | awk '$2 == "=>" { print $1, $3 }' | while read -r name path; do
      case $name in libc.so.* | libm.so.* | libstdc++.so.* | libgcc_s.so.* | libpthread.so.* | libdl.so.* | librt.so.*) continue ;; esac
      echo "$file $name $(realpath "$path")"
    done
  done >needed
  cat needed
  grep -q 'gbdt.so libxgboost.so' needed
  run ! grep -v " $PWD/second/lib/mlops/libs/" needed
}

@test "the moved folder opens its engine of boosted trees" {
  cmake --install "$build" --prefix "$PWD/first" >/dev/null
  mv first second
  run -0 second/bin/mlops doctor
  [[ $output == *gbdt*XGBoost* ]]
}

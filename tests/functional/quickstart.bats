#!/usr/bin/env bats
# apps/quickstart: installs nothing unasked, overwrites nothing, and its whole way works from an empty environment.
bats_require_minimum_version 1.5.0

setup() {
  quickstart=$BATS_TEST_DIRNAME/../../apps/quickstart
  cd "$BATS_TEST_TMPDIR" || return
}

# bare_machine: from here on nothing is installed, and apt-get leaves a mark.
bare_machine() {
  mkdir bin
  printf '#!/bin/sh\nexit 1\n' >bin/dpkg-query
  printf '#!/bin/sh\necho "$@" >>%s/apt\n' "$PWD" >bin/apt-get
  printf '#!/bin/sh\nexit 1\n' >bin/cmake
  chmod +x bin/*
  PATH=$PWD/bin:$PATH
}

@test "--no-install says what is missing and installs nothing" {
  bare_machine
  run -2 "$quickstart" --no-install --dir "$PWD/new"
  [[ $output == 'error: these packages are missing: '*libsqlite3-dev*nlohmann-json3-dev* ]]
  [[ $output == *'hint: apt-get install '* ]]
  [ ! -e apt ]
  [ ! -e new ]
}

@test "without a terminal to ask, nothing is installed" {
  bare_machine
  run -2 "$quickstart" --dir "$PWD/new" </dev/null
  [[ $output == *'hint: add --yes to install them' ]]
  [ ! -e apt ]
}

@test "--yes installs the packages of the list build, and none of the tests'" {
  bare_machine
  [ "$(id -u)" = 0 ] || ln -s "$(type -P env)" bin/sudo
  run -1 "$quickstart" --yes --dir "$PWD/new"
  [[ $output == 'installing: '*libsqlite3-dev* ]]
  grep -q '^update' apt
  grep -q '^install .*libsqlite3-dev' apt
  run -1 grep libgtest-dev apt
}

@test "a folder with something in it is left alone" {
  mkdir full
  echo mine >full/file
  run -2 "$quickstart" --no-install --dir full
  [ "$output" = "error: 'full' is not empty

hint: name a new folder: --dir DIR" ]
  [ "$(ls -A full)" = file ]
}

@test "an unknown option is a usage error" {
  run -2 "$quickstart" --nosuch
  [[ $output == "error: unknown option '--nosuch'"* ]]
}

@test "an act that there is not is a usage error" {
  run -2 "$quickstart" --act 3
  [[ $output == "error: there is no act '3'"* ]]
}

@test "the first act, from an empty environment and without a terminal" {
  run -0 env -i "$quickstart" --no-install --dir "$PWD/new" --act 1
  [[ $output == *'$ mlops ingest penguins.json'* ]]
  [[ $output == *'$ mlops data list'* ]]
  [[ $output == *'mlops help'* ]]
  [[ $output == *'{"predictions": ["'* ]]
  [ -d new/.mlops ]
}

@test "the second act: three million flights, and a model that retrains itself (MLOPS_TEST_FLIGHTS=1)" {
  [[ -n ${MLOPS_TEST_FLIGHTS:-} ]] || skip "minutes, and 4 GB of memory: MLOPS_TEST_FLIGHTS=1"
  run -0 env -i "$quickstart" --no-install --dir "$PWD/new" --act 2
  [[ $output == *' answers over HTTP, 0 differ from '* ]]
  auc() { awk -v name="$1" '/^AUC on June/ { on = 1 } on && $1 == name { print int(1000 * $2); exit }' <<<"${output//\*/}"; }
  [ "$(auc base)" = 500 ]
  (($(auc linear) >= 680))
  (($(auc boosted) >= 730))
  [[ $output == *'the first night:  nightly'*' fresh '* ]]
  [[ $output == *'the second night: nightly'*' done '*'delay@champion  v1 -> v2'* ]]
  [ -s new/flights/report.html ]
}

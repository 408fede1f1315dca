#!/usr/bin/env bats
# tests/run counts what really passed: a file that dies half-way, reports too little or says nothing has failed.
bats_require_minimum_version 1.5.0

setup() {
  tree=$BATS_TEST_TMPDIR/tree
  mkdir -p "$tree/tests/unit" "$tree/tests/functional" "$tree/build/dev/tests/unit" "$tree/bin"
  cp -r "$BATS_TEST_DIRNAME/../lint" "$BATS_TEST_DIRNAME/../support" "$BATS_TEST_DIRNAME/../run" "$tree/tests"
  cd "$tree" || return
  : >tests/unit/one_test.cpp
  ln -s "$(type -P true)" bin/cmake
  PATH=$tree/bin:$PATH
}

# unit_says STATUS LINE...: what the unit test `one` prints, and how it ends.
unit_says() {
  {
    echo '#!/bin/sh'
    printf "echo '%s'\n" "${@:2}"
    echo "exit $1"
  } >build/dev/tests/unit/one_test
  chmod +x build/dev/tests/unit/one_test
}

ok='[       OK ] A.x (0 ms)'

@test "every case counts" {
  unit_says 0 '[==========] Running 3 tests from 1 test suite.' "$ok" "$ok" '[  SKIPPED ] A.z (0 ms)'
  run -0 tests/run unit
  [ "${lines[-1]}" = '2 passed, 0 failed' ]
}

@test "a failed case is exit 1, and its output is shown" {
  unit_says 1 '[==========] Running 2 tests from 1 test suite.' "$ok" 'x.cpp:3: Failure' '[  FAILED  ] A.y (0 ms)'
  run -1 tests/run unit/one
  [ "${lines[-1]}" = '1 passed, 1 failed' ]
  [[ $output == *'x.cpp:3: Failure'* ]]
  [[ $output == *'failed: unit/one'* ]]
}

@test "a crash fails the cases that were never reached" {
  unit_says 139 '[==========] Running 5 tests from 1 test suite.' "$ok"
  run -1 tests/run unit
  [ "${lines[-1]}" = '1 passed, 4 failed' ]
}

@test "a bad end after good cases is a failure" {
  unit_says 1 '[==========] Running 1 test from 1 test suite.' "$ok"
  run -1 tests/run unit
  [ "${lines[-1]}" = '1 passed, 1 failed' ]
}

@test "an executable that is not there is a failure" {
  run -1 tests/run unit
  [ "${lines[-1]}" = '0 passed, 1 failed' ]
}

@test "a test that hangs is stopped" {
  printf '#!/bin/sh\nsleep 60\n' >build/dev/tests/unit/one_test
  chmod +x build/dev/tests/unit/one_test
  TEST_TIMEOUT=1 run -1 tests/run unit
  [[ $output == *'stopped after 1 s'* ]]
}

@test "bats files are counted by case, and get the binary by name" {
  # shellcheck disable=SC2016  # expanded inside
  printf '@test "%s" { %s; }\n' one true two '[ "$MLOPS" = /bin/true ]' three 'skip later' four false >tests/functional/x.bats
  MLOPS=/bin/true run -1 tests/run functional
  [ "${lines[-1]}" = '2 passed, 1 failed' ]
}

@test "a build that fails fails what needs it" {
  ln -sf "$(type -P false)" bin/cmake
  unit_says 0 '[==========] Running 1 test from 1 test suite.' "$ok"
  run -1 tests/run unit
  [ "${lines[-1]}" = '0 passed, 2 failed' ]
}

@test "an empty environment is enough" {
  unit_says 0 '[==========] Running 1 test from 1 test suite.' "$ok"
  # shellcheck disable=SC2016  # expanded inside
  run -0 env -i "$(command -v bash)" -c 'PATH=$0/bin:/usr/bin:/bin exec "$0/tests/run" unit' "$tree"
  [ "${lines[-1]}" = '1 passed, 0 failed' ]
}

@test "an unknown name is a usage error" {
  run -2 tests/run nosuch
  [[ $output == *"no test 'nosuch'"* ]]
}

@test "a fuzz target counts by its corpus, and one that crashes has failed" {
  mkdir -p tests/fuzz build/asan/tests/fuzz
  printf 'fuzz_target(one MODULES base)\nfuzz_target(two MODULES base)\n' >tests/fuzz/CMakeLists.txt
  printf '#!/bin/sh\necho "# 10 mutations of 3 inputs"\necho "3 passed, 0 failed"\n' >build/asan/tests/fuzz/fuzz_one
  printf '#!/bin/sh\necho "broken: a promise"\nkill -ABRT $$\n' >build/asan/tests/fuzz/fuzz_two
  chmod +x build/asan/tests/fuzz/*
  run -0 tests/run fuzz/one
  [[ $output == *'# 10 mutations of 3 inputs'* ]]
  [ "${lines[-1]}" = '3 passed, 0 failed' ]
  run -1 tests/run fuzz
  [[ $output == *'broken: a promise'* ]]
  [ "${lines[-1]}" = '3 passed, 1 failed' ]
}

@test "what CMake leaves out of a build is said" {
  rm bin/cmake
  printf '#!/bin/sh\necho "-- x_test is left out: it needs the engine x"\n' >bin/cmake
  chmod +x bin/cmake
  run -0 tests/run build/bare
  [[ $output == *'# x_test is left out: it needs the engine x'* ]]
}

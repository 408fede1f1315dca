#!/usr/bin/env bats
# The checks of tests/lint find what they are there to find, and leave clean text alone.
bats_require_minimum_version 1.5.0

setup() {
  tree=$BATS_TEST_TMPDIR/tree
  mkdir -p "$tree/tests" "$tree/libmlops/low/include/mlops/low" "$tree/libmlops/high/include/mlops/high" "$tree/commands"
  cp -r "$BATS_TEST_DIRNAME/../lint" "$BATS_TEST_DIRNAME/../support" "$BATS_TEST_DIRNAME/../run" "$tree/tests"
  cp "$BATS_TEST_DIRNAME/../../.clang-format" "$tree"
  cd "$tree" || return
  echo 'mlops_module(low LAYER 1 SOURCES low.cpp)' >libmlops/low/CMakeLists.txt
  printf 'mlops_module(high\n  LAYER 2\n  DEPS low\n  SOURCES high.cpp)\n' >libmlops/high/CMakeLists.txt
  echo 'set(modules low high)' >libmlops/CMakeLists.txt
  printf '#pragma once\n/// Low.\n' >libmlops/low/include/mlops/low/low.hpp
  printf '#pragma once\n/// High.\n#include <mlops/low/low.hpp>\n' >libmlops/high/include/mlops/high/high.hpp
  echo 'int low() { return 1; }' >libmlops/low/low.cpp
}

# finds CHECK TEXT: the check fails, and says so.
finds() {
  run -1 tests/lint/run "$1"
  [[ $output == *"$2"* ]]
  [[ ${lines[-1]} == '0 passed, 1 failed' ]]
}

@test "a clean tree passes" {
  run -0 tests/lint/run includes words headers format text
  [[ ${lines[-1]} == '5 passed, 0 failed' ]]
}

@test "an include of a module that is not in DEPS" {
  printf '#include <mlops/high/high.hpp>\n' >>libmlops/low/low.cpp
  finds includes 'libmlops/low/low.cpp:2: low includes <mlops/high/high.hpp> but does not declare high in its DEPS'
}

@test "a private library is no dependency" {
  echo 'mlops_module(low LAYER 1 SOURCES low.cpp PRIVATE_LIBS high)' >libmlops/low/CMakeLists.txt
  printf '#include <mlops/high/high.hpp>\n' >>libmlops/low/low.cpp
  finds includes 'does not declare high'
}

@test "a foreign header away from its home" {
  printf '#include <sqlite3.h>\n' >libmlops/high/high.cpp
  finds includes 'libmlops/high/high.cpp:1: <sqlite3.h> belongs to libmlops/db only'
}

@test "a foreign header nobody has heard of" {
  printf '#include <absl/types/any.h>\n' >libmlops/high/high.cpp
  finds includes '<absl/types/any.h> has no home'
}

@test "fmt in a public header" {
  printf '#include <fmt/core.h>\n' >>libmlops/high/include/mlops/high/high.hpp
  finds includes '<fmt/core.h> belongs to'
  sed -i '$d' libmlops/high/include/mlops/high/high.hpp
  printf '#include <fmt/core.h>\n' >libmlops/high/high.cpp
  run -0 tests/lint/run includes
}

@test "a command that includes an adapter" {
  printf '#include <mlops/low/low.hpp>\n' >commands/x.cpp
  finds includes 'commands/x.cpp:1: commands include no adapter'
}

@test "a library that includes a command" {
  mkdir -p commands/cli apps
  printf '#pragma once\n' >commands/cli/main.hpp
  printf '#include <cli/main.hpp>\n' >apps/main.cpp
  run -0 tests/lint/run includes
  cp apps/main.cpp libmlops/high/high.cpp
  finds includes 'libmlops/high/high.cpp:1: libmlops knows no commands'
}

@test "a path that climbs out" {
  printf '#include "../low/low.hpp"\n' >libmlops/high/high.cpp
  finds includes 'climbs out of its folder'
}

@test "two headers that include each other" {
  printf '#include <mlops/high/other.hpp>\n' >>libmlops/high/include/mlops/high/high.hpp
  printf '#pragma once\n/// Other.\n#include <mlops/high/high.hpp>\n' >libmlops/high/include/mlops/high/other.hpp
  finds includes 'high/other.hpp: part of a circle'
}

@test "words that do not belong into the library" {
  local word
  for word in 'std::cout << 1;' 'printf("x");' 'std::exit(1);' 'exit(1);' 'std::getenv("X");' '#include <regex>' \
    'std::regex r;' 'system("ls");' 'abort();'; do
    echo "$word" >libmlops/high/high.cpp
    finds words 'libmlops/high/high.cpp:1: forbidden'
  done
  printf '// exit(1) is for others\nstd::snprintf(a, 1, "x"); on_exit(); std::printf_like();\n' >libmlops/high/high.cpp
  run -0 tests/lint/run words
}

@test "a header without its paragraph" {
  printf '#pragma once\n#include <string>\n' >libmlops/low/include/mlops/low/low.hpp
  finds headers 'low.hpp:2: a `///` paragraph follows'
}

@test "code that clang-format would write otherwise" {
  echo 'int  x;' >libmlops/low/low.cpp
  finds format 'libmlops/low/low.cpp:1'
}

@test "blanks, tabs, unowned tasks, paths of one machine, unknown hosts" {
  printf 'x \n' >commands/a.md && finds text 'commands/a.md:1: blanks at the end of the line'
  printf 'a\tb\n' >commands/a.md && finds text 'commands/a.md:1: a tab'
  printf 'no end' >commands/a.md && finds text 'commands/a.md: no newline at the end'
  printf '%s%s: later\n' TO DO >commands/a.md && finds text 'no owner'
  printf 'cd /%s/x\n' work >commands/a.md && finds text 'a path of one machine'
  printf 'https:%s/x\n' //registry.somewhere.io >commands/a.md && finds text 'a host that'
  printf 'see https://example.org/x and http://localhost:8080/y\n' >commands/a.md
  run -0 tests/lint/run text
}

@test "a script with a fault, and one that cannot be started" {
  # shellcheck disable=SC2016  # a script's text
  printf '#!/bin/sh\nrm $1\n' >commands/x
  finds shell 'commands/x:2'
  finds tree 'commands/x: begins with #! but is not executable'
}

@test "names outside the tree, modules that nobody describes or tests" {
  echo x >NEWS
  finds tree 'NEWS: not a name of the top level'
  [[ $output == *'the layer table lacks high'* ]]
  [[ $output == *'libmlops/high: has no tests/unit/high_test.cpp'* ]]
}

@test "a foreign function called by somebody else" {
  mkdir -p build/dev/libmlops/high
  printf 'extern "C" int sqlite3_open();\nint f() { return sqlite3_open(); }\n' >x.cpp
  g++ -c x.cpp -o x.o
  ar rc build/dev/libmlops/high/libmlops_high.a x.o
  finds symbols 'libmlops_high.a: calls sqlite3_open, which belongs to libmlops_db.a'
}

@test "an executable that needs one more library" {
  mkdir -p build/dev/bin
  echo 'int main() {}' >x.cpp
  g++ x.cpp -Wl,--no-as-needed -lz -o build/dev/bin/mlops || skip 'no zlib here'
  MLOPS=none finds linkage 'needs libz.so.1 when it starts'
}

@test "an unknown check is a usage error" {
  run -2 tests/lint/run nosuch
}

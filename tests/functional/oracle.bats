# shellcheck disable=SC2154
# Random tables with known values, in the many ways in which people write them. Seeds are fixed; to look for more:
# tests/support/oracle.py MLOPS 1000 200
load lib

setup() {
  enter_fresh_project
  export TMPDIR=$BATS_TEST_TMPDIR
}

# finds_nothing FIRST COUNT KIND
finds_nothing() { answers 0 "$source_dir/tests/support/oracle.py" "$(command -v mlops)" "$@"; }

@test "delimited text in every dialect gives the values that were written" { finds_nothing 1 30 csv; }

@test "what begins as one type and turns out another far down loses nothing" { finds_nothing 0 12 late; }

@test "JSON Lines give their values, and bad lines their numbers" { finds_nothing 1 20 jsonl; }

@test "a JSON array gives the values of its objects" { finds_nothing 1 15 json; }

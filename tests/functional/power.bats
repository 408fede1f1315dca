# The store when the power goes, a process is killed, the disk is full, and many are at work: tests/faults.
# MLOPS_TEST_CUTS strikes more often than every day, MLOPS_TEST_SECONDS is how long a crowd works, MLOPS_TEST_SEED repeats
# a run.
# shellcheck disable=SC2154
load lib

setup() {
  enter_fresh_project
  tools=$build_dir/tests
  [[ -x $tools/store_probe ]] || tools=$source_dir/build/dev/tests # a release is built without it
}

# strikes PROGRAM [KIND]: what it says goes into the report.
strikes() {
  run env MLOPS="$(command -v mlops)" MLOPS_TEST_TOOLS="$tools" python3 -B "$source_dir/tests/faults/$1.py" "${@:2}"
  printf '# %s\n' "${lines[@]}" >&3
  is "$status" 0
}

@test "whenever the power goes, what was acknowledged is there, and the store is sound" { strikes faults power; }

@test "killed at any moment: what was acknowledged is there, nothing is left behind" { strikes faults kill; }

@test "a disk that is full at the n-th write: it is said, and nothing is lost" { strikes faults full; }

@test "some add and others collect: nothing that is named is lost" { strikes crowd; }

#!/usr/bin/env bats
# The demo of README.md is what the commands print. MLOPS_ACCEPT=1 writes it anew.
bats_require_minimum_version 1.5.0

@test "the demo of README.md is real" {
  if [ -n "${MLOPS_ACCEPT-}" ]; then
    "$BATS_TEST_DIRNAME/../support/readme-demo" --update
  else
    "$BATS_TEST_DIRNAME/../support/readme-demo"
  fi
}

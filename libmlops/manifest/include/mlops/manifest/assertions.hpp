#pragma once
/// What is wrong with assertions of `mlops.yaml`, shown where they stand in it.

#include <mlops/base/error.hpp>
#include <mlops/expect/check.hpp>
#include <mlops/expect/parse.hpp>
#include <mlops/manifest/manifest.hpp>

#include <string_view>
#include <vector>

namespace mlops::manifest {

struct AssertionFault {
  ExpectSpec spec;
  expect::Fault fault;
};

/// What can be said of the assertions of the file before columns and tasks are known: functions, units,
/// models, slices, other things of the file. Assertions that do not parse are left out.
std::vector<AssertionFault> faults_of_assertions(const Manifest& manifest);

/// What `when:` of a schedule may ask for.
expect::Scope scope_of_triggers(const Manifest& manifest);

/// One Error(usage) for all `faults` (at least one), each with file:line:column, the line and a caret. `text`
/// is the file's.
Error assertion_error(std::string_view text, std::string_view file,
                      const std::vector<AssertionFault>& faults);

}  // namespace mlops::manifest

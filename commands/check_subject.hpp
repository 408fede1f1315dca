#pragma once
/// What is judged, ready for it: a version, or the values of a view over one.

#include "checking.hpp"

#include <mlops/dataset/ingest.hpp>
#include <mlops/expect/ast.hpp>
#include <mlops/release/judging.hpp>
#include <mlops/score/view_values.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mlops::commands {

/// How `train run` would train on it without being told anything.
release::Trainable trainable(const manifest::TableSpec& table, const dataset::Version& version);

/// An assertion with its place.
struct Asserted {
  manifest::ExpectSpec spec;
  expect::Assertion assertion;
};

const std::vector<manifest::ExpectSpec>& expected(const ToCheck& checked);
std::vector<Asserted> assertions_of(const ToCheck& checked);

/// The newest verdict that is kept about it.
std::optional<dataset::Check> find_verdict(project::Project& project, const ToCheck& checked);

/// What a verdict depends on beside the assertions and the data: the split, the definition of the view, what
/// is online of it where an assertion asks for that.
std::string standing_of(const ToCheck& checked, cli::Invocation& invocation);

/// Whether an assertion is about what is served, which no training depends on.
bool is_of_serving(const std::string& assertion);

/// Owns what the subject points at.
struct JudgedSubject {
  dataset::Subject subject;
  std::unique_ptr<release::TableTraining> training = {};
  std::unique_ptr<dataset::Serving> serving = {};
  std::optional<score::ViewValues> values = {};
};

/// The values of a view are worked out here. Project and workshop must outlive it.
JudgedSubject subject_of(cli::Invocation& invocation, project::Project& project, dataset::Workshop& shop,
                         const ToCheck& checked, const std::vector<Asserted>& assertions);

}  // namespace mlops::commands

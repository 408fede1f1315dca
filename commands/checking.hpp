#pragma once
/// Judging dataset versions by what mlops.yaml asserts of them: what `check` and `ingest` share.

#include "ui/row.hpp"

#include <mlops/base/error.hpp>
#include <mlops/dataset/checks.hpp>
#include <mlops/dataset/validate.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/manifest/features.hpp>
#include <mlops/manifest/tables.hpp>
#include <mlops/score/enrich.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::cli {
class Invocation;
}
namespace mlops::project {
class Project;
}

namespace mlops::commands {

struct ToCheck {
  dataset::Version version;
  const manifest::TableSpec* table = nullptr;   ///< Its entry; with at least one assertion, unless there is
  const manifest::FeatureSpec* view = nullptr;  ///< a view of it that is judged, which has them.
};

struct Judged {
  std::vector<dataset::Check> checks = {};
  /// All faults of the assertions, where they stand in mlops.yaml; then there are no checks.
  std::optional<Error> fault = {};
};

/// Judges all of them and, unless it is a dry run, keeps what was found; in the same order.
Judged judge_versions(cli::Invocation& invocation, project::Project& project,
                      const std::vector<ToCheck>& versions);

/// The same; a fault is thrown.
std::vector<dataset::Check> check_versions(cli::Invocation& invocation, project::Project& project,
                                           const std::vector<ToCheck>& versions);

/// One for each assertion.
std::vector<ui::Row> check_rows(const dataset::Check& check);

/// One line for each failure, as notes and warnings of another command.
void tell_failures(cli::Invocation& invocation, const dataset::Check& check);

/// Error(negative) about the versions that are refused; nothing when there is none.
std::optional<Error> refusal(const std::vector<dataset::Check>& checks);

/// For a version that others are about to be made from: judges it, unless it was judged by the same
/// assertions, and throws Error(negative) when it is refused, after telling why. Why it was judged now;
/// empty: it was not.
std::string require_good(cli::Invocation& invocation, project::Project& project,
                         const dataset::Version& version);

/// What require_good() would do, as far as that shows without reading a value.
struct Foreseen {
  std::optional<Error> fault = {};  ///< It would throw this: a refusal, or faults of the assertions.
  std::string judging = {};         ///< Why it would judge; empty: it would not.
};
Foreseen foreseen_verdict(cli::Invocation& invocation, project::Project& project,
                          const dataset::Version& version);

/// require_good() for the values of a view over the version; what is asserted of its serving is only told, as
/// the values that training takes are the same whatever is online.
void require_good_view(cli::Invocation& invocation, project::Project& project, const score::ViewUse& use);

/// Throws Error(negative) when the version is refused, unless just this version was asked for: then there is
/// a warning. Asked for by name, it is judged first where that was not done by what mlops.yaml asserts now;
/// faults of the assertions are thrown. `flag` is what a version is asked for with, for the hint.
enum class Asked { by_name, by_version };
void mind_refusal(cli::Invocation& invocation, project::Project& project, const dataset::Version& version,
                  Asked asked, std::string_view flag = "--data ");

}  // namespace mlops::commands

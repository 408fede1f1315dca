#pragma once
/// What assertions said of dataset versions: records of kind "check/1" under the references
/// `checks/<address>@v<number>`, newest last; mlops-store(5) lists their fields. A version is refused while
/// its newest check has a failure that is no warning, and accepted otherwise: of a version that was never
/// checked nobody said no.

#include <mlops/base/clock.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/expect/evaluate.hpp>
#include <mlops/json/value.hpp>
#include <mlops/store/store.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::dataset {

struct Checked {
  std::string assertion;
  bool warn = false;  ///< A failure is told, and refuses nothing.
  expect::Verdict verdict = {};

  bool operator==(const Checked&) const = default;
  bool refuses() const { return !warn && verdict.outcome == expect::Outcome::fail; }
};

struct Check {
  std::string address = {};         ///< "sources/churn"
  std::int64_t number = 0;          ///< Of the version.
  Digest version = {};              ///< Its record.
  std::optional<Digest> last = {};  ///< The record of the version that `last` stood for.
  Time time = {};
  std::string training = {};  ///< What its parts were made by, as JSON; empty: it had no label.
  std::vector<Checked> results = {};

  bool operator==(const Check&) const = default;
  bool refuses() const;
  /// "4 assertions hold, 1 fails, 1 is skipped"
  std::string summary() const;
};

json::Object to_record(const Check& check);
/// Throws Error(corrupt).
Check check_from_record(const json::Object& record, const Digest& digest);

/// The newest check of a version; nothing when there was none. Throws Error(corrupt) when its record is
/// missing or damaged.
std::optional<Check> find_check(store::Store& store, const Version& version);

/// Whether its newest check said no, or nobody can read what it said.
bool is_refused(store::Store& store, const Version& version);

/// The newest version before `version` that is not refused.
std::optional<Version> last_accepted(store::Store& store, const Version& version);

/// Keeps the check, unless the newest one of the version says the same but for its time. Throws as publish()
/// does.
void keep(store::Store& store, const Check& check, std::string_view who);

/// What happened to the versions of the dataset at `address` by checks.
std::vector<store::Event> check_events(store::Store& store, std::string_view address);

}  // namespace mlops::dataset

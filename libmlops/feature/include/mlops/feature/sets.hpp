#pragma once
/// Views as immutable, numbered versions in the store. A version is the record "view-version/1", the next
/// entry of the reference features/<name>; mlops-store(5) lists its fields. Applying a definition that means
/// the same makes no new version: neither blanks nor the spelling of a duration make a difference.

#include <mlops/base/clock.hpp>
#include <mlops/base/digest.hpp>
#include <mlops/feature/view.hpp>
#include <mlops/store/store.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::feature {

struct ViewVersion {
  View view = {};
  std::int64_t number = 0;
  Digest record = {};
  std::optional<Digest> previous = {};
  Time time = {};
  std::string who = {};

  bool operator==(const ViewVersion&) const = default;
  /// "features/airport@v2"
  std::string address() const;
};

json::Object to_record(const ViewVersion& version);

/// Throws Error(corrupt) for a record of another kind or with a field missing. Number and who are of the
/// reference.
ViewVersion from_record(const json::Object& record, const Digest& digest);

/// The newest version of every view, by name.
std::vector<ViewVersion> latest(store::Store& store);

/// Every version of one, oldest first; empty when there is none.
std::vector<ViewVersion> history(store::Store& store, const std::string& view);

/// `airport`, `features/airport`, `airport@v2`, `airport@{1}` (one version back), `airport@2026-11-01` (as of
/// then) or a record's digest. Throws Error: not_found (with near misses), usage (not an address).
ViewVersion resolve(store::Store& store, std::string_view address);

/// One difference between two definitions.
struct Change {
  std::string what;    ///< "column delay_3h", "columns" (their order), "key airport", "from", "at", ...
  std::string before;  ///< Empty: it was not there.
  std::string after;   ///< Empty: it is not there any more.

  bool operator==(const Change&) const = default;
};

/// Empty where they mean the same.
std::vector<Change> changes(const View& before, const View& after);

struct Step {
  enum class Kind { create, change, none, gone };
  Kind kind = Kind::none;
  std::string name;
  std::optional<View> view = {};            ///< Not of `gone`: a view that the project defines no more.
  std::optional<ViewVersion> version = {};  ///< The newest; nothing for `create` before it is applied.
  std::vector<Change> changes = {};         ///< Of `change`.
};

/// What apply() would do, by name. `gone` is for information: versions stay.
std::vector<Step> plan(store::Store& store, const std::vector<View>& views);

/// Records what is new or changed: the steps with the versions that hold now. What somebody else applied
/// meanwhile counts as applied. Throws Error(busy).
std::vector<Step> apply(store::Store& store, const std::vector<View>& views, Time time,
                        const std::string& who);

}  // namespace mlops::feature

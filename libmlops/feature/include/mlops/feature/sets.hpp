#pragma once
/// Feature sets: the views of a project as immutable, numbered versions in its store. Applying the same
/// definition again makes no new version. The record's kind is "feature-set-version/1"; mlops-store(5) lists
/// its fields.

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

struct SetVersion {
  View view;
  std::int64_t number = 0;
  Digest record = {};
  std::optional<Digest> previous = {};
  Time time = {};
  std::string who;

  bool operator==(const SetVersion&) const = default;
  std::string address() const;  ///< "features/airport@v2"
};

/// The newest version of every view, by name.
std::vector<SetVersion> latest(store::Store& store);

/// Every version of one, oldest first; empty when there is none.
std::vector<SetVersion> history(store::Store& store, const std::string& view);

/// `airport`, `features/airport`, `airport@v2`. Throws Error: not_found (with near misses), usage.
SetVersion resolve(store::Store& store, std::string_view address);

/// One difference to the version before: "column delay_3h: mean(delay) over 2h -> mean(delay) over 3h".
struct Change {
  std::string what;    ///< "column delay_3h", "at", "known", "from", "key airport", "ttl".
  std::string before;  ///< Empty: it was not there.
  std::string after;   ///< Empty: it is not there any more.

  bool operator==(const Change&) const = default;
};

struct Step {
  enum class Kind { create, change, none, gone };
  Kind kind = Kind::none;
  std::string name;
  std::optional<View> view = {};            ///< Not of `gone`: a view that the project defines no more.
  std::optional<SetVersion> current = {};   ///< Not of `create`.
  std::vector<Change> changes = {};
};

/// What apply() would do, by name. `gone` is for information: versions stay.
std::vector<Step> plan(store::Store& store, const std::vector<View>& views);

/// Records what is new or changed and returns the steps with the versions that hold now. Throws Error:
/// conflict (somebody else applied meanwhile), busy.
std::vector<Step> apply(store::Store& store, const std::vector<View>& views, const Clock& clock,
                        const std::string& who);

}  // namespace mlops::feature

#pragma once
/// The answer to a question about features, looked up and written. It belongs to one thread and keeps its
/// memory.

#include <mlops/base/clock.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/feature_catalogue.hpp"
#include "src/feature_request.hpp"

namespace mlops::serve {

class FeatureReply {
 public:
  /// Which look-ups the question wants. Throws FeatureFault. Catalogue and question outlive write().
  void plan(const FeatureQuestion& question, const Catalogue& catalogue);

  /// Looks everything up; rows without a moment of their own are of `now`. Throws FeatureFault.
  void write(Time now, std::string& out);

 private:
  /// One view under one key, for all rows.
  struct Group {
    const feature::LiveView* live = nullptr;
    ViewCounts* counts = nullptr;
    std::vector<std::size_t> columns = {};  ///< Positions in the view.
    std::vector<std::size_t> key = {};      ///< Columns of the entities, one for each part.
    std::size_t time = NamedLists::none;    ///< Column of the entities.
    std::vector<std::string> values = {};   ///< For each column, as JSON, row by row.
    std::vector<std::string> statuses = {};
    std::string moments = {};  ///< Event times, as JSON.
  };
  struct Output {
    std::string name;
    std::size_t group;
    std::size_t column;  ///< Of the group.
  };
  using Counted = std::array<std::uint64_t, presence_names.size()>;

  void plan_features(const Catalogue& catalogue);
  void plan_feature(std::string_view reference, const Catalogue& catalogue);
  void plan_service(const Catalogue& catalogue);
  Group& next_group();
  std::size_t group_of(const Answering& view);
  std::size_t time_column(std::string_view own) const;
  void require_different_names() const;
  void look_up(Group& group, Time now);
  void look_up_row(Group& group, std::size_t row, Time now, Counted& counted);
  bool read_key(const Group& group, std::size_t row);
  std::int64_t moment_of(const Group& group, std::size_t row, Time now) const;
  void write_entities(std::string& out) const;
  void write_names(std::string& out) const;

  const FeatureQuestion* question_ = nullptr;
  std::vector<Group> groups_ = {};  ///< Those beyond `used_` are kept for their memory.
  std::size_t used_ = 0;
  std::vector<Output> outputs_ = {};
  std::optional<feature::KeyBytes> key_ = {};
  feature::Found found_ = {};
};

}  // namespace mlops::serve

#pragma once
/// Whether what is served is what training saw: the online store of features beside a version of the view's
/// table; feature/skew.hpp says what is asked.

#include <mlops/feature/online.hpp>
#include <mlops/score/enrich.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>

namespace mlops::score {

struct Skew {
  double share = 0;    ///< Of the values that were compared, those that differ.
  std::string detail;  ///< For people: how many were compared, or examples of what differs and why.
};

/// Why there is nothing to compare.
struct NotServed {
  std::string reason;
};

/// Moments from where the store can answer to the newest event of the table, or `now`: what was pushed since
/// is ahead of the table, not different. `file` is the store's. Where it has no definition that means what
/// `view` does, the newest of its name is compared, as a server would ask it. Personal data are masked.
/// Throws as the join and the engine do.
std::variant<Skew, NotServed> skew(const EnrichPlace& place, const std::filesystem::path& file,
                                   const feature::View& view, const dataset::Version& version, Time now);

}  // namespace mlops::score

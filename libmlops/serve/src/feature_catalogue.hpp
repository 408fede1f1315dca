#pragma once
/// What can be asked for now: the definitions that are online, and the models as lists of features. Immutable
/// once made; a handler keeps the one that it has until it is told of another.

#include <mlops/feature/live.hpp>
#include <mlops/feature/online.hpp>
#include <mlops/feature/plain.hpp>
#include <mlops/score/features.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace mlops::serve {

/// Why there is a value, or none.
enum class Presence : std::size_t { present, not_found, null_value, outside_max_age };
inline constexpr std::array<std::string_view, 4> presence_names = {"PRESENT", "NOT_FOUND", "NULL_VALUE",
                                                                   "OUTSIDE_MAX_AGE"};

/// Of a view's name, from the first request on.
struct ViewCounts {
  std::array<std::atomic<std::uint64_t>, presence_names.size()> values = {};
  std::atomic<std::uint64_t> lookups = 0;  ///< Keys at moments.
  std::atomic<std::uint64_t> pushes = 0;
  std::atomic<std::uint64_t> pushed_rows = 0;
  std::atomic<std::uint64_t> pushes_refused = 0;
};

/// A definition, as it is answered for.
struct Answering {
  feature::OnlineView online = {};
  std::shared_ptr<const feature::LiveView> live = {};
  std::optional<feature::PlainView> plain = {};
  std::string time = {};  ///< What its table calls the time of a row; may be empty.
  ViewCounts* counts = nullptr;
  std::unordered_map<std::string_view, std::size_t> columns = {};  ///< Positions in live->view().columns.
};

/// A part of a model's features: one view under one key.
struct ServiceView {
  std::shared_ptr<const feature::LiveView> live;
  std::vector<std::size_t> columns = {};  ///< Of live->view().
  std::vector<std::string> names = {};    ///< Of them, as the model calls them.
  std::vector<std::string> key = {};      ///< Columns of the rows, in the order of the view's key.
  ViewCounts* counts = nullptr;
};

struct ModelService {
  std::string time = {};  ///< Column of the rows.
  std::vector<ServiceView> views = {};
  std::string fault = {};  ///< Why it cannot be answered for; empty: it can.
};

/// Device and inode.
using FileId = std::pair<std::uint64_t, std::uint64_t>;

struct Catalogue {
  std::optional<FileId> file = {};    ///< Of the store: ids of definitions are those of one file.
  std::vector<Answering> views = {};  ///< By name, the newest definition first.
  std::map<std::string, ModelService, std::less<>> services = {};

  /// The definitions of that name; none: empty.
  std::span<const Answering> of(std::string_view name) const;
  std::vector<std::string> names() const;
};

}  // namespace mlops::serve

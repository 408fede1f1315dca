#pragma once
/// Which question a path and a method are.

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mlops::serve {

enum class Route : std::size_t {
  invocations,
  infer,
  ping,
  health,
  version,
  server,
  live,
  ready,
  models,
  model,
  model_ready,
  get_online_features,
  push,
  write_to_online_store,
  materialize,
  materialize_incremental,
  features,
  healthz,
  metrics,
  example,
  index,
  unknown,
};

inline constexpr std::size_t route_count = static_cast<std::size_t>(Route::unknown) + 1;

/// "/v2/models/{m}/infer": as documentation and the label of a metric have it; "unknown" for none of ours.
std::string_view pattern(Route route);

/// What the methods in Allow are: "GET, HEAD" or "POST".
std::string_view allowed(Route route);
bool allows(Route route, std::string_view method);

/// One whose errors are MLflow's: {"error_code", "message"}.
bool is_mlflow(Route route);

/// One of Feast's feature server, or about features: its errors are Feast's.
bool is_feast(Route route);

/// Whether the answer to a path waits for a disk: not on an event loop.
bool waits(std::string_view path);

struct Target {
  Route route = Route::unknown;
  std::string_view model = {};                   ///< Of model routes.
  std::optional<std::string_view> version = {};  ///< As it stands in the path.
};

/// `path` is percent-decoded.
Target target_of(std::string_view path);

/// "; a similar path is `/ping`", or a list of what there is.
std::string similar_paths(std::string_view path);

}  // namespace mlops::serve

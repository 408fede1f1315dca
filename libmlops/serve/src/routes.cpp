#include "src/routes.hpp"

#include <mlops/base/text.hpp>

#include <vector>

namespace mlops::serve {
namespace {

struct Named {
  std::string_view pattern;
  bool asks = false;  ///< POST
};

constexpr std::array<Named, route_count> names = {{{"/invocations", true},
                                                   {"/v2/models/{m}/infer", true},
                                                   {"/ping"},
                                                   {"/health"},
                                                   {"/version"},
                                                   {"/v2"},
                                                   {"/v2/health/live"},
                                                   {"/v2/health/ready"},
                                                   {"/v2/models"},
                                                   {"/v2/models/{m}"},
                                                   {"/v2/models/{m}/ready"},
                                                   {"/get-online-features", true},
                                                   {"/push", true},
                                                   {"/write-to-online-store", true},
                                                   {"/materialize", true},
                                                   {"/materialize-incremental", true},
                                                   {"/features"},
                                                   {"/healthz"},
                                                   {"/metrics"},
                                                   {"/example"},
                                                   {"/"},
                                                   {"unknown"}}};

constexpr std::string_view models_prefix = "/v2/models/";

const Named& named(Route route) { return names[static_cast<std::size_t>(route)]; }

/// Cuts off what stands before the next '/', and that.
std::string_view take_part(std::string_view& rest) {
  const std::size_t end = rest.find('/');
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return part;
}

/// `rest` stands behind "/v2/models/": NAME[/versions/NUMBER][/infer|/ready].
Target model_target(std::string_view rest) {
  if (rest.empty() || rest.back() == '/') return {};
  Target target = {.route = Route::model, .model = take_part(rest)};
  std::string_view part = take_part(rest);
  if (part == "versions") {
    target.version = take_part(rest);
    part = take_part(rest);
  }
  if (!rest.empty() || target.model.empty() || (target.version && target.version->empty())) return {};
  if (part == "infer") target.route = Route::infer;
  else if (part == "ready") target.route = Route::model_ready;
  else if (!part.empty()) return {};
  return target;
}

}  // namespace

std::string_view pattern(Route route) { return named(route).pattern; }

std::string_view allowed(Route route) { return named(route).asks ? "POST" : "GET, HEAD"; }

bool allows(Route route, std::string_view method) {
  if (named(route).asks) return method == "POST";
  return method == "GET" || method == "HEAD";
}

bool is_mlflow(Route route) {
  return route == Route::invocations || route == Route::ping || route == Route::health ||
         route == Route::version;
}

bool is_feast(Route route) { return route >= Route::get_online_features && route <= Route::features; }

bool waits(std::string_view path) {
  for (const Route route : {Route::push, Route::write_to_online_store, Route::features}) {
    if (path == pattern(route)) return true;
  }
  return false;
}

Target target_of(std::string_view path) {
  if (path.starts_with(models_prefix)) return model_target(path.substr(models_prefix.size()));
  for (std::size_t i = 0; i < route_count - 1; ++i) {
    if (names[i].pattern == path) return {.route = static_cast<Route>(i)};
  }
  return {};
}

std::string similar_paths(std::string_view path) {
  std::vector<std::string> known;
  for (std::size_t i = 0; i < route_count - 1; ++i) known.emplace_back(names[i].pattern);
  const auto near = near_misses(path, known);
  if (near.empty()) return "; `/` tells what there is";
  return "; a similar path is " + one_of(near);
}

}  // namespace mlops::serve

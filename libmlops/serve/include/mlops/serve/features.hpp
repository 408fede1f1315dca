#pragma once
/// Features over HTTP: what the views of the online store are for keys and moments, and rows that are pushed
/// to them. The protocol is that of Feast's feature server and of its client `online_store: {type: remote}`
/// (feast 0.66, sdk/python/feast/feature_server.py and infra/online_stores/remote.py):
///
///   POST /get-online-features      {"entities": {NAME: [...]}, "features": ["VIEW:COLUMN", ...]}
///                                  or {"entities": ..., "feature_service": MODEL}; "full_feature_names"
///   POST /push                     {"push_source_name": VIEW, "df": {COLUMN: [...]}, "to": "online"}
///   POST /write-to-online-store    {"feature_view_name": VIEW, "df": {COLUMN: [...]}}
///   GET  /features                 the views that are online
///
/// Beyond it: features are functions of key and moment. The moment of a row is in the column that the view's
/// table calls its time, else in `event_timestamp`, else it is now. The order is the one asked for; statuses
/// say why there is no value; what the client did wrong is 404 or 422, never 500; a push with the field
/// Idempotency-Key may be sent again.

#include <mlops/base/clock.hpp>
#include <mlops/base/columns.hpp>
#include <mlops/feature/online.hpp>
#include <mlops/score/features.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace mlops::serve {

struct FeatureOptions {
  std::filesystem::path file;           ///< The online store.
  std::vector<std::string> views = {};  ///< Those that are answered for; empty: all that are online.
  /// The time column of tables, by the table's name: requests may call it so.
  std::map<std::string, std::string> times = {};
  /// The models that may be asked for as `feature_service`, by name. Called again every few seconds.
  std::function<std::map<std::string, score::ModelFeatures>()> services = {};
  /// Events of rows of a view that needs SQL to read them (feature/plain.hpp). `rows`: a JSON object a line,
  /// with what OnlineView::reads names. Never called by two threads at once, nor on an event loop.
  std::function<Columns(const feature::OnlineView& view, const std::string& rows)> evaluate = {};
};

/// What the handlers of a Service share. Safe for many threads.
class FeatureServer {
 public:
  /// `clock` is asked for the moment of rows that have none. Throws Error: not_found (no online store, or no
  /// view of that name in it; with near misses).
  FeatureServer(const Clock& clock, FeatureOptions options);
  ~FeatureServer();

  /// Takes over what other processes wrote. From one thread, several times a second.
  void refresh();

  /// The definitions that are answered for now.
  std::vector<feature::OnlineView> views() const;

  class Impl;
  Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlops::serve

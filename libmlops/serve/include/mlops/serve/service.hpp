#pragma once
/// Models that answer requests: which version each name stands for now, what is asked of them, and what is
/// counted. It knows HTTP messages but no sockets: http::Server calls its handlers, tests do too.
///
///   POST /invocations                       MLflow's scoring protocol, of the first model
///   GET  /ping /health /version             MLflow's
///   GET  /v2, /v2/health/live|ready         Open Inference Protocol 2
///   GET  /v2/models, /v2/models/{m}[/versions/{v}][/ready]
///   POST /v2/models/{m}[/versions/{v}]/infer
///   POST /get-online-features /push /write-to-online-store, GET /features: features.hpp
///   GET  /healthz                           200 while it answers, 503 once it drains
///   GET  /metrics                           Prometheus' text format 0.0.4
///   GET  /example                           a body that /invocations accepts
///   GET  /                                  for people: the models and a command to try
///
/// A version is loaded whole beside the one that answers and takes its place between two requests; the old
/// one goes when its last request is answered. One that cannot be loaded changes nothing and is reported.

#include <mlops/base/clock.hpp>
#include <mlops/base/engines.hpp>
#include <mlops/http/server.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/monitor/prediction_log.hpp>
#include <mlops/store/store.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::serve {

/// A model as it is served now.
struct Serving {
  std::string address;  ///< As it was asked for: "churn", "churn@v3", "churn@challenger".
  std::string follows;  ///< The alias that it follows, or "latest"; empty: pinned to a version.
  model::Version version;
};

class FeatureServer;

struct ServiceOptions {
  /// The online store, in which features are looked up that requests lack (score/completer.hpp). Nothing:
  /// requests have to bring all of them. It is opened when a model that was trained on views is loaded.
  std::optional<std::filesystem::path> online = {};
  const Clock* now = nullptr;  ///< What "now" is to look-ups: --as-of. Nothing: the service's clock.
  /// Asked before a version is loaded for an address; what it throws keeps that version from answering.
  std::function<void(const std::string& address, const model::Version& version)> admit = {};
  /// Answers the routes of features.hpp, and has the online store in memory already. Nothing: they are not
  /// there.
  FeatureServer* features = nullptr;
};

/// What refresh() did.
struct Change {
  std::string address;  ///< Empty: the online store cannot be followed, for the reason of `fault`.
  std::int64_t from = 0;
  std::int64_t to = 0;
  std::string fault = {};  ///< Why `to` could not be loaded; `from` goes on answering.
};

class Service {
 public:
  /// Loads every model before it returns. `addresses`: each as model::Registry::get() takes it; the first
  /// answers /invocations; none only where there are features. All but the addresses must outlive it. Throws
  /// what `admit` throws, and as Registry::get(), model::require_runnable() and score::Scorer::load(); usage
  /// when two addresses always mean the same, such as `churn` and `churn@champion`. Two aliases may be at one
  /// version now: they can move apart.
  ///
  /// `clock` is the real time, by which loads are tried again. Of a model that was trained on views each view
  /// must be covered by a definition in the online store; throws as feature::OnlineStore::find(), and
  /// usage ("features.forgotten") where "now" is before what the store answers.
  Service(Engines& engines, store::Store& store, const Clock& clock,
          const std::vector<std::string>& addresses, const ServiceOptions& options = {});
  ~Service();

  /// For one thread. It must not outlive the service.
  http::Handler handler();

  std::vector<Serving> serving() const;
  /// Requests, whatever the answer was.
  std::uint64_t answered() const;
  /// The body of GET /example: the example that the first model was registered with, or one made of what
  /// training saw.
  std::string example() const;

  /// Looks where the aliases point and loads what they point at now. Call it from one thread, several times
  /// a second: when nothing moved it costs a look at a file for each model. A version that cannot be loaded
  /// is told once, and tried again, quietly, every half minute and when the alias moves. A store that cannot
  /// be read and an alias that is gone change nothing. What was pushed into the online store or materialized
  /// there since is taken over.
  std::vector<Change> refresh();

  /// From now on /healthz and readiness say 503; requests are answered on.
  void begin_drain();
  /// What the server counts, for /metrics.
  void watch(std::function<http::Traffic()> traffic);
  /// Told of each answered request, from any thread: for a log. Set before the first handler is made.
  struct Seen {
    std::string_view method;
    std::string_view path;
    int status = 0;
    double seconds = 0;
    std::size_t rows = 0;
  };
  void on_request(std::function<void(const Seen&)> seen);
  /// Answers go into `log`, which must outlive the service. Set before the first handler is made.
  void log_to(monitor::PredictionLog& log);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// What a client sent, for a message or a log: what is no visible character of ASCII as %XX, and no more than
/// 200 of them.
std::string printable(std::string_view text);

/// A line for a POSIX shell that asks `url`/invocations with that body. Where it would be too long to read
/// the body is taken from `url`/example.
std::string curl_line(std::string_view url, std::string_view body);

}  // namespace mlops::serve

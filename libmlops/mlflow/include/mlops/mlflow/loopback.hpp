#pragma once
/// MLflow's tracking protocol for the program that `mlops run` runs, on a port of this machine that only its
/// environment tells:
///
///   MLFLOW_TRACKING_URI=http://127.0.0.1:PORT/ID-SECRET
///   MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT=true (there is no page to look at)
///   NO_PROXY or no_proxy, with 127.0.0.1, where a proxy is set
///
/// so that what uses MLflow's client is tracked as it is. Before the program starts there is a listening
/// socket and nothing else; the engine `http` is opened and its thread started by the first connection.
/// Without the engine or a port there is no such variable, and nothing fails.
///
/// A program that was given MLFLOW_TRACKING_URI, MLFLOW_RUN_ID or MLFLOW_EXPERIMENT_ID by its user goes on to
/// use that server; variables of an `mlops run` around this one count for nothing.

#include <mlops/base/engines.hpp>
#include <mlops/mlflow/session.hpp>
#include <mlops/run/track.hpp>

#include <memory>

namespace mlops::mlflow {

class Loopback final : public run::Companion {
 public:
  /// Both must outlive it.
  Loopback(store::Store& store, Engines& engines, const SessionOptions& options);
  ~Loopback() override;

  void begin(run::Live& live, const run::Begin& begun, run::Variables& environment) override;
  void tick() noexcept override;
  std::vector<std::string> end(run::Status status) noexcept override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlops::mlflow

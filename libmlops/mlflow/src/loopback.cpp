#include <mlops/mlflow/loopback.hpp>

#include <mlops/base/error.hpp>
#include <mlops/crypto/random.hpp>
#include <mlops/http/server.hpp>
#include <mlops/mlflow/api.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "src/socket.hpp"

namespace mlops::mlflow {
namespace {

constexpr std::string_view uri_name = "MLFLOW_TRACKING_URI";
constexpr unsigned ticks_a_second = 10;

std::string found(const run::Variables& environment, std::string_view name) {
  const auto at = environment.find(std::string(name));
  return at == environment.end() ? "" : at->second;
}

/// That of an `mlops run` around this one: it has the id of that run in it.
bool is_of_outer_run(const run::Variables& environment) {
  const std::string outer = found(environment, "MLOPS_PARENT_RUN_ID");
  return !outer.empty() && found(environment, uri_name).find("/" + outer + "-") != std::string::npos;
}

bool user_has_another(const run::Variables& environment) {
  constexpr std::string_view names[] = {uri_name, "MLFLOW_RUN_ID", "MLFLOW_EXPERIMENT_ID"};
  return std::any_of(std::begin(names), std::end(names),
                     [&](std::string_view name) { return !found(environment, name).empty(); });
}

/// Clients of HTTP ask a proxy even for this machine unless they are told not to.
void leave_proxy_out(run::Variables& environment) {
  constexpr std::string_view proxies[] = {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"};
  const bool any = std::any_of(std::begin(proxies), std::end(proxies),
                               [&](std::string_view name) { return !found(environment, name).empty(); });
  if (!any) return;
  // Some heed the one, some the other, and those that know both the first that is set.
  const std::string either = found(environment, "no_proxy").empty() ? found(environment, "NO_PROXY")
                                                                    : found(environment, "no_proxy");
  for (const char* const name : {"no_proxy", "NO_PROXY"}) {
    const std::string before = found(environment, name).empty() ? either : found(environment, name);
    if (before != "*") environment[name] = before.empty() ? "127.0.0.1" : before + ",127.0.0.1";
  }
}

http::Limits limits() {
  http::Limits out;
  out.body_bytes = 32 << 20;
  out.buffered_bytes = 128 << 20;
  out.connections = 256;
  // A training loop may be silent for hours, and not every client survives a connection that went meanwhile.
  out.idle_time = std::chrono::hours(24 * 7);
  return out;
}

}  // namespace

struct Loopback::Impl {
  Impl(store::Store& to, Engines& from, const SessionOptions& which)
      : store(to), engines(from), options(which) {}

  /// False also where a folder of engines cannot be made: a program that never calls must not suffer.
  bool has_engine() {
    try {
      const auto names = engines.installed();
      return std::find(names.begin(), names.end(), "http") != names.end();
    } catch (const Error&) {
      return false;
    }
  }

  void serve() {
    http::ServerOptions wanted;
    wanted.listening = socket.descriptor.get();
    wanted.threads = 1;
    wanted.limits = limits();
    wanted.make_handler = [this] {
      return
          [this](const http::Request& request, http::Response& response) { api->answer(request, response); };
    };
    server = http::listen(engines, wanted);
  }

  void sync() {
    const std::unique_lock held(api->turn(), std::try_to_lock);
    if (held) session->sync();
  }

  store::Store& store;
  Engines& engines;
  const SessionOptions options;
  Socket socket = {};
  unsigned ticks = 0;
  std::string fault = {};
  std::optional<Session> session = {};
  std::optional<Api> api = {};
  std::unique_ptr<http::Server> server = {};
};

Loopback::Loopback(store::Store& store, Engines& engines, const SessionOptions& options)
    : impl_(std::make_unique<Impl>(store, engines, options)) {}

Loopback::~Loopback() = default;

void Loopback::begin(run::Live& live, const run::Begin& begun, run::Variables& environment) {
  if (is_of_outer_run(environment)) environment.erase(std::string(uri_name));
  if (user_has_another(environment)) return;
  if (!impl_->has_engine()) return;
  impl_->socket = listening_socket();
  if (!impl_->socket.descriptor) return;
  const std::string secret = live.id() + "-" + crypto::random_hex(16);
  impl_->session.emplace(impl_->store, live, begun, impl_->options);
  impl_->api.emplace(*impl_->session, secret);
  environment[std::string(uri_name)] = fmt::format("http://127.0.0.1:{}/{}", impl_->socket.port, secret);
  environment["MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"] = "true";
  leave_proxy_out(environment);
}

void Loopback::tick() noexcept {
  try {
    if (!impl_->server && impl_->socket.descriptor && is_called(impl_->socket)) impl_->serve();
    if (impl_->server && ++impl_->ticks % ticks_a_second == 0) impl_->sync();
  } catch (const std::exception& e) {
    impl_->socket = {};  // who calls is told at once that nobody is here
    impl_->fault = e.what();
  }
}

std::vector<std::string> Loopback::end(run::Status status) noexcept {
  std::vector<std::string> notes;
  try {
    impl_->socket = {};
    impl_->server.reset();
    if (impl_->session) notes = impl_->session->end(status);
    if (!impl_->fault.empty()) notes.push_back("MLflow's client was not heard: " + impl_->fault);
  } catch (const std::exception& e) {
    notes.push_back(std::string("runs within this one are left for the next command to seal: ") + e.what());
  }
  return notes;
}

}  // namespace mlops::mlflow

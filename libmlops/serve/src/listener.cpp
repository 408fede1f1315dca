#include <mlops/http/server.hpp>
#include <mlops/json/value.hpp>
#include <mlops/serve/listener.hpp>

#include <algorithm>

#include "src/routes.hpp"

namespace mlops::serve {

namespace {

/// Before a path is known to be one protocol's: as each of them has it.
std::string refusal_of_any(int, std::string_view text) {
  return json::dump(json::Object{{"error", text}, {"error_code", "BAD_REQUEST"}, {"message", text}}) + "\n";
}

}  // namespace

Listener::Listener(Engines& engines, Service& service, const ListenOptions& options) : service_(service) {
  http::ServerOptions settings;
  settings.host = options.host;
  settings.port = options.port;
  settings.threads = options.threads;
  settings.limits.body_bytes = options.body_bytes;
  settings.limits.buffered_bytes = std::max(options.buffered_bytes, options.body_bytes);
  settings.make_handler = [&service] { return service.handler(); };
  settings.waits = [](const http::Request& request) { return waits(request.path); };
  settings.on_fault = options.on_fault;
  settings.refusal_body = refusal_of_any;
  server_ = http::listen(engines, settings);
  service_.watch([server = server_.get()] { return server->traffic(); });
}

/// A handler may be writing metrics: it is done with the server before that goes.
Listener::~Listener() { service_.watch({}); }

std::uint16_t Listener::port() const { return server_->port(); }
std::string Listener::url() const { return server_->url(); }
std::uint64_t Listener::open_connections() const { return server_->traffic().open; }

bool Listener::drain(std::chrono::milliseconds patience) {
  service_.begin_drain();
  return server_->drain(patience);
}

}  // namespace mlops::serve

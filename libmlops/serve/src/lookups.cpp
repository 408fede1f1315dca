/// Everything that is looked up, not predicted: health, metadata, metrics, the page for people.
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/base/version.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

#include "src/answerer.hpp"

namespace mlops::serve {
namespace {

constexpr std::string_view text_type = "text/plain; charset=utf-8";
constexpr std::string_view metrics_type = "text/plain; version=0.0.4; charset=utf-8";

/// -1, which is no version, for what is no number.
std::int64_t number_in(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  return fault == std::errc() && end == text.data() + text.size() ? value : -1;
}

std::string server_json() {
  return json::dump(json::Object{
      {"name", "mlops"}, {"version", version()}, {"extensions", json::Array{"binary_tensor_data"}}});
}

std::string ready_json(bool ready, std::string_view model = "") {
  json::Object out;
  if (!model.empty()) out.append("name", model);
  out.append("ready", ready);
  return json::dump(out);
}

std::string lines_of_models(const std::vector<Served>& models) {
  std::string out;
  for (const Served& one : models) {
    const model::Version& version = one.loaded->version;
    out += fmt::format("  {}  {}, {}, {}{}\n", one.address, one.loaded->address, version.algorithm,
                       version.task, one.follows.empty() ? "" : ", follows " + one.follows);
  }
  return out;
}

}  // namespace

std::string Answerer::addresses() const {
  std::vector<std::string> out;
  for (const Mine& mine : mine_) {
    const model::Version& version = mine.served->loaded->version;
    std::string path = fmt::format("/v2/models/{}/versions/{}", version.name, version.number);
    if (std::find(out.begin(), out.end(), path) == out.end()) out.push_back(std::move(path));
  }
  return one_of(out);
}

std::vector<std::int64_t> Answerer::versions_of(const Target& target) const {
  std::vector<std::int64_t> versions;
  if (target.version) return versions;
  for (const Mine& mine : mine_) {
    const model::Version& version = mine.served->loaded->version;
    const bool listed = std::find(versions.begin(), versions.end(), version.number) != versions.end();
    if (version.name == target.model && !listed) versions.push_back(version.number);
  }
  return versions;
}

std::string Answerer::names_json() const {
  json::Array names;
  for (const Mine& mine : mine_) {
    json::Value name = mine.served->loaded->version.name;
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  }
  return json::dump(json::Object{{"models", std::move(names)}});
}

const Mine& Answerer::find(const Target& target) const {
  if (mine_.empty()) throw Refusal{404, "no model is served here: `/features` tells what is"};
  if (target.route == Route::invocations) return mine_.front();
  bool known = false;
  for (const Mine& mine : mine_) {
    const model::Version& version = mine.served->loaded->version;
    if (version.name != target.model) continue;
    if (!target.version || number_in(*target.version) == version.number) return mine;
    known = true;
  }
  if (!known) throw Refusal{404, fmt::format("no model '{}' is served, but {}", target.model, addresses())};
  throw Refusal{404, fmt::format("version '{}' of '{}' is not served, but {}", *target.version, target.model,
                                 addresses())};
}

std::string Answerer::index(const http::Request& request) const {
  const std::string_view host = request.header("Host");
  const std::string url = fmt::format("http://{}", host.empty() ? "localhost" : host);
  std::string out = fmt::format("mlops {}: ", version());
  if (!models_->empty())
    out +=
        fmt::format("models that answer\n\n{}\nAsk the first of them:\n\n  {}\n\n", lines_of_models(*models_),
                    curl_line(url, models_->front().loaded->example(state_.now->now())));
  if (state_.features != nullptr)
    out += fmt::format("features of\n\n{}\n", lines_of_views(state_.features->impl()));
  for (std::size_t i = 0; i < route_count; ++i) {
    const auto route = static_cast<Route>(i);
    if (route == Route::unknown || route == Route::index) continue;
    out += fmt::format("{:9}  {}\n", allowed(route), pattern(route));
  }
  return out;
}

void Answerer::look_up(const Target& target, const http::Request& request, http::Response& response) {
  const bool draining = state_.draining.load(std::memory_order_relaxed);
  const auto text = [&response](std::string body, std::string_view type = text_type) {
    response.content_type = type;
    response.body = std::move(body);
  };
  const auto unless_draining = [&response, draining] { response.status = draining ? 503 : 200; };
  std::string& out = response.body;
  switch (target.route) {
    case Route::ping:
    case Route::health:
      out = "\n";
      return;
    case Route::version:
      return text(std::string(version()));
    case Route::server:
      out = server_json();
      return;
    case Route::live:
      out = R"({"live": true})";
      return;
    case Route::ready:
      out = ready_json(!draining);
      return unless_draining();
    case Route::models:
      out = names_json();
      return;
    case Route::model:
      out = find(target).served->loaded->writer.metadata(versions_of(target));
      return;
    case Route::model_ready:
      out = ready_json(!draining, find(target).served->loaded->version.name);
      return unless_draining();
    case Route::healthz:
      text(draining ? "draining\n" : "ok\n");
      return unless_draining();
    case Route::metrics:
      text("", metrics_type);
      return write_metrics(state_, out);
    case Route::example:
      out = find({.route = Route::invocations}).served->loaded->example(state_.now->now());
      return;
    case Route::index:
      return text(index(request));
    default:
      throw error(Code::internal, "nothing to look up at {}", pattern(target.route));
  }
}

}  // namespace mlops::serve

#include "src/feature_answerer.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include "src/faults.hpp"
#include "src/feature_fault.hpp"
#include "src/media_type.hpp"

namespace mlops::serve {
namespace {

/// Of a push, as the two protocols call the view.
std::string_view view_member(Route route) {
  return route == Route::push ? "push_source_name" : "feature_view_name";
}

FeatureFault no_view_to_push(Route route, std::string_view name, const Catalogue& catalogue) {
  const auto known = catalogue.names();
  const auto near = name.size() > 100 ? std::vector<std::string>() : near_misses(name, known);
  const std::string there = known.empty() ? "none is" : one_of(near.empty() ? known : near, "'") + " is";
  const bool source = route == Route::push;
  return feature_fault(source ? 422 : 404, source ? Feast::no_source : Feast::no_object,
                       "no view '{}' is online; {}", name, there);
}

/// Rows that cannot be read are corrupt to whoever reads files.
bool is_the_clients(const Error& e) { return e.code() == Code::usage || e.code() == Code::corrupt; }

}  // namespace

FeatureAnswerer::FeatureAnswerer(Engines& engines, FeatureServer::Impl& server)
    : server_(server), document_(engines) {}

std::size_t FeatureAnswerer::operator()(Route route, const http::Request& request, http::Response& response) {
  try {
    renew();
    return answer(route, request, response);
  } catch (const FeatureFault& fault) {
    response.body.clear();
    refuse(fault, response);
  } catch (const Error& e) {
    response.body.clear();
    if (e.code() == Code::busy) {
      response.fields.emplace_back("Retry-After", "1");
      refuse(feature_fault(503, Feast::error, "{}", e.message()), response);
    } else if (is_the_clients(e)) {
      refuse(feature_fault("{}{}", e.message(), e.detail().empty() ? "" : "\n" + e.detail()), response);
    } else {
      throw;
    }
  }
  return 0;
}

void FeatureAnswerer::renew() {
  if (catalogue_ && server_.generation() == generation_) return;
  generation_ = server_.generation();
  catalogue_ = server_.catalogue();
}

std::size_t FeatureAnswerer::answer(Route route, const http::Request& request, http::Response& response) {
  switch (route) {
    case Route::get_online_features:
      return look_up(request, response);
    case Route::push:
    case Route::write_to_online_store:
      return push(route, request, response);
    case Route::features:
      response.body = features_json(server_.stored());
      return 0;
    default:
      throw feature_fault(
          "a server takes no table over: `mlops features materialize` does, where the project is, and this "
          "server follows at once");
  }
}

json::Node FeatureAnswerer::body_of(const http::Request& request) {
  if (const auto encoding = request.header("Content-Encoding"); !encoding.empty() && encoding != "identity")
    throw feature_fault(415, Feast::error, "a body with a Content-Encoding is not taken; send it as it is");
  const std::string_view type = request.header("Content-Type");
  if (!type.empty() && !says_json(type))
    throw feature_fault(415, Feast::error, "the content type {} is not taken; application/json is wanted",
                        quoted(type));
  try {
    return document_.parse(request.body);
  } catch (const Error& e) {
    if (e.code() != Code::corrupt) throw;
    throw feature_fault(400, Feast::error, "the body is not JSON: {}", e.message());
  }
}

std::size_t FeatureAnswerer::look_up(const http::Request& request, http::Response& response) {
  question_.read(body_of(request));
  reply_.plan(question_, *catalogue_);
  reply_.write(server_.clock().now(), response.body);
  return question_.entities.rows();
}

std::size_t FeatureAnswerer::push(Route route, const http::Request& request, http::Response& response) {
  pushed_.read(body_of(request), view_member(route));
  const auto views = catalogue_->of(pushed_.view);
  if (views.empty()) throw no_view_to_push(route, pushed_.view, *catalogue_);
  try {
    const auto done = server_.push(pushed_, request.header("Idempotency-Key"));
    response.body = json::dump(json::Object{{"view", pushed_.view},
                                            {"rows", pushed_.columns.rows()},
                                            {"events", done.events},
                                            {"without", done.without},
                                            {"again", done.again}});
  } catch (...) {
    views.front().counts->pushes_refused.fetch_add(1, std::memory_order_relaxed);
    throw;
  }
  return pushed_.columns.rows();
}

}  // namespace mlops::serve

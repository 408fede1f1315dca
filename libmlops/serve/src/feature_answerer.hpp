#pragma once
/// Answers the requests about features of one thread.

#include <mlops/base/engines.hpp>
#include <mlops/http/message.hpp>
#include <mlops/json/document.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "src/feature_reply.hpp"
#include "src/feature_state.hpp"
#include "src/routes.hpp"

namespace mlops::serve {

class FeatureAnswerer {
 public:
  FeatureAnswerer(Engines& engines, FeatureServer::Impl& server);

  /// How many rows were answered or taken. What a client did wrong is in the response.
  std::size_t operator()(Route route, const http::Request& request, http::Response& response);

 private:
  std::size_t answer(Route route, const http::Request& request, http::Response& response);
  std::size_t look_up(const http::Request& request, http::Response& response);
  std::size_t push(Route route, const http::Request& request, http::Response& response);
  json::Node body_of(const http::Request& request);
  void renew();

  FeatureServer::Impl& server_;
  json::Document document_;
  std::uint64_t generation_ = 0;
  std::shared_ptr<const Catalogue> catalogue_ = {};
  FeatureQuestion question_ = {};
  PushedRows pushed_ = {};
  FeatureReply reply_ = {};
};

/// The body of GET /features.
std::string features_json(const std::vector<feature::OnlineView>& views);

/// The part of /metrics, in Prometheus' text format 0.0.4.
void write_feature_metrics(const FeatureServer::Impl& server, std::string& out);

/// For people: a line for each view.
std::string lines_of_views(const FeatureServer::Impl& server);

}  // namespace mlops::serve

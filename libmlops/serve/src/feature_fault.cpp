#include "src/feature_fault.hpp"

#include <mlops/json/value.hpp>

#include "src/media_type.hpp"

namespace mlops::serve {
namespace {

const char* class_of(Feast kind) {
  switch (kind) {
    case Feast::no_view:
      return "FeatureViewNotFoundException";
    case Feast::no_service:
      return "FeatureServiceNotFoundException";
    case Feast::no_object:
      return "FeastObjectNotFoundException";
    case Feast::no_source:
      return "PushSourceNotFoundException";
    case Feast::same_name:
      return "FeatureNameCollisionError";
    case Feast::error:
      break;
  }
  return "FeastError";
}

}  // namespace

void refuse(const FeatureFault& fault, http::Response& response) {
  const json::Object error{
      {"module", "feast.errors"}, {"class", class_of(fault.kind)}, {"message", fault.text}};
  response.status = fault.status;
  response.content_type = json_type;
  response.body = json::dump(json::dump(error));
}

}  // namespace mlops::serve

#include "src/s3/bucket.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/http/network.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "src/s3/uri.hpp"

namespace mlops::remote::s3 {
namespace {

std::string first_of(std::initializer_list<std::string> values) {
  for (const std::string& value : values) {
    if (!value.empty()) return value;
  }
  return {};
}

/// A host holds lower-case letters, and no certificate covers a bucket with a dot.
bool fits_into_host(const std::string& bucket) {
  return std::all_of(bucket.begin(), bucket.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

void set_endpoint(Bucket& bucket, const std::string& url) {
  bucket.scheme = http::scheme_of(url);
  if (bucket.scheme != "http" && bucket.scheme != "https") {
    throw error(Code::usage, "the endpoint '{}' of S3 is no URL", http::shown(url))
        .with_hint("it looks like `https://example.org:9000`");
  }
  http::require_fetchable(url);
  if (url.find_first_of("?#") != std::string::npos)
    throw error(Code::usage, "the endpoint '{}' of S3 has more than a path", http::shown(url));
  const std::string rest = url.substr(bucket.scheme.size() + 3);
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  bucket.host = lowered(rest.substr(0, slash));
  bucket.path = rest.substr(slash);
  while (bucket.path.ends_with('/')) bucket.path.pop_back();
  const std::string_view usual = bucket.scheme == "https" ? ":443" : ":80";
  if (bucket.host.ends_with(usual)) bucket.host.resize(bucket.host.size() - usual.size());
}

}  // namespace

std::string Bucket::authority() const {
  std::string out = at_amazon() ? fmt::format("s3.{}.amazonaws.com", region) : host;
  if (at_amazon() && region.starts_with("cn-")) out += ".cn";
  return virtual_host ? name + "." + out : out;
}

std::string Bucket::origin() const { return (at_amazon() ? "https" : scheme) + "://" + authority(); }

std::string Bucket::path_of(const std::string& key) const {
  const std::string in_front = virtual_host ? path : path + "/" + name;
  return in_front + (key.empty() && !in_front.empty() ? "" : "/") + encoded_path(key);
}

Bucket bucket_of(const Address& address, const Environment& environment, const Profile& profile) {
  Bucket out;
  const std::string rest = address.url.substr(std::string_view("s3://").size());
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  out.name = rest.substr(0, slash);
  out.prefix = rest.substr(std::min(slash + 1, rest.size()));
  while (out.prefix.ends_with('/')) out.prefix.pop_back();
  if (!out.prefix.empty()) out.prefix += '/';
  out.region = first_of({address.region, variable(environment, "AWS_REGION"),
                         variable(environment, "AWS_DEFAULT_REGION"), profile.value("region"), "us-east-1"});
  if (!is_region(out.region)) throw error(Code::usage, "'{}' is no region of S3", out.region);
  const std::string endpoint =
      first_of({address.endpoint, variable(environment, "AWS_ENDPOINT_URL_S3"),
                variable(environment, "AWS_ENDPOINT_URL"), profile.value("endpoint_url")});
  if (!endpoint.empty()) set_endpoint(out, endpoint);
  out.virtual_host =
      address.style.empty() ? out.at_amazon() && fits_into_host(out.name) : address.style == "virtual";
  return out;
}

bool is_region(const std::string& text) {
  return !text.empty() && text.size() <= 40 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

}  // namespace mlops::remote::s3

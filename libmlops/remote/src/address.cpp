#include <mlops/base/error.hpp>
#include <mlops/http/network.hpp>
#include <mlops/remote/address.hpp>
#include <mlops/remote/bundle.hpp>

#include "src/folder.hpp"
#include "src/s3/open.hpp"

namespace mlops::remote {
namespace {

constexpr std::string_view file_scheme = "file://";
constexpr std::string_view s3_scheme = "s3://";

bool is_s3(const Address& address) { return address.url.starts_with(s3_scheme); }

std::string folder_in(const std::string& url) {
  return url.starts_with(file_scheme) ? url.substr(file_scheme.size()) : url;
}

/// Without what may be a secret.
std::string shown(const std::string& url) {
  const std::size_t scheme = url.find("://");
  const std::size_t at = url.rfind('@');
  if (scheme == std::string::npos || at == std::string::npos || at < scheme) return url;
  return url.substr(0, scheme + 3) + "..." + url.substr(at);
}

[[noreturn]] void refuse(const Address& address, std::string_view why) {
  throw error(Code::usage, "'{}' is no address of a remote: {}", shown(address.url), why)
      .with_id("remote.address")
      .with_hint("a remote is a folder, as in `/mnt/share/churn`, or a bucket, as in `s3://ml-store/churn`");
}

void require_bucket(const Address& address) {
  std::string_view rest = std::string_view(address.url).substr(s3_scheme.size());
  const std::string_view bucket = rest.substr(0, rest.find('/'));
  if (bucket.empty()) refuse(address, "it names no bucket");
  if (bucket.find('@') != std::string_view::npos) {
    refuse(address, "keys do not belong into it: they come from the environment or ~/.aws/credentials");
  }
  for (const char letter : bucket) {
    const bool good = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                      (letter >= '0' && letter <= '9') || letter == '.' || letter == '-' || letter == '_';
    if (!good) refuse(address, "the name of a bucket is letters, digits, '.', '-' and '_'");
  }
  for (const unsigned char letter : rest) {
    if (letter <= ' ' || letter == '?' || letter == '#' || letter == 127)
      refuse(address, "there are characters in it that cannot be");
  }
}

}  // namespace

void require_address(const Address& address) {
  if (address.url.empty()) refuse(address, "it is empty");
  if (is_s3(address)) {
    require_bucket(address);
    if (!address.endpoint.empty() && http::scheme_of(address.endpoint) != "https" &&
        http::scheme_of(address.endpoint) != "http") {
      throw error(Code::usage, "the endpoint '{}' is no URL", address.endpoint)
          .with_hint("it looks like `https://example.org:9000`");
    }
    if (!address.style.empty() && address.style != "path" && address.style != "virtual") {
      throw error(Code::usage, "the style '{}' of the remote '{}' is neither `path` nor `virtual`",
                  address.style, address.url);
    }
    return;
  }
  const std::size_t scheme = address.url.find("://");
  if (scheme != std::string::npos && !address.url.starts_with(file_scheme))
    refuse(address, "there are no remotes at " + address.url.substr(0, scheme + 3));
  if (folder_in(address.url).empty()) refuse(address, "it names no folder");
  if (!address.endpoint.empty() || !address.region.empty() || !address.style.empty())
    refuse(address, "a folder has no endpoint, no region and no style");
}

std::unique_ptr<Space> open_space(const Address& address, const Surroundings& surroundings) {
  require_address(address);
  if (is_s3(address)) return open_s3(address, surroundings);
  const auto place = (surroundings.folder / folder_in(address.url)).lexically_normal();
  std::error_code ignored;
  if (std::filesystem::is_regular_file(place, ignored)) return open_bundle(place);
  return open_folder(place);
}

}  // namespace mlops::remote

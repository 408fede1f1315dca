#pragma once
/// Where a remote is, as `remotes:` of `mlops.yaml` and the command line say it, and the space that is there.

#include <mlops/base/cancel.hpp>
#include <mlops/base/engines.hpp>
#include <mlops/remote/space.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace mlops::remote {

struct Address {
  std::string url = {};       ///< "s3://bucket/prefix", "file:///mnt/share", "../share", "/mnt/share"
  std::string endpoint = {};  ///< Of S3; empty: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, else AWS itself.
  std::string region = {};  ///< Of S3; empty: AWS_REGION, AWS_DEFAULT_REGION, the profile's, else us-east-1.
  /// Of S3: "path", "virtual", or empty: virtual at AWS, path elsewhere.
  std::string style = {};
  /// Nobody else writes at the same time, says who wrote it: needed where create() cannot be had.
  bool one_writer = false;

  bool operator==(const Address&) const = default;
};

/// What the outside gives: nothing here is read from the process's environment.
struct Surroundings {
  std::filesystem::path folder = {};                    ///< What a relative path is relative to.
  std::map<std::string, std::string> environment = {};  ///< AWS_*, HOME, proxies, certificates.
  Engines* engines = nullptr;
  const Cancel* cancel = nullptr;
};

/// Throws Error(usage) for what is no address of a remote, naming the faults.
void require_address(const Address& address);

/// Nothing is sent yet. Throws Error: usage (no address; credentials that cannot be read), not_found (no
/// credentials are found for S3, with the places that were looked at).
std::unique_ptr<Space> open_space(const Address& address, const Surroundings& surroundings);

}  // namespace mlops::remote

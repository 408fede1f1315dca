#pragma once
/// Where a bucket is reached: the host, the path, and the region that its signatures name.

#include <mlops/remote/address.hpp>

#include <string>

#include "src/s3/profile.hpp"

namespace mlops::remote::s3 {

struct Bucket {
  std::string name;
  std::string prefix;  ///< Of every key: empty, or it ends with '/'.
  std::string region;
  std::string scheme = {};    ///< Of an endpoint of its own: "http" or "https".
  std::string host = {};      ///< Its host, and the port unless it is the usual one; empty: Amazon's.
  std::string path = {};      ///< What of its path stands in front of all: "" or "/s3".
  bool virtual_host = false;  ///< The bucket is a part of the host, not of the path.

  bool at_amazon() const { return host.empty(); }
  /// "https://bucket.s3.eu-west-1.amazonaws.com", without a path.
  std::string origin() const;
  /// What the field Host says.
  std::string authority() const;
  /// Encoded, of a whole key; of the bucket itself when it is empty.
  std::string path_of(const std::string& key) const;
};

/// Throws Error(usage) for an endpoint that is none.
Bucket bucket_of(const Address& address, const Environment& environment, const Profile& profile);

/// As a server may say it; nothing else becomes a part of a host.
bool is_region(const std::string& text);

}  // namespace mlops::remote::s3

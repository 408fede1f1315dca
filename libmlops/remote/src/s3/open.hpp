#pragma once
/// A space that is a bucket, or what stands below a prefix in one (Amazon's S3 REST API, 2006-03-01).

#include <mlops/remote/address.hpp>

#include <chrono>
#include <cstdint>
#include <memory>

namespace mlops::remote {

/// How patient it is, and how a file is cut; tests are less patient.
struct Manner {
  unsigned attempts = 8;  ///< Of one request that did not get on.
  std::chrono::milliseconds first_pause{100};
  std::chrono::milliseconds longest_pause{10'000};
  std::uint64_t several_parts_from = std::uint64_t{64} << 20;
  std::uint64_t part_bytes = std::uint64_t{16} << 20;  ///< As much more as it takes to have `most_parts`.
  std::uint64_t most_parts = 10'000;
  unsigned parts_at_once = 8;
};

/// `address.url` begins with "s3://". Throws as open_space() does.
std::unique_ptr<Space> open_s3(const Address& address, const Surroundings& surroundings,
                               const Manner& manner = {});

}  // namespace mlops::remote

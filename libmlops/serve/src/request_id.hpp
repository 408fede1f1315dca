#pragma once
/// Ids of requests that came without one: UUIDs of version 7 (RFC 9562), which sort by time.

#include <mlops/base/clock.hpp>

#include <array>
#include <cstdint>
#include <random>
#include <string_view>

namespace mlops::serve {

/// Of one thread.
class RequestIds {
 public:
  RequestIds();
  /// Holds until the next one is made.
  std::string_view next(Time now);

 private:
  std::mt19937_64 random_;
  std::array<char, 36> text_ = {};
};

/// Whether a client's id is taken as it is: 1 to 200 bytes, none of them a control character.
bool is_request_id(std::string_view text);

}  // namespace mlops::serve

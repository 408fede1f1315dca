#pragma once
/// Who listens on a port of this machine, from /proc (proc(5)).

#include <cstdint>
#include <string>

namespace mlops::http {

/// " by process 1234 (python3 -m http.server)", " by a process of another user" (whose descriptors this user
/// may not see); empty when nobody listens.
std::string holder_text(std::uint16_t port);

}  // namespace mlops::http

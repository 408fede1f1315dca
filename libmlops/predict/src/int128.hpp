#pragma once
/// The compiler's 128-bit integer under a name that warnings let pass.

#include <mlops/base/columns.hpp>

namespace mlops::predict {

__extension__ typedef __int128 Wide;
__extension__ typedef unsigned __int128 UnsignedWide;

inline Wide wide(Int128 value) {
  return static_cast<Wide>((static_cast<UnsignedWide>(static_cast<std::uint64_t>(value.high)) << 64) |
                           value.low);
}

}  // namespace mlops::predict

#pragma once
/// The parts of the one table of functions.

#include <mlops/expect/signature.hpp>

#include <utility>
#include <vector>

namespace mlops::expect {

template <typename... Places>
constexpr unsigned set_of(Places... places) {
  return (static_cast<unsigned>(places) | ...);
}

inline constexpr Type number{Sort::number, Measure::plain};
inline constexpr Type counted{Sort::number, Measure::count};
inline constexpr Type share{Sort::number, Measure::share};
inline constexpr Type duration{Sort::number, Measure::duration};

std::vector<Signature> functions_of_tables();
std::vector<Signature> functions_of_models();
std::vector<Signature> functions_of_triggers();

}  // namespace mlops::expect

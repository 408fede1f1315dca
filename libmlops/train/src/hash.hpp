#pragma once
/// The hash that shuffles: the finaliser of SplitMix64 (Steele, Lea, Flood 2014), so that another program can
/// make the same split.

#include <cstdint>

namespace mlops::train {

constexpr std::uint64_t mixed(std::uint64_t z) {
  z += 0x9e3779b97f4a7c15U;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

constexpr std::uint64_t hash_of(std::uint64_t seed, std::uint64_t position) {
  return mixed(mixed(seed) ^ position);
}

}  // namespace mlops::train

#pragma once
/// What a push sends, and in which form.

#include <mlops/base/digest.hpp>
#include <mlops/store/exchange.hpp>

#include <cstdint>
#include <vector>

#include "src/inventory.hpp"

namespace mlops::remote {

/// What is sent, in the order of sending.
struct Cargo {
  std::vector<Digest> small = {};
  std::vector<Digest> history = {};  ///< Small ones of it.
  struct Large {
    Digest digest = {};
    store::Form form = {};
  };
  std::vector<Large> large = {};
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;
};

/// Of what is reached, none of which is in the inventory. A large object goes as a recipe, with what that is
/// made of, where this is less than the whole. Throws Error(corrupt, "object.missing").
Cargo load(store::Store& store, const Inventory& inventory, const store::Reached& reached);

}  // namespace mlops::remote

#pragma once
/// A store as its own files see it.

#include <mlops/store/store.hpp>

#include <memory>

namespace mlops::store {

struct Store::Impl {
  explicit Impl(std::filesystem::path folder) : root(std::move(folder)), objects(root), references(root) {}

  std::filesystem::path root;
  Objects objects;
  References references;
  std::unique_ptr<Catalogue> catalogue;
};

}  // namespace mlops::store

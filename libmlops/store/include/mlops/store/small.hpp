#pragma once
/// The contents of many small objects at once, in the order in which they lie on disk: what objects.hpp gives
/// one by one, for who wants thousands and does not mind the order.

#include <mlops/base/digest.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace mlops::store {

/// An object of this size, or a larger one, is never among them.
constexpr std::uint64_t never_small = 256 * 1024;

class SmallObjects {
 public:
  /// `root` is the store's folder.
  explicit SmallObjects(const std::filesystem::path& root);
  ~SmallObjects();
  SmallObjects(const SmallObjects&) = delete;
  SmallObjects& operator=(const SmallObjects&) = delete;

  /// Visits the content of each of these by its number, verified, and returns the numbers of those that are
  /// not to be had here: they lie elsewhere, are damaged or missing, and Objects has them or the fault. For
  /// many threads.
  std::vector<std::size_t> visit(
      const std::vector<Digest>& digests,
      const std::function<void(std::size_t number, std::string_view content)>& visit) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlops::store

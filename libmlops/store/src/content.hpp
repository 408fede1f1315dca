#pragma once
/// The bytes of an object, however they are encoded: as a file of its own, as a frame of a pack, or as a
/// recipe of parts of other objects. None of it is compared with a digest here.

#include <mlops/base/digest.hpp>
#include <mlops/fs/file.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace mlops::store {

class Content {
 public:
  virtual ~Content() = default;
  virtual std::uint64_t size() const = 0;
  /// As many bytes as there are from `offset` on, up to `size`. Throws Error(corrupt) where what they are
  /// made of is gone or damaged.
  virtual std::size_t read_at(void* buffer, std::size_t size, std::uint64_t offset) = 0;
};

/// What finds an object; nothing when the store has none of that digest.
class Contents {
 public:
  virtual ~Contents() = default;
  virtual std::unique_ptr<Content> find(const Digest& digest) const = 0;
};

std::unique_ptr<Content> content_of(fs::File file);
std::unique_ptr<Content> content_of(std::string bytes);

/// Sees all bytes, in order; what they hash to.
Digest hash_content(Content& content, const std::function<void(std::string_view bytes)>& look = nullptr);

}  // namespace mlops::store

#include "src/content.hpp"

#include <mlops/crypto/sha256.hpp>

#include <algorithm>
#include <cstring>

#include "src/place.hpp"

namespace mlops::store {
namespace {

class FileContent final : public Content {
 public:
  explicit FileContent(fs::File file) : file_(std::move(file)), size_(file_.stamp().size) {}
  std::uint64_t size() const override { return size_; }
  std::size_t read_at(void* buffer, std::size_t size, std::uint64_t offset) override {
    return file_.read_at(buffer, size, offset);
  }

 private:
  fs::File file_;
  std::uint64_t size_;
};

class BytesContent final : public Content {
 public:
  explicit BytesContent(std::string bytes) : bytes_(std::move(bytes)) {}
  std::uint64_t size() const override { return bytes_.size(); }
  std::size_t read_at(void* buffer, std::size_t size, std::uint64_t offset) override {
    if (offset >= bytes_.size()) return 0;
    const std::size_t count = std::min(size, bytes_.size() - static_cast<std::size_t>(offset));
    std::memcpy(buffer, bytes_.data() + offset, count);
    return count;
  }

 private:
  std::string bytes_;
};

}  // namespace

std::unique_ptr<Content> content_of(fs::File file) { return std::make_unique<FileContent>(std::move(file)); }

std::unique_ptr<Content> content_of(std::string bytes) {
  return std::make_unique<BytesContent>(std::move(bytes));
}

Digest hash_content(Content& content, const Look& look) {
  crypto::Sha256 hash;
  std::string block(static_cast<std::size_t>(std::min<std::uint64_t>(block_size, content.size())), '\0');
  std::uint64_t at = 0;
  while (const std::size_t count = content.read_at(block.data(), block.size(), at)) {
    hash.update(block.data(), count);
    if (look) look({block.data(), count});
    at += count;
  }
  return hash.finish();
}

}  // namespace mlops::store

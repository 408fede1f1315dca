/// Objects' ways in: bytes, streams, files.
#include <mlops/base/error.hpp>
#include <mlops/crypto/sha256.hpp>
#include <mlops/fs/atomic.hpp>

#include <cstring>
#include <vector>

#include "src/layout.hpp"
#include "src/place.hpp"

namespace mlops::store {
namespace {

class FileWriter final : public Objects::Writer {
 public:
  FileWriter(Objects::State& state, const Path& temporary)
      : state_(state), scrap_(temporary), file_(temporary, fs::File::Mode::create_new) {
    buffer_.reserve(block_size);
  }

  void write(const void* data, std::size_t size) override {
    const char* bytes = static_cast<const char*>(data);
    size_ += size;
    if (buffer_.size() + size > block_size) flush();
    if (size >= block_size) return pass(bytes, size);
    buffer_.insert(buffer_.end(), bytes, bytes + size);
  }

  Digest commit() override {
    flush();
    const Digest digest = hash_.finish();
    state_.place(file_, digest, size_);
    scrap_.let_go();
    return digest;
  }

  std::uint64_t size() const override { return size_; }

 private:
  void flush() {
    pass(buffer_.data(), buffer_.size());
    buffer_.clear();
  }
  void pass(const char* bytes, std::size_t size) {
    hash_.update(bytes, size);
    file_.write(bytes, size);
  }

  Objects::State& state_;
  Scrap scrap_;
  fs::File file_;
  crypto::Sha256 hash_;
  std::vector<char> buffer_;
  std::uint64_t size_ = 0;
};

}  // namespace

std::unique_ptr<Objects::Writer> Objects::writer() {
  return std::make_unique<FileWriter>(*state_, temporary_path());
}

Digest Objects::put(std::string_view bytes) {
  const Digest digest = crypto::sha256(bytes);
  if (state_->is_whole(digest, bytes.size())) {
    sync_place(root_, digest);
    return digest;
  }
  encodings().packs().look_again();
  if (const auto at = bytes.size() < small_object ? state_->find_sound(digest) : std::nullopt) {
    fs::sync_folder(at->parent_path());
    return digest;
  }
  Scrap scrap(temporary_path());
  fs::File file(scrap.path(), fs::File::Mode::create_new);
  file.write(bytes);
  state_->place(file, digest, bytes.size());
  scrap.let_go();
  return digest;
}

Digest Objects::put_file(const Path& path, const Look& look) {
  fs::File source(path);
  const auto known = hash_first(root_, source, look);
  if (known && state_->is_whole(*known, source.stamp().size)) {
    sync_place(root_, *known);
    return *known;
  }
  if (known) source = fs::File(path);
  Scrap scrap(temporary_path());
  fs::File target(scrap.path(), fs::File::Mode::create_new);
  const Digest digest = copy_hashed(source, target, known ? nullptr : look);
  if (known && *known != digest) throw changed(path);
  state_->place(target, digest, target.stamp().size);
  scrap.let_go();
  return digest;
}

Digest Objects::adopt(const Path& temporary) {
  Scrap scrap(temporary);
  fs::File file(temporary);
  const Digest digest = hash_rest(file);
  state_->place(file, digest, file.stamp().size);
  scrap.let_go();
  return digest;
}

Path Objects::temporary_path(std::string_view suffix) { return state_->temporary_path(suffix); }

}  // namespace mlops::store

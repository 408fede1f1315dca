#include <mlops/remote/bundle.hpp>
#include <mlops/remote/remote.hpp>

#include <mlops/base/error.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/file.hpp>

#include <algorithm>
#include <mutex>
#include <set>

#include "src/tar.hpp"

namespace mlops::remote {
namespace {

using Path = std::filesystem::path;

constexpr std::size_t block_size = 1 << 18;

Path new_name(const Path& file) { return file.parent_path() / ("." + file.filename().native() + ".new"); }

Path begun(const Path& file) {
  if (fs::find_stamp(file)) throw error(Code::conflict, "'{}' is there already", file.native());
  fs::remove_file(new_name(file));
  return new_name(file);
}

}  // namespace

struct BundleWriter::Impl {
  explicit Impl(Path to) : target(std::move(to)), file(begun(target), fs::File::Mode::create_new) {}
  ~Impl() {
    if (!done) std::filesystem::remove(file.path(), ignored);
  }

  void add(const std::string& key, std::string_view bytes) {
    const std::lock_guard guard(mutex);
    file.write(tar_header(key, bytes.size()));
    file.write(bytes);
    file.write(tar_padding(bytes.size()));
    keys.insert(key);
  }

  void add_file(const std::string& key, const Path& path, const Moved& moved) {
    const std::lock_guard guard(mutex);
    fs::File source(path);
    const std::uint64_t size = source.stamp().size;
    file.write(tar_header(key, size));
    std::string block(block_size, '\0');
    std::uint64_t at = 0;
    for (std::size_t count = source.read(block.data(), block_size); count > 0;
         count = source.read(block.data(), block_size)) {
      file.write(std::string_view(block.data(), count));
      at += count;
      if (moved) moved(count);
    }
    if (at != size) throw error(Code::conflict, "'{}' changed while it was read", path.native());
    file.write(tar_padding(size));
    keys.insert(key);
  }

  const Path target;
  std::mutex mutex;
  fs::File file;
  std::set<std::string> keys;
  bool done = false;
  std::error_code ignored;
};

namespace {

[[noreturn]] void written_once(const std::string& name) {
  throw error(Code::failed, "the bundle '{}' is written once, by `mlops store bundle`", name)
      .with_id("bundle.read_only");
}

class WriterSpace final : public Space {
 public:
  explicit WriterSpace(std::shared_ptr<BundleWriter::Impl> impl) : impl_(std::move(impl)) {}

  std::string name() const override { return impl_->target.native(); }
  void list(const std::string&, const std::string&, const std::function<void(const Item& item)>&) override {}
  std::optional<std::string> find(const std::string&) override { return std::nullopt; }
  void get(const std::string& key, std::uint64_t, std::uint64_t,
           const std::function<void(std::string_view bytes)>&) override {
    throw error(Code::not_found, "there is no '{}' yet in '{}'", key, name());
  }
  void put(const std::string& key, std::string_view bytes) override { impl_->add(key, bytes); }
  void put_file(const std::string& key, const Path& file, const std::optional<Digest>&,
                const Moved& moved) override {
    impl_->add_file(key, file, moved);
  }
  bool create(const std::string& key, std::string_view bytes) override {
    if (impl_->keys.contains(key)) return false;
    impl_->add(key, bytes);
    return true;
  }
  void remove(const std::string&) override { written_once(name()); }

 private:
  const std::shared_ptr<BundleWriter::Impl> impl_;
};

class ReaderSpace final : public Space {
 public:
  explicit ReaderSpace(const Path& path) : file_(path), members_(tar_members(file_)) {}

  std::string name() const override { return file_.path().native(); }

  void list(const std::string& prefix, const std::string& after,
            const std::function<void(const Item& item)>& visit) override {
    for (auto at = members_.lower_bound(prefix); at != members_.end() && at->first.starts_with(prefix);
         ++at) {
      if (at->first > after) visit({.key = at->first, .size = at->second.size});
    }
  }

  std::optional<std::string> find(const std::string& key) override {
    const auto found = members_.find(key);
    if (found == members_.end()) return std::nullopt;
    std::string out(found->second.size, '\0');
    out.resize(file_.read_at(out.data(), out.size(), found->second.offset));
    return out;
  }

  void get(const std::string& key, std::uint64_t offset, std::uint64_t size,
           const std::function<void(std::string_view bytes)>& take) override {
    const auto found = members_.find(key);
    if (found == members_.end()) throw error(Code::not_found, "there is no '{}' in '{}'", key, name());
    if (offset > found->second.size || size > found->second.size - offset) {
      throw error(Code::corrupt, "'{}' in '{}' is shorter than it was", key, name())
          .with_id("remote.corrupt");
    }
    std::string block(block_size, '\0');
    for (std::uint64_t at = found->second.offset + offset; size > 0;) {
      const std::size_t count = file_.read_at(
          block.data(), static_cast<std::size_t>(std::min<std::uint64_t>(size, block_size)), at);
      if (count == 0) throw error(Code::corrupt, "'{}' ends too early", name()).with_id("remote.corrupt");
      take({block.data(), count});
      at += count;
      size -= count;
    }
  }

  void put(const std::string&, std::string_view) override { written_once(name()); }
  void put_file(const std::string&, const Path&, const std::optional<Digest>&, const Moved&) override {
    written_once(name());
  }
  bool create(const std::string&, std::string_view) override { written_once(name()); }
  void remove(const std::string&) override { written_once(name()); }

 private:
  const fs::File file_;
  const std::map<std::string, TarMember> members_;
};

}  // namespace

BundleWriter::BundleWriter(Path file) : impl_(std::make_shared<Impl>(std::filesystem::absolute(file))) {}

BundleWriter::~BundleWriter() = default;

std::unique_ptr<Space> BundleWriter::space() { return std::make_unique<WriterSpace>(impl_); }

std::uint64_t BundleWriter::finish() {
  impl_->file.write(std::string(2 * tar_block, '\0'));
  impl_->file.sync();
  const std::uint64_t size = impl_->file.stamp().size;
  fs::rename_file(impl_->file.path(), impl_->target);
  impl_->done = true;
  fs::sync_folder(impl_->target.parent_path());
  return size;
}

std::unique_ptr<Space> open_bundle(const Path& file) {
  auto out = std::make_unique<ReaderSpace>(file);
  if (is_remote(*out)) return out;
  throw error(Code::corrupt, "'{}' is no bundle: it is a tar archive of something else", file.native())
      .with_id("bundle.corrupt");
}

}  // namespace mlops::remote

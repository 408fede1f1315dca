#include "src/folder.hpp"

#include <mlops/base/error.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/copy.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/fs/link.hpp>
#include <mlops/fs/temporary.hpp>
#include <mlops/fs/walk.hpp>

#include <algorithm>
#include <mutex>
#include <vector>

namespace mlops::remote {
namespace {

using Path = std::filesystem::path;

constexpr std::size_t piece_size = 1 << 18;

/// What is on its way; never a part of a key.
constexpr std::string_view unfinished = "incoming";

class FolderSpace final : public Space {
 public:
  explicit FolderSpace(Path folder) : folder_(std::move(folder)) {}

  std::string name() const override { return folder_.native(); }

  void list(const std::string& prefix, const std::string& after,
            const std::function<void(const Item& item)>& visit) override {
    std::vector<Item> items;
    const std::size_t slash = prefix.rfind('/');
    collect(slash == std::string::npos ? "" : prefix.substr(0, slash), prefix, items);
    std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.key < b.key; });
    for (const Item& item : items) {
      if (item.key > after) visit(item);
    }
  }

  std::optional<std::string> find(const std::string& key) override { return fs::find_file(folder_ / key); }

  void get(const std::string& key, std::uint64_t offset, std::uint64_t size,
           const std::function<void(std::string_view bytes)>& take) override {
    const fs::File file(folder_ / key);
    std::string block(piece_size, '\0');
    while (size > 0) {
      const std::size_t count = file.read_at(
          block.data(), static_cast<std::size_t>(std::min<std::uint64_t>(size, piece_size)), offset);
      if (count == 0) {
        throw error(Code::corrupt, "'{}' is shorter than it was", file.path().native())
            .with_id("remote.corrupt");
      }
      take({block.data(), count});
      offset += count;
      size -= count;
    }
  }

  void put(const std::string& key, std::string_view bytes) override { settle(written(bytes), key); }

  void put_file(const std::string& key, const Path& path, const std::optional<Digest>& /*digest*/,
                const Moved& moved) override {
    const Path from = incoming();
    fs::File source(path);
    const std::uint64_t size = source.stamp().size;
    {
      fs::File file(from, fs::File::Mode::create_new);
      fs::copy_content(source, file);
      file.sync();
    }
    settle(from, key);
    if (moved) moved(size);
  }

  bool create(const std::string& key, std::string_view bytes) override {
    const Path from = written(bytes);
    const Path to = folder_ / key;
    fs::make_folders(to.parent_path());
    const bool made = fs::link_file(from, to);
    fs::remove_file(from);
    sync(to);
    return made;
  }

  void remove(const std::string& key) override { fs::remove_file(folder_ / key); }

 private:
  void collect(const std::string& below, const std::string& prefix, std::vector<Item>& items) const {
    for (const std::string& name : fs::names_in(folder_ / below)) {
      const std::string key = below.empty() ? name : below + "/" + name;
      // A folder is of use where the prefix leads into it, or it lies behind the prefix.
      const bool fits = key.starts_with(prefix) || prefix.starts_with(key + "/");
      if (!fits || key == unfinished) continue;
      if (std::filesystem::is_directory(folder_ / key)) {
        collect(key, prefix, items);
      } else if (const auto stamp = fs::find_stamp(folder_ / key); stamp && key.starts_with(prefix)) {
        items.push_back({.key = key, .size = stamp->size});
      }
    }
  }

  /// A fresh file of what is on its way, gone with this process.
  Path incoming() {
    const std::lock_guard guard(mutex_);
    if (!scratch_) {
      fs::sweep(folder_ / unfinished);
      scratch_.emplace(folder_ / unfinished);
    }
    return scratch_->path() / std::to_string(++names_);
  }

  Path written(std::string_view bytes) {
    Path path = incoming();
    fs::File file(path, fs::File::Mode::create_new);
    file.write(bytes);
    file.sync();
    return path;
  }

  void settle(const Path& from, const std::string& key) const {
    const Path to = folder_ / key;
    fs::make_folders(to.parent_path());
    fs::rename_file(from, to);
    sync(to);
  }

  /// The name is durable, and those of the folders above it: who made one may have been killed before.
  void sync(const Path& path) const {
    Path folder = path.parent_path();
    for (; folder != folder_; folder = folder.parent_path()) fs::sync_folder(folder);
    fs::sync_folder(folder_);
    fs::sync_folder(std::filesystem::absolute(folder_).parent_path());
  }

  const Path folder_;
  std::mutex mutex_;
  std::optional<fs::TemporaryFolder> scratch_;
  std::uint64_t names_ = 0;
};

}  // namespace

std::unique_ptr<Space> open_folder(Path folder) { return std::make_unique<FolderSpace>(std::move(folder)); }

}  // namespace mlops::remote

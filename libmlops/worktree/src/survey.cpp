#include "src/survey.hpp"

#include <mlops/base/error.hpp>
#include <mlops/crypto/sha256.hpp>

#include <algorithm>
#include <mutex>

namespace mlops::worktree {
namespace {

/// So many files are looked at together.
constexpr std::size_t window_size = 8'192;
/// So many folders at most are open meanwhile.
constexpr std::size_t open_folders = 256;
/// A piece of work for one thread: so many files and all of the last one's folder, or so many bytes. Two
/// threads that make files in one folder wait for each other.
constexpr std::size_t piece_files = 256;
constexpr std::size_t most_piece_files = 1024;
constexpr std::uint64_t piece_bytes = 8 << 20;
constexpr std::size_t read_size = 256 * 1024;

std::uint32_t mode_of(const fs::Look& look) {
  if (look.type == fs::Type::link) return store::TreeFile::link;
  return (look.mode & 0100U) != 0 ? 0755 : 0644;
}

bool share_folder(const std::string& a, const std::string& b) {
  const std::size_t slash = a.rfind('/');
  if (slash != b.rfind('/')) return false;
  return slash == std::string::npos || a.compare(0, slash, b, 0, slash) == 0;
}

/// Whether so many files are a piece; `together`: the next one is in the folder of the last one.
bool is_piece(std::size_t files, bool together) {
  return files >= piece_files && (files >= most_piece_files || !together);
}

/// Where pieces end: where `ends(begin, end)` says so of those that have something behind them.
template <typename Ends>
std::vector<std::size_t> ends_of_pieces(std::size_t count, const Ends& ends) {
  std::vector<std::size_t> out;
  std::size_t begin = 0;
  for (std::size_t end = 1; end <= count; ++end) {
    if (end < count && !ends(begin, end)) continue;
    out.push_back(end);
    begin = end;
  }
  return out;
}

/// Nothing where there is none, or a link on the way.
std::shared_ptr<const fs::Folder> folder_below(const std::filesystem::path& top, const std::string& path) {
  const auto is_folder = [](const std::optional<fs::Look>& look) {
    return look && look->type == fs::Type::folder;
  };
  if (!is_folder(fs::find_look(top))) return nullptr;
  auto folder = std::make_shared<const fs::Folder>(top);
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t slash = std::min(path.find('/', at), path.size());
    const std::string name = path.substr(at, slash - at);
    if (!is_folder(folder->find(name))) return nullptr;
    folder = std::make_shared<const fs::Folder>(*folder, name);
    at = slash + 1;
  }
  return folder;
}

}  // namespace

Survey::Survey(const Place& place, const std::string& path, const std::optional<Pin>& pin, bool all_pinned)
    : place_(place),
      path_(path),
      all_pinned_(all_pinned),
      walk_(place.root, path),
      index_(index_path(place.store, path)) {
  if (pin && pin->folder) {
    tree_ = std::make_unique<store::TreeReader>(place.store.objects(), pin->digest);
    next_expected();
  } else if (pin) {
    expected_ = {
        .path = "", .mode = pin->executable ? 0755U : 0644U, .size = pin->bytes, .digest = pin->digest};
  }
  Walked walked;
  if (walk_.next(walked)) walked_ = std::move(walked);
}

bool Survey::next_expected() {
  store::TreeFile file;
  const bool more = tree_ && tree_->next(file);
  expected_ = more ? std::optional(std::move(file)) : std::nullopt;
  return more;
}

void Survey::fill(std::vector<Item>& window) {
  std::size_t folders = 0;
  const fs::Folder* folder = nullptr;
  while (window.size() < window_size && folders < open_folders && (walked_ || expected_)) {
    Item& item = window.emplace_back();
    const bool here = walked_ && (!expected_ || walked_->path <= expected_->path);
    const bool wanted = expected_ && (!walked_ || expected_->path <= walked_->path);
    if (!here) item.path = expected_->path;
    if (wanted) {
      item.expected = std::move(expected_);
      next_expected();
    }
    if (here) {
      item.there = true;
      item.path = std::move(walked_->path);
      item.folder = std::move(walked_->folder);
      item.name = std::move(walked_->name);
      folders += item.folder.get() == folder ? 0 : 1;
      folder = item.folder.get();
      if (!walk_.next(*walked_)) walked_.reset();
    }
  }
}

void Survey::look(std::vector<Item>& window) const {
  // Two threads that use one folder pay for it.
  const auto ends = ends_of_pieces(window.size(), [&](std::size_t begin, std::size_t end) {
    return is_piece(end - begin, window[end - 1].folder == window[end].folder);
  });
  in_parallel(ends.size(), {place_.threads, place_.cancel}, [&](std::size_t piece) {
    for (std::size_t i = piece == 0 ? 0 : ends[piece - 1]; i < ends[piece]; ++i) {
      Item& item = window[i];
      if (!item.there) continue;
      const auto look = item.folder->find(item.name);
      item.there = look.has_value();  // Else it went meanwhile.
      if (look) item.look = *look;
      if (look) item.mode = mode_of(*look);
    }
  });
}

void Survey::look_behind_rules(Item& item) {
  const std::filesystem::path top = place_.root / path_;
  const std::size_t slash = item.path.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : item.path.substr(0, slash);
  if (folder != last_folder_) {
    last_folder_ = folder;
    last_ = folder_below(item.path.empty() ? top.parent_path() : top, folder);
  }
  if (!last_) return;
  const std::string name = item.path.empty() ? top.filename().native() : item.path.substr(slash + 1);
  const auto look = last_->find(name);
  if (!look || look->type == fs::Type::folder) return;
  item.there = true;
  item.folder = last_;
  item.name = name;
  item.look = *look;
  item.mode = mode_of(*look);
}

std::vector<Item> Survey::next() {
  std::vector<Item> window;
  window.reserve(window_size);
  fill(window);
  look(window);
  for (Item& item : window) {
    if (!item.there && item.expected && all_pinned_) look_behind_rules(item);
    if (!item.there) continue;
    if (item.look.type == fs::Type::folder) {  // It was not one a moment ago.
      item.there = false;
      continue;
    }
    if (item.look.type != fs::Type::file && item.look.type != fs::Type::link) {
      throw error(Code::failed, "'{}' is {}", item.file().native(), fs::name_of_special(item.look.mode))
          .with_hint("files, folders and symbolic links can be versioned; name it in a '.mlopsignore'");
    }
    const auto known = index_.find(item.path);
    if (known && known->stamp == item.look.stamp && known->mode == item.mode) item.digest = known->digest;
  }
  std::erase_if(window, [](const Item& item) { return !item.there && !item.expected; });
  return window;
}

Error changed(const Item& item) {
  return error(Code::conflict, "'{}' changed while it was read", item.file().native())
      .with_hint("run the command again when nobody writes to it");
}

Digest hash_of(const Item& item) {
  if (item.is_link()) return crypto::sha256(item.folder->link_text(item.name));
  fs::File file = item.folder->open(item.name);
  if (file.stamp() != item.look.stamp) throw changed(item);
  thread_local std::string block;
  block.resize(read_size);
  crypto::Sha256 hash;
  while (const std::size_t count = file.read(block.data(), block.size())) hash.update(block.data(), count);
  if (file.stamp() != item.look.stamp) throw changed(item);
  return hash.finish();
}

void share_out_pieces(const Place& place, const std::vector<Item*>& items,
                      const std::function<void(std::span<Item* const> piece, std::size_t lane)>& work) {
  std::uint64_t bytes = 0;
  const auto ends = ends_of_pieces(items.size(), [&](std::size_t begin, std::size_t end) {
    const Item& last = *items[end - 1];
    bytes += last.there ? last.look.stamp.size : last.expected->size;
    const bool is_end =
        bytes >= piece_bytes || is_piece(end - begin, share_folder(last.path, items[end]->path));
    if (is_end) bytes = 0;
    return is_end;
  });
  std::mutex mutex;
  std::vector<std::size_t> lanes;
  for (std::size_t i = 0; i < std::max(1U, place.threads); ++i) lanes.push_back(i);
  in_parallel(ends.size(), {place.threads, place.cancel}, [&](std::size_t piece) {
    std::size_t lane = 0;
    {
      const std::lock_guard guard(mutex);
      lane = lanes.back();
      lanes.pop_back();
    }
    const std::size_t begin = piece == 0 ? 0 : ends[piece - 1];
    work(std::span(items).subspan(begin, ends[piece] - begin), lane);
    const std::lock_guard guard(mutex);
    lanes.push_back(lane);
  });
}

void share_out(const Place& place, const std::vector<Item*>& items,
               const std::function<void(Item& item, std::size_t lane)>& work) {
  share_out_pieces(place, items, [&](std::span<Item* const> piece, std::size_t lane) {
    for (Item* item : piece) {
      if (place.cancel != nullptr) place.cancel->check();
      work(*item, lane);
    }
  });
}

Known known_of(const Item& item, const Digest& digest) {
  return {.path = item.path, .mode = item.mode, .stamp = item.look.stamp, .digest = digest};
}

}  // namespace mlops::worktree

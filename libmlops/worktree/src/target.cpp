#include "src/target.hpp"

#include <mlops/base/error.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/copy.hpp>

#include <cerrno>
#include <system_error>

namespace mlops::worktree {
namespace {

namespace stdfs = std::filesystem;

/// Below it a copy costs as little as a link.
constexpr std::uint64_t worth_a_link = 256 * 1024;

Error appeared(const stdfs::path& file) {
  return error(Code::conflict, "'{}' was made by somebody else meanwhile", file.native())
      .with_id("files.unsaved")
      .with_hint("`mlops data status` tells what is not versioned; run the command again");
}

unsigned permissions_of(const store::TreeFile& file) { return file.mode == 0755 ? 0777 : 0666; }

bool is_small(const store::TreeFile& file) {
  return file.mode != store::TreeFile::link && file.size < store::never_small;
}

/// The item lies there now, as it should.
void is_written(Item& item, const fs::Look& look) {
  item.look = look;
  item.mode = item.expected->mode;
  item.digest = item.expected->digest;
  item.there = true;
}

/// Makes files in folders that are there; neighbours share one.
class Maker {
 public:
  explicit Maker(std::filesystem::path top) : top_(std::move(top)) {}

  fs::Look make(const store::TreeFile& file, std::string_view bytes) {
    const std::string_view path = file.path;
    const std::size_t slash = path.rfind('/');
    const std::string_view folder = slash == std::string_view::npos ? "" : path.substr(0, slash);
    if (!last_ || folder != last_path_) {
      last_.emplace(folder.empty() ? top_ : top_ / folder);
      last_path_ = folder;
    }
    return last_->make(std::string(path.substr(folder.empty() ? 0 : slash + 1)), bytes, permissions_of(file));
  }

 private:
  const std::filesystem::path top_;
  std::string last_path_;
  std::optional<fs::Folder> last_;
};

void check(const std::error_code& fault, const std::string& what) {
  if (fault) throw system_error(fault.value(), what);
}

std::uint64_t device_of(const stdfs::path& path) {
  for (stdfs::path at = path;; at = at.parent_path()) {
    if (const auto stamp = fs::find_stamp(at)) return stamp->device;
    if (at == at.parent_path()) return 0;
  }
}

}  // namespace

void check_way(const stdfs::path& top, const stdfs::path& folder) {
  for (stdfs::path above = folder; above.native().size() > top.native().size(); above = above.parent_path()) {
    const auto look = fs::find_look(above);
    if (!look || look->type == fs::Type::folder) continue;
    throw error(Code::conflict, "'{}' is in the way of a folder", above.native())
        .with_hint("a '.mlopsignore' leaves it out, so that it is in no version; move it away");
  }
}

Error not_empty(const stdfs::path& folder) {
  return error(Code::conflict, "the folder '{}' is in the way of a file and is not empty", folder.native())
      .with_hint("what is in it is in no version; move it away");
}

Target::Target(const Place& place, const std::string& path, bool folder, const CheckoutOptions& options)
    : place_(place),
      small_(place.store.root()),
      top_(place.root / path),
      hard_links_(options.hard_links),
      overwrite_(options.force) {
  one_volume_ = device_of(top_) == device_of(place.store.root());
  if (!folder || fs::find_look(top_)) return;
  stage_ = temporary(top_);
  fs::make_folders(stage_);
}

Target::~Target() {
  std::error_code ignored;
  if (!stage_.empty()) stdfs::remove_all(stage_, ignored);
}

stdfs::path Target::at(const Item& item) const {
  const stdfs::path& top = stage_.empty() ? top_ : stage_;
  return item.path.empty() ? top : top / item.path;
}

stdfs::path Target::temporary(const stdfs::path& target) {
  if (one_volume_) return place_.store.objects().temporary_path("");
  return target.parent_path() / fmt::format("{}{}", temporary_prefix, ++names_);
}

void Target::remove(const Item& item) {
  fs::remove_file(item.file());
  emptied_.insert(item.file().parent_path());
}

bool Target::is_folder(const Item& item) const {
  if (!stage_.empty() || item.there) return false;
  const auto look = fs::find_look(at(item));
  return look && look->type == fs::Type::folder;
}

void Target::make_room(const Item& item) {
  const std::string_view path = item.path;
  const std::string_view above = path.substr(0, path.rfind('/') == path.npos ? 0 : path.rfind('/'));
  if (made_ && above == *made_) return;
  made_ = above;
  const stdfs::path folder = at(item).parent_path();
  if (stage_.empty()) check_way(top_, folder);
  std::error_code fault;
  stdfs::create_directories(folder, fault);
  check(fault, fmt::format("cannot make the folder '{}'", folder.native()));
}

void Target::remove_folder(const Item& item) {
  std::error_code fault;
  stdfs::remove(at(item), fault);
  if (!fault) return;
  throw not_empty(at(item));
}

bool Target::hard_linked(const stdfs::path& file, const store::TreeFile& content) {
  if (!hard_links_ || content.mode != 0644 || content.size < worth_a_link) return false;
  std::error_code fault;
  stdfs::create_hard_link(place_.store.objects().file(content.digest), file, fault);
  if (fault) return false;  // Another file system, or too many links.
  ++linked_;
  return true;
}

void Target::fill(const stdfs::path& file, const store::TreeFile& content) {
  if (content.mode == store::TreeFile::link) {
    std::error_code fault;
    stdfs::create_symlink(place_.store.objects().get(content.digest), file, fault);
    return check(fault, fmt::format("cannot make the link '{}'", file.native()));
  }
  if (hard_linked(file, content)) return;
  fs::File out(file, fs::File::Mode::create_new, permissions_of(content));
  if (place_.store.objects().copy(content.digest, out) == fs::Copied::reflink) ++reflinked_;
}

void Target::replace(const stdfs::path& target, bool overwrite, const Make& make) {
  const stdfs::path made = temporary(target);
  try {
    make(made);
    if (overwrite) {
      fs::replace_file(made, target);
    } else if (!fs::rename_unless_there(made, target)) {
      throw appeared(target);
    }
  } catch (const Error&) {
    std::error_code ignored;
    stdfs::remove(made, ignored);
    throw;
  }
}

void Target::put(Item& item, const Make& make) {
  const stdfs::path target = at(item);
  if (!stage_.empty()) {
    make(target);  // In a folder that nobody knows yet.
  } else {
    replace(target, item.there || overwrite_, make);
  }
  if (const auto look = fs::find_look(target)) is_written(item, *look);
}

void Target::write(Item& item) {
  put(item, [&](const stdfs::path& made) { fill(made, *item.expected); });
}

void Target::write(const std::vector<Item*>& items) {
  share_out_pieces(place_, items, [this](std::span<Item* const> piece, std::size_t) { write_piece(piece); });
}

/// Small ones in the order in which the store has them.
void Target::write_piece(std::span<Item* const> piece) {
  std::vector<Item*> small;
  std::vector<Item*> rest;
  std::vector<Digest> digests;
  for (Item* item : piece) {
    (is_small(*item->expected) ? small : rest).push_back(item);
    if (is_small(*item->expected)) digests.push_back(item->expected->digest);
  }
  Maker maker(stage_);
  const auto left = small_.visit(digests, [&](std::size_t number, std::string_view bytes) {
    if (place_.cancel != nullptr) place_.cancel->check();
    Item& item = *small[number];
    if (!stage_.empty()) return is_written(item, maker.make(*item.expected, bytes));
    put(item, [&](const stdfs::path& made) {
      fs::File(made, fs::File::Mode::create_new, permissions_of(*item.expected)).write(bytes);
    });
  });
  for (const std::size_t number : left) rest.push_back(small[number]);
  for (Item* item : rest) {
    if (place_.cancel != nullptr) place_.cancel->check();
    write(*item);
  }
}

void Target::remove_empty_folders() {
  for (auto folder = emptied_.rbegin(); folder != emptied_.rend(); ++folder) {
    std::error_code stop;
    for (stdfs::path at = *folder; at != top_ && at.native().size() > top_.native().size();
         at = at.parent_path()) {
      if (!stdfs::remove(at, stop)) break;
    }
  }
}

void Target::finish() {
  if (stage_.empty()) return;
  std::error_code fault;
  stdfs::create_directories(top_.parent_path(), fault);
  check(fault, fmt::format("cannot make the folder '{}'", top_.parent_path().native()));
  fs::rename_file(stage_, top_);
  stage_.clear();
}

void Target::make_own(const stdfs::path& file, std::uint32_t mode) {
  constexpr std::uint32_t execute = 0111;
  replace(file, true, [&](const stdfs::path& made) {
    fs::File from(file);
    fs::File to(made, fs::File::Mode::create_new, 0666 | (mode & execute));
    fs::copy_content(from, to);
  });
}

}  // namespace mlops::worktree

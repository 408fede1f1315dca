#include "src/index.hpp"

#include <mlops/base/crc.hpp>
#include <mlops/base/error.hpp>
#include <mlops/crypto/sha256.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/volume.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <limits>

namespace mlops::worktree {
namespace {

constexpr std::string_view magic = "mlopsix2";
constexpr std::size_t block_size = 64 * 1024;
constexpr std::size_t largest_block = block_size + 128 * 1024;  // A path has at most 64 KiB.

/// Linux writes what is 30 s old, and looks every 5 s; machines on batteries wait for minutes.
constexpr std::int64_t unsynced_ns = 600'000'000'000;

/// As /proc has it, which is another one after each start of the machine, and blanks.
using Boot = std::array<char, 40>;

struct FileHead {
  Boot boot = {};
  std::int64_t begun_ns = 0;
};

struct BlockHead {
  std::uint32_t size = 0;
  std::uint32_t crc = 0;
};

static_assert(sizeof(FileHead) == 48 && sizeof(fs::Stamp) == 40 && sizeof(Digest) == 32,
              "an index has them as they are");

std::int64_t now_ns() {
  using namespace std::chrono;
  return duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count();
}

Boot this_boot() {
  Boot out;
  out.fill(' ');
  try {
    fs::File("/proc/sys/kernel/random/boot_id").read(out.data(), out.size());
  } catch (const Error&) {
    // Then a power cut cannot be told.
  }
  return out;
}

template <typename Value>
void put(std::string& to, const Value& value) {
  to.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// Takes values off the beginning of a text.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  template <typename Value>
  bool take(Value& value) {
    if (text_.size() < sizeof value) return false;
    std::memcpy(&value, text_.data(), sizeof value);
    text_.remove_prefix(sizeof value);
    return true;
  }
  bool take(std::string& path, std::size_t size) {
    if (text_.size() < size) return false;
    path.assign(text_.substr(0, size));
    text_.remove_prefix(size);
    return true;
  }
  std::size_t left() const { return text_.size(); }

 private:
  std::string_view text_;
};

bool take(Cursor& cursor, Known& known) {
  std::uint16_t size = 0;
  return cursor.take(size) && cursor.take(known.mode) && cursor.take(known.stamp) &&
         cursor.take(known.digest) && cursor.take(known.path, size);
}

}  // namespace

std::filesystem::path index_path(const store::Store& store, const std::string& path) {
  return store.root() / "worktree" / crypto::sha256(path).hex();
}

IndexReader::IndexReader(const std::filesystem::path& file) {
  try {
    if (!fs::find_stamp(file)) return;
    file_.emplace(file);
    std::string begin(magic.size(), '\0');
    begin.resize(file_->read(begin.data(), begin.size()));
    FileHead head;
    if (begin != magic || file_->read(&head, sizeof head) != sizeof head) {
      file_.reset();
      return;
    }
    doubtful_ns_ =
        head.boot == this_boot() ? std::numeric_limits<std::int64_t>::max() : head.begun_ns - unsynced_ns;
    next();
  } catch (const Error&) {
    file_.reset();
  }
}

bool IndexReader::next_block() {
  BlockHead head;
  if (!file_ || file_->read(&head, sizeof head) != sizeof head || head.size > largest_block) return false;
  block_.resize(head.size);
  at_ = 0;
  return file_->read(block_.data(), block_.size()) == block_.size() && crc32c(block_) == head.crc;
}

bool IndexReader::next() {
  while (take_entry()) {
    if (std::max(here_->stamp.changed_ns, here_->stamp.modified_ns) <= doubtful_ns_) return true;
  }
  return false;
}

bool IndexReader::take_entry() {
  here_.reset();
  if (at_ == block_.size() && !next_block()) {
    file_.reset();  // The end, or damage: of what comes behind nothing is known.
    block_.clear();
    at_ = 0;
    return false;
  }
  Cursor cursor(std::string_view(block_).substr(at_));
  Known known;
  if (!take(cursor, known)) return false;
  at_ = block_.size() - cursor.left();
  here_ = std::move(known);
  return true;
}

std::optional<Known> IndexReader::find(const std::string& path) {
  while (here_ && here_->path < path && next()) {
  }
  return here_ && here_->path == path ? here_ : std::nullopt;
}

std::optional<Known> IndexReader::next_before(const std::string& path) {
  if (!here_ || here_->path >= path) return std::nullopt;
  auto out = std::move(here_);
  next();
  return out;
}

IndexWriter::IndexWriter(store::Store& store, const std::string& path) : target_(index_path(store, path)) {
  try {
    place_ = store.objects().temporary_path(".index");
    file_.emplace(place_, fs::File::Mode::create_new);
    const FileHead head{this_boot(), now_ns()};
    file_->write(magic);
    file_->write(&head, sizeof head);
  } catch (const Error&) {
    file_.reset();
  }
}

IndexWriter::~IndexWriter() {
  if (file_) fs::remove_file(place_);
}

void IndexWriter::add(const Known& known) {
  put(block_, static_cast<std::uint16_t>(known.path.size()));
  put(block_, known.mode);
  put(block_, known.stamp);
  put(block_, known.digest);
  block_ += known.path;
  if (block_.size() >= block_size) end_block();
}

void IndexWriter::end_block() {
  const BlockHead head{static_cast<std::uint32_t>(block_.size()), crc32c(block_)};
  try {
    if (file_) file_->write(&head, sizeof head);
    if (file_) file_->write(block_);
  } catch (const Error&) {
    file_.reset();
  }
  block_.clear();
}

void IndexWriter::finish() noexcept {
  if (!block_.empty()) end_block();
  if (!file_) return;
  try {
    file_.reset();
    fs::make_folders(target_.parent_path());
    fs::rename_file(place_, target_);
  } catch (const Error&) {
    // The next look reads the files again.
  }
}

Youth::Youth(const std::filesystem::path& folder) : network_(fs::volume(folder).network) {}

bool Youth::young(const fs::Stamp& stamp) const {
  constexpr std::int64_t fine_ns = 20'000'000;
  constexpr std::int64_t coarse_ns = 2'100'000'000;
  constexpr std::int64_t second_ns = 1'000'000'000;
  const std::int64_t window = network_ || stamp.changed_ns % second_ns == 0 ? coarse_ns : fine_ns;
  return stamp.changed_ns + window > now_ns();
}

}  // namespace mlops::worktree

#include <mlops/base/error.hpp>
#include <mlops/worktree/diff.hpp>

#include <algorithm>
#include <fstream>

namespace mlops::worktree {
namespace {

using ContentKind = ContentDiff::Kind;

constexpr std::uint64_t most_bytes = 8 << 20;  ///< Of a text that is compared line by line.
constexpr std::uint64_t most_lines = 2'000;    ///< That differ.
constexpr std::size_t looked_at = 8'000;       ///< Of the beginning, for what no text has.
constexpr std::uint64_t in_memory = 1 << 20;   ///< What lies in a pack would become a file for nothing.
constexpr std::size_t block_bytes = 1 << 20;

/// The bytes of an object, in order.
class Content {
 public:
  Content(const store::Objects& objects, const Digest& digest) {
    if (objects.size(digest).value_or(0) <= in_memory) {
      bytes_ = objects.get(digest);
      return;
    }
    const std::filesystem::path path = objects.file(digest);
    file_.open(path, std::ios::binary);
    if (!file_) throw error(Code::failed, "cannot read '{}'", path.string());
  }

  /// Nothing behind the last one; as long as the next call.
  std::string_view next() {
    if (!file_.is_open()) {
      block_ = std::exchange(bytes_, "");
      return block_;
    }
    block_.resize(block_bytes);
    file_.read(block_.data(), static_cast<std::streamsize>(block_.size()));
    block_.resize(static_cast<std::size_t>(file_.gcount()));
    return block_;
  }

 private:
  std::string bytes_;
  std::ifstream file_;
  std::string block_;
};

bool is_text(std::string_view beginning) {
  return beginning.substr(0, looked_at).find('\0') == std::string_view::npos;
}

/// Where the contents part, and whether both begin as text.
void part(Content& before, Content& after, ContentDiff& out, const Cancel* cancel) {
  std::string_view a = before.next();
  std::string_view b = after.next();
  out.kind = is_text(a) && is_text(b) ? ContentKind::large : ContentKind::binary;
  out.first_line = 1;
  while (!a.empty() && !b.empty()) {
    if (cancel != nullptr) cancel->check();
    const std::size_t size = std::min(a.size(), b.size());
    const auto same = static_cast<std::size_t>(
        std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(size), b.begin()).first - a.begin());
    out.first_byte += same;
    out.first_line += static_cast<std::uint64_t>(
        std::count(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(same), '\n'));
    if (same < size) return;
    a.remove_prefix(size);
    b.remove_prefix(size);
    if (a.empty()) a = before.next();
    if (b.empty()) b = after.next();
  }
}

void count_lines(ContentDiff& diff) {
  for (const ContentDiff::Hunk& hunk : diff.hunks) {
    for (const ContentDiff::Line& line : hunk.lines) {
      diff.lines_added += line.sign == '+' ? 1 : 0;
      diff.lines_removed += line.sign == '-' ? 1 : 0;
    }
  }
}

}  // namespace

ContentDiff diff_contents(const store::Objects& objects, const Digest& before, const Digest& after,
                          const Cancel* cancel) {
  ContentDiff out;
  if (before == after) return out;
  {
    Content a(objects, before);
    Content b(objects, after);
    part(a, b, out, cancel);
  }
  const bool small =
      objects.size(before).value_or(0) <= most_bytes && objects.size(after).value_or(0) <= most_bytes;
  if (out.kind == ContentKind::binary || !small) return out;
  if (auto hunks = diff_lines(objects.get(before), objects.get(after), most_lines)) {
    out.kind = ContentKind::text;
    out.hunks = std::move(*hunks);
    count_lines(out);
  }
  return out;
}

}  // namespace mlops::worktree

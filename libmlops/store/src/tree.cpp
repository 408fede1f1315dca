#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/crypto/sha256.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/json/value.hpp>
#include <mlops/store/objects.hpp>
#include <mlops/store/tree.hpp>

#include <algorithm>
#include <charconv>

#include "src/place.hpp"

namespace mlops::store {
namespace {

constexpr std::string_view head = R"({"files":[)";
constexpr std::string_view tail = R"(],"tree":1})";

bool is_safe(std::string_view path) {
  if (path.empty() || path.find('\0') != std::string_view::npos) return false;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t slash = std::min(path.find('/', at), path.size());
    const std::string_view part = path.substr(at, slash - at);
    if (part.empty() || part == "." || part == "..") return false;
    at = slash + 1;
  }
  return true;
}

/// A file that is also a folder of another ("a" beside "a/b") could not be written out again.
bool is_folder_of(std::string_view folder, std::string_view path) {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

/// What comes next in a tree has a place there. Between "a" and "a/b" others may stand ("a b"), so each looks
/// for its own folders.
class Order {
 public:
  void check(const std::string& path) {
    if (!is_safe(path)) throw error(Code::corrupt, "a tree holds the path '{}', which leads out of it", path);
    if (!open_.empty() && path == open_.back()) throw error(Code::corrupt, "a tree holds '{}' twice", path);
    if (!open_.empty() && path < open_.back())
      throw error(Code::corrupt, "a tree holds '{}' behind '{}'", path, open_.back());
    while (!open_.empty() && !path.starts_with(open_.back())) open_.pop_back();
    for (const std::string& file : open_) {
      if (is_folder_of(file, path))
        throw error(Code::corrupt, "a tree holds '{}' as a file and as a folder", file);
    }
    open_.push_back(path);
  }

 private:
  std::vector<std::string> open_;  ///< The last file, behind those whose path begins its own.
};

bool is_mode(std::int64_t mode) { return (mode >= 0 && mode <= 07777) || mode == TreeFile::link; }

std::string hex_of(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

std::optional<std::string> bytes_of(std::string_view hex) {
  std::string out;
  if (hex.size() % 2 != 0) return std::nullopt;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    unsigned value = 0;
    const auto [end, fault] = std::from_chars(hex.data() + i, hex.data() + i + 2, value, 16);
    if (fault != std::errc() || end != hex.data() + i + 2) return std::nullopt;
    out += static_cast<char>(value);
  }
  return out;
}

/// Whether the text stands in JSON as it is.
bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; });
}

std::string json_of(const TreeFile& file) {
  if (is_plain(file.path)) {
    return fmt::format(R"({{"digest":"{}","mode":{},"path":"{}","size":{}}})", file.digest.text(), file.mode,
                       file.path, file.size);
  }
  json::Object object{{"digest", file.digest.text()}, {"mode", std::int64_t{file.mode}}, {"size", file.size}};
  const bool text = is_utf8(file.path);
  object.set(text ? "path" : "bytes", text ? file.path : hex_of(file.path));
  return json::canonical(object);
}

[[noreturn]] void no_tree(const Digest& tree, std::string_view why) {
  throw error(Code::corrupt, "object {} is no tree{}{}", tree.text(), why.empty() ? "" : ": ", why);
}

TreeFile file_from(std::string_view text, const Digest& tree) {
  const json::Value value = json::parse(text);
  const auto digest = Digest::parse(value["digest"].text_or(""));
  const std::int64_t mode = value["mode"].int_or(-1);
  const std::int64_t size = value["size"].int_or(-1);
  const std::string* bytes = value["bytes"].as_string();
  const auto path = bytes == nullptr ? value["path"].text_or("") : bytes_of(*bytes);
  if (!digest || !is_mode(mode) || size < 0 || !path)
    no_tree(tree, "an entry has no digest, mode, path or size");
  TreeFile file{.path = *path,
                .mode = static_cast<std::uint32_t>(mode),
                .size = static_cast<std::uint64_t>(size),
                .digest = *digest};
  if (json_of(file) != text) no_tree(tree, "an entry is not in canonical form");
  return file;
}

/// Reads what almost all entries look like; its size, 0 for any other and where the text ends too early.
std::size_t read_plain(std::string_view text, TreeFile& file) {
  const std::size_t all = text.size();
  const auto take = [&text](std::string_view words) {
    const bool there = text.starts_with(words);
    if (there) text.remove_prefix(words.size());
    return there;
  };
  const auto number = [&text](auto& value) {
    const bool shortest = !text.starts_with('0') || (text.size() > 1 && (text[1] < '0' || text[1] > '9'));
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return fault == std::errc() && shortest;
  };
  constexpr std::size_t digest_size = 71;
  if (!take(R"({"digest":")") || text.size() < digest_size) return 0;
  const auto digest = Digest::parse(text.substr(0, digest_size));
  text.remove_prefix(digest_size);
  if (!digest || !take(R"(","mode":)") || !number(file.mode) || !is_mode(file.mode) || !take(R"(,"path":")"))
    return 0;
  const std::string_view path = text.substr(0, text.find('"'));
  if (!is_plain(path)) return 0;
  text.remove_prefix(path.size());
  file.path = path;
  file.digest = *digest;
  return take(R"(","size":)") && number(file.size) && take("}") ? all - text.size() : 0;
}

/// Where the entry that begins the text ends; nothing when it goes on behind the text.
std::optional<std::size_t> end_of_entry(std::string_view text) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (quoted && text[i] == '\\') ++i;
    if (!quoted && text[i] == '}') return i + 1;
  }
  return std::nullopt;
}

/// The object's bytes.
std::string text_of(Tree tree) {
  std::sort(tree.files.begin(), tree.files.end(),
            [](const TreeFile& a, const TreeFile& b) { return a.path < b.path; });
  Order order;
  std::string text(head);
  for (const TreeFile& file : tree.files) {
    order.check(file.path);
    if (text.size() > head.size()) text += ',';
    text += json_of(file);
  }
  return text.append(tail);
}

}  // namespace

Digest put_tree(Objects& objects, Tree tree) { return objects.put(text_of(std::move(tree))); }

Digest tree_digest(Tree tree) { return crypto::sha256(text_of(std::move(tree))); }

Tree get_tree(const Objects& objects, const Digest& digest) {
  TreeReader reader(objects, digest);
  Tree tree;
  for (TreeFile file; reader.next(file);) tree.files.push_back(file);
  return tree;
}

struct TreeWriter::Impl {
  void spill() {
    if (!file) {
      place = std::make_unique<Scrap>(objects.temporary_path());
      file.emplace(place->path(), fs::File::Mode::create_new);
    }
    file->write(text);
    text.clear();
  }

  Objects& objects;
  std::optional<Digest> base;
  std::string text{head};
  bool begun = false;
  Order order = {};
  std::unique_ptr<Scrap> place = {};
  std::optional<fs::File> file = {};
};

TreeWriter::TreeWriter(Objects& objects, std::optional<Digest> base)
    : impl_(new Impl{.objects = objects, .base = base}) {}

TreeWriter::~TreeWriter() = default;

void TreeWriter::add(const TreeFile& file) {
  impl_->order.check(file.path);
  if (impl_->begun) impl_->text += ',';
  impl_->begun = true;
  impl_->text += json_of(file);
  if (impl_->text.size() >= block_size) impl_->spill();
}

Digest TreeWriter::finish(Objects::Batch& batch) {
  impl_->text += tail;
  if (!impl_->file) return batch.put(impl_->text);
  impl_->spill();
  return batch.put_file(impl_->place->path(), {.look = nullptr, .base = impl_->base});
}

struct TreeReader::Impl {
  Impl(const Objects& objects, const Digest& tree) : digest(tree) {
    // What is small is read at once: a file would have to be made of what lies in a pack.
    const auto size = objects.size(tree);
    if (size && *size > block_size) {
      file.emplace(objects.file(tree));
    } else {
      text = objects.get(tree);
    }
    fill(head.size() + 1);
    if (!rest().starts_with(head)) no_tree(digest, "");
    at = head.size();
  }

  std::string_view rest() const { return std::string_view(text).substr(at); }

  /// Sees to it that there are so many bytes, if the object has them; false when nothing came.
  bool fill(std::size_t wanted) {
    if (rest().size() >= wanted || !file) return false;
    text.erase(0, at);
    at = 0;
    const std::size_t before = text.size();
    text.resize(before + std::max(wanted, block_size));
    text.resize(before + file->read(text.data() + before, text.size() - before));
    const bool more = text.size() > before;
    if (!more) file.reset();
    return more;
  }

  bool next(TreeFile& out) {
    constexpr std::size_t usual_entry = 8192;  // The longest path of a file has 4096 bytes.
    fill(tail.size() + 1);
    if (rest() == tail) return false;
    if (begun) {
      if (!rest().starts_with(',')) no_tree(digest, "an entry does not end");
      ++at;
    }
    begun = true;
    fill(usual_entry);
    if (const std::size_t size = read_plain(rest(), out)) {
      at += size;
      order.check(out.path);
      return true;
    }
    auto end = end_of_entry(rest());
    while (!end && fill(rest().size() + block_size)) end = end_of_entry(rest());
    if (!end) no_tree(digest, "an entry does not end");
    out = file_from(rest().substr(0, *end), digest);
    at += *end;
    order.check(out.path);
    return true;
  }

  const Digest digest;
  std::optional<fs::File> file = {};
  std::string text = {};
  std::size_t at = 0;
  bool begun = false;
  Order order = {};
};

TreeReader::TreeReader(const Objects& objects, const Digest& digest)
    : impl_(std::make_unique<Impl>(objects, digest)) {}

TreeReader::~TreeReader() = default;

bool TreeReader::next(TreeFile& file) { return impl_->next(file); }

}  // namespace mlops::store

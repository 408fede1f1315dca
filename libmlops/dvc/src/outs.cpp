/// `.dvc` and `dvc.lock`: what they say of outs.
#include <mlops/base/text.hpp>
#include <mlops/dvc/project.hpp>
#include <mlops/yaml/node.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace mlops::dvc {
namespace {

using Path = std::filesystem::path;
using yaml::Node;

constexpr yaml::Limits limits{.bytes = 256 << 20};
constexpr std::size_t md5_digits = 32;

yaml::Document document_of(std::string_view text, const std::string& file) {
  yaml::Document document = yaml::parse(text, file, limits);
  if (!document.faults.empty()) throw yaml::to_error(document.text, file, std::move(document.faults));
  return document;
}

[[noreturn]] void refuse(const yaml::Document& document, const std::string& file, const Node& node,
                         std::string message) {
  throw yaml::to_error(document.text, file, {{.at = node.at, .message = std::move(message), .hint = ""}});
}

std::string text_at(const Node& map, std::string_view key) {
  const Node* value = map.find(key);
  return value != nullptr && value->kind == yaml::Kind::scalar ? value->text : std::string();
}

bool is_false(const Node* node) { return node != nullptr && node->plain && lowered(node->text) == "false"; }
bool is_true(const Node* node) { return node != nullptr && node->plain && lowered(node->text) == "true"; }

std::optional<std::uint64_t> count_at(const Node& map, std::string_view key) {
  const std::string text = text_at(map, key);
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_md5(std::string_view text) {
  if (text.ends_with(".dir")) text.remove_suffix(4);
  return text.size() == md5_digits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool leads_out(const std::string& path) {
  return path.starts_with("/") || path.starts_with("../") || path == ".." ||
         path.find("://") != std::string::npos;
}

/// The path of an out from the root of the project.
std::string place_of(const std::string& file, const std::string& wdir, const std::string& path) {
  if (path.find("://") != std::string::npos) return path;
  std::string out = (Path(file).parent_path() / wdir / path).lexically_normal().generic_string();
  if (out.ends_with('/')) out.pop_back();
  return out;
}

void leave(Out& out, Out::Kind kind, std::string why) {
  out.kind = kind;
  out.why = std::move(why);
}

/// What an entry of `outs:` says, wherever it stands.
Out read_out(const yaml::Document& document, const std::string& file, const std::string& wdir,
             const Node& node) {
  const std::string path = text_at(node, "path");
  if (path.empty()) refuse(document, file, node, "an out has no path");
  Out out{.path = place_of(file, wdir, path),
          .file = file,
          .name = {.hex = lowered(text_at(node, "md5")), .dos = text_at(node, "hash").empty()},
          .executable = is_true(node.find("isexec")),
          .bytes = count_at(node, "size"),
          .files = count_at(node, "nfiles"),
          .remote = text_at(node, "remote")};
  if (is_false(node.find("cache"))) {
    leave(out, Out::Kind::not_ours, "git has it (cache: false)");
  } else if (out.path == "." || leads_out(out.path)) {
    leave(out, Out::Kind::unnamed, "it lies outside of the DVC project");
  } else if (out.name.hex.empty()) {
    static constexpr std::array<std::string_view, 5> others = {"etag", "checksum", "version_id", "cloud",
                                                               "files"};
    const bool cloud = std::any_of(others.begin(), others.end(),
                                   [&](std::string_view key) { return node.find(key) != nullptr; });
    leave(out, Out::Kind::unnamed,
          cloud ? "a cloud keeps its versions, and there is no md5 to check them by"
                : "it has no md5: `dvc commit` gives it one");
  } else if (!is_md5(out.name.hex)) {
    refuse(document, file, *node.find("md5"), fmt::format("'{}' is no md5", text_at(node, "md5")));
  }
  return out;
}

/// `outs:` of a map, if it has some.
const std::vector<Node>& outs_of(const yaml::Document& document, const std::string& file, const Node& map) {
  static const std::vector<Node> none;
  const Node* outs = map.find("outs");
  if (outs == nullptr || outs->kind == yaml::Kind::null) return none;
  if (outs->kind != yaml::Kind::sequence) refuse(document, file, *outs, "'outs' is no list");
  return outs->items;
}

// ---- dvc.yaml

/// Whether the text is what the pattern may become: its `${}` are any text.
bool fits(std::string_view pattern, std::string_view text) {
  const std::size_t begin = pattern.find("${");
  if (begin == std::string_view::npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, begin))) return false;
  const std::size_t end = pattern.find('}', begin);
  if (end == std::string_view::npos) return false;
  for (std::size_t at = begin; at <= text.size(); ++at) {
    if (fits(pattern.substr(end + 1), text.substr(at))) return true;
  }
  return false;
}

/// What `dvc.yaml` says of one out of a stage.
struct Flags {
  bool cached = true;
  std::string remote = {};
};

std::optional<Flags> flags_in(const Node& item, const std::string& path) {
  if (item.kind == yaml::Kind::scalar) return fits(item.text, path) ? std::optional(Flags()) : std::nullopt;
  for (const yaml::Entry& entry : item.entries) {
    if (fits(entry.key.text, path))
      return Flags{.cached = !is_false(entry.value.find("cache")), .remote = text_at(entry.value, "remote")};
  }
  return std::nullopt;
}

std::optional<Flags> flags_of(const Node& stage, const std::string& path) {
  for (const char* list : {"outs", "metrics", "plots"}) {
    const Node* items = stage.find(list);
    if (items == nullptr) continue;
    if (items->kind == yaml::Kind::map) {
      if (auto found = flags_in(*items, path)) return found;
    }
    for (const Node& item : items->items) {
      if (auto found = flags_in(item, path)) return found;
    }
  }
  return std::nullopt;
}

/// The definition of a stage; of `name@key` that of `name`, which makes many.
const Node* stage_in(const Node& stages, const std::string& name) {
  const Node* stage = stages.find(name);
  if (stage == nullptr) stage = stages.find(name.substr(0, name.find('@')));
  if (stage == nullptr) return nullptr;
  const Node* many = stage->find("do");
  return many != nullptr ? many : stage;
}

class LockReader {
 public:
  LockReader(std::string_view lock, std::string_view dvc_yaml, const std::string& file)
      : file_(file),
        yaml_file_(Path(file).replace_filename("dvc.yaml").generic_string()),
        lock_(document_of(lock, file)),
        yaml_(document_of(dvc_yaml, yaml_file_)) {}

  std::vector<Out> read() {
    // Before the schema 2.0 the stages were the whole of the file.
    const Node* stages = lock_.root.find("schema") != nullptr ? lock_.root.find("stages") : &lock_.root;
    const Node* defined = yaml_.root.find("stages");
    if (stages == nullptr) return {};
    for (const yaml::Entry& stage : stages->entries)
      read(stage.key.text, stage.value, defined == nullptr ? nullptr : stage_in(*defined, stage.key.text));
    return std::move(outs_);
  }

 private:
  void read(const std::string& name, const Node& stage, const Node* defined) {
    const Node* wdir = defined == nullptr ? nullptr : defined->find("wdir");
    if (wdir != nullptr && wdir->text.find("${") != std::string::npos) {
      refuse(yaml_, yaml_file_, *wdir,
             fmt::format("the folder of the stage '{}' is computed, which is not done here", name));
    }
    for (const Node& node : outs_of(lock_, file_, stage)) {
      Out out = read_out(lock_, file_, wdir == nullptr ? "" : wdir->text, node);
      const auto flags = defined == nullptr ? std::nullopt : flags_of(*defined, text_at(node, "path"));
      if (!flags) {
        leave(out, Out::Kind::not_ours,
              fmt::format("'{}' has it no more, in the stage '{}'", yaml_file_, name));
      } else if (!flags->cached) {
        leave(out, Out::Kind::not_ours, "git has it (cache: false)");
      } else if (!flags->remote.empty()) {
        out.remote = flags->remote;
      }
      outs_.push_back(std::move(out));
    }
  }

  const std::string& file_;
  const std::string yaml_file_;
  const yaml::Document lock_;
  const yaml::Document yaml_;
  std::vector<Out> outs_;
};

}  // namespace

std::vector<Out> read_dvc_file(std::string_view text, const std::string& file) {
  const yaml::Document document = document_of(text, file);
  std::vector<Out> outs;
  for (const Node& node : outs_of(document, file, document.root))
    outs.push_back(read_out(document, file, text_at(document.root, "wdir"), node));
  return outs;
}

std::vector<Out> read_lock(std::string_view lock, std::string_view dvc_yaml, const std::string& file) {
  return LockReader(lock, dvc_yaml, file).read();
}

}  // namespace mlops::dvc

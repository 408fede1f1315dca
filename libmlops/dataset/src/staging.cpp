#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/json/value.hpp>
#include <mlops/pack/stream.hpp>

#include <algorithm>
#include <fstream>
#include <optional>

#include "src/input.hpp"

namespace mlops::dataset {
namespace {

namespace stdfs = std::filesystem;

constexpr std::size_t block_bytes = 1 << 20;

/// Writes a temporary file; a full disk is told apart from the rest by system_error().
class Output {
 public:
  explicit Output(const stdfs::path& path) : path_(path), file_(path, std::ios::binary) { check(); }
  void write(std::string_view bytes) {
    file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    check();
  }
  void close() {
    file_.close();
    check();
  }

 private:
  void check() const {
    if (!file_) throw system_error(errno, fmt::format("cannot write '{}'", path_.string()));
  }

  const stdfs::path& path_;
  std::ofstream file_;
};

std::string_view after_space(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  return start == std::string_view::npos ? std::string_view() : text.substr(start);
}

struct Signature {
  std::string_view bytes;
  std::string_view what;
};

/// Files that people may try, and that are no table this program reads.
constexpr Signature known_others[] = {
    {"Obj\x01", "an Avro file"},
    {"PK\x03\x04", "a zip archive or a spreadsheet"},
    {"SQLite format 3", "an SQLite database"},
    {"ARROW1", "an Arrow (Feather) file"},
    {"ORC", "an ORC file"},
    {"\x89HDF", "an HDF5 file"},
    {"\x93NUMPY", "a NumPy array"},
    {"%PDF", "a PDF document"},
    {"\x89PNG", "a PNG picture"},
    {"\xD0\xCF\x11\xE0", "an old Office document"},
    {"BZh", "a bzip2 file"},
    {"\x1F\x8B", "a gzip file within another"},
    {"\x28\xB5\x2F\xFD", "a zstd file within another"},
    {"\xFD"
     "7zXZ",
     "an xz file"},
};

/// A page where data were meant: a server's excuse, a login, or what a browser saved.
void refuse_pages(std::string_view head, const std::string& name) {
  const std::string begin = lowered(after_space(head).substr(0, 64));
  if (begin.starts_with("<!doctype html") || begin.starts_with("<html")) {
    throw error(Code::corrupt, "'{}' is a page of HTML, not data", name)
        .with_id("data.html")
        .with_hint("look at it in a browser: it may say what went wrong, or where the data are");
  }
  if (begin.starts_with("version https://git-lfs")) {
    throw error(Code::corrupt, "'{}' stands for a file of Git LFS, which is not here", name)
        .with_hint("`git lfs pull` brings it");
  }
}

[[noreturn]] void refuse_empty(const std::string& name) {
  throw error(Code::corrupt, "'{}' is empty", name).with_hint("nothing was recorded; is it the right file?");
}

void refuse_others(std::string_view head, const std::string& name) {
  refuse_pages(head, name);
  for (const Signature& other : known_others) {
    if (!head.starts_with(other.bytes)) continue;
    throw error(Code::usage, "'{}' is {}, which is not read", name, other.what)
        .with_hint(
            "{}",
            other.what == std::string_view("an SQLite database")
                ? "name a table in it: `sqlite://" + name + "/TABLE`"
                : "CSV, TSV, JSON, JSON Lines and Parquet are read, plain or compressed with gzip or zstd");
  }
  const bool pickle = head.size() > 2 && head[0] == '\x80' && head[1] >= 2 && head[1] <= 5;
  if (pickle) {
    throw error(Code::corrupt,
                "'{}' is a Python pickle, which may run any code when it is read: it is never read", name)
        .with_hint("write it as Parquet or CSV from the program that made it");
  }
}

bool ends_with_any(std::string name, std::initializer_list<std::string_view> endings) {
  for (const std::string_view compression : {".gz", ".zst"}) {
    if (name.ends_with(compression)) name.resize(name.size() - compression.size());
  }
  name = lowered(name);
  return std::any_of(endings.begin(), endings.end(),
                     [&](std::string_view ending) { return name.ends_with(ending); });
}

/// The first line is a whole JSON value and something follows it.
bool is_lines(std::string_view text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos || after_space(text.substr(end)).empty()) return false;
  try {
    json::parse(text.substr(0, end));
    return true;
  } catch (const Error&) {
    return false;
  }
}

bool is_json(const std::string& name, std::string_view head) {
  if (ends_with_any(name, {".json", ".jsonl", ".ndjson"})) return true;
  const std::string_view text = after_space(head);
  return !ends_with_any(name, {".csv", ".tsv", ".tab"}) && (text.starts_with('[') || text.starts_with('{'));
}

Format format_of(const StagedFile& file, const std::string& head) {
  if (head.starts_with("PAR1")) return Format::parquet;
  refuse_others(head, file.name);
  if (ends_with_any(file.name, {".parquet", ".pq"})) {
    throw error(Code::corrupt, "'{}' does not begin like a Parquet file", file.name);
  }
  if (ends_with_any(file.name, {".jsonl", ".ndjson"})) return Format::jsonl;
  if (ends_with_any(file.name, {".csv", ".tsv", ".tab"})) return Format::csv;
  const std::string_view text = after_space(head);
  if (text.starts_with('[')) return Format::json;
  if (text.starts_with('{')) return is_lines(text) ? Format::jsonl : Format::json;
  if (ends_with_any(file.name, {".json"})) {
    throw error(Code::corrupt, "'{}' is not JSON: it begins with '{}'", file.name, text.substr(0, 20));
  }
  return Format::csv;
}

Format wished_format(const std::string& wish) {
  if (wish == "csv" || wish == "tsv") return Format::csv;
  if (wish == "json") return Format::json;
  if (wish == "jsonl") return Format::jsonl;
  if (wish == "parquet") return Format::parquet;
  throw error(Code::usage, "unknown format '{}': csv, tsv, json, jsonl or parquet is wanted", wish);
}

void refuse_binary(const StagedFile& file, const EncodingCounter& counter) {
  const bool utf16 = file.encoding == Encoding::utf16le || file.encoding == Encoding::utf16be;
  if (utf16 && counter.zero_bytes() == 0 && counter.size() > 2) {
    throw error(Code::usage, "'{}' is not {}: it has no byte of zero, which every line end has there",
                file.name, encoding_name(file.encoding));
  }
  if (file.encoding == Encoding::windows1252 && counter.looks_binary()) {
    throw error(Code::corrupt, "'{}' is not text in any encoding that is read", file.name);
  }
  if (file.encoding != Encoding::utf8 || counter.zero_bytes() == 0) return;
  throw error(Code::corrupt, "'{}' is not text: it has {} with the value zero", file.name,
              count_of(counter.zero_bytes(), "byte"));
}

}  // namespace

TemporaryFile::~TemporaryFile() {
  std::error_code ignored;
  if (!path_.empty()) stdfs::remove(path_, ignored);
}

std::string_view format_name(Format format) {
  switch (format) {
    case Format::csv:
      return "csv";
    case Format::json:
      return "json";
    case Format::jsonl:
      return "jsonl";
    case Format::parquet:
      return "parquet";
    case Format::rows:
      return "sqlite";
  }
  return "csv";
}

std::string read_head(const stdfs::path& file, std::size_t size) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw system_error(errno, fmt::format("cannot read '{}'", file.string()));
  std::string head(size, '\0');
  in.read(head.data(), static_cast<std::streamsize>(size));
  head.resize(static_cast<std::size_t>(in.gcount()));
  return head;
}

void require_readable(const std::vector<InputFile>& inputs) {
  for (const InputFile& file : inputs) {
    if (file.path.empty()) continue;
    const std::string head = read_head(file.path, 64);
    if (head.empty()) refuse_empty(file.name);
    if (pack::detect(head) == pack::Compression::none) refuse_others(head, file.name);
  }
}

Digest Staging::put(const InputFile& file, const StandardInput& input, EncodingCounter& counter,
                    std::uint64_t& size) {
  std::error_code ignored;
  std::optional<TemporaryFile> piped;
  if (file.path.empty()) piped = pipe_to_file(input);
  const stdfs::path& path = piped ? piped->path() : file.path;
  progress_.phase(fmt::format("copying {}", file.name), stdfs::file_size(path, ignored), Unit::bytes);
  const auto look = [&](std::string_view bytes) {
    if (cancel_ != nullptr) cancel_->check();
    counter.look(bytes);
    size += bytes.size();
    progress_.at(size);
  };
  return raw_.put_file(path, {.look = look, .base = base_of(file.name)});
}

std::optional<Digest> Staging::base_of(const std::string& name) const {
  const auto found = std::find_if(before_.files.begin(), before_.files.end(),
                                  [&](const store::TreeFile& file) { return file.path == name; });
  return found == before_.files.end() ? std::nullopt : std::optional(found->digest);
}

TemporaryFile Staging::pipe_to_file(const StandardInput& input) {
  progress_.phase("reading standard input", 0, Unit::bytes);
  TemporaryFile file(objects_.temporary_path());
  Output output(file.path());
  std::string block(block_bytes, '\0');
  std::uint64_t done = 0;
  for (std::size_t got = input(block.data(), block.size()); got > 0;
       got = input(block.data(), block.size())) {
    if (cancel_ != nullptr) cancel_->check();
    output.write({block.data(), got});
    progress_.at(done += got);
  }
  output.close();
  return file;
}

StagedFile Staging::plain(const store::TreeFile& file, EncodingCounter& counter) {
  StagedFile staged{.name = file.path, .path = raw_.file(file.digest), .made = {}, .size = file.size};
  if (pack::detect(read_head(staged.path, 8)) == pack::Compression::none) return staged;
  progress_.phase(fmt::format("decompressing {}", file.path), 0, Unit::bytes);
  TemporaryFile plain(objects_.temporary_path());
  Output output(plain.path());
  std::string block(block_bytes, '\0');
  counter = EncodingCounter();
  staged.size = 0;
  try {
    const auto reader = pack::open(engines_, staged.path);
    for (std::size_t got = reader->read(block.data(), block.size()); got > 0;
         got = reader->read(block.data(), block.size())) {
      if (cancel_ != nullptr) cancel_->check();
      counter.look({block.data(), got});
      output.write({block.data(), got});
      staged.size += got;
      progress_.at(staged.size);
    }
  } catch (const Error& e) {
    std::string message = e.message();
    const std::size_t at = message.find(staged.path.string());
    if (at == std::string::npos) throw;
    throw Error(e.code(), message.replace(at, staged.path.string().size(), file.path));
  }
  output.close();
  staged.path = plain.path();
  staged.made.push_back(std::move(plain));
  return staged;
}

void Staging::transcode(StagedFile& file) {
  progress_.phase(fmt::format("reading {} as {}", file.name, encoding_name(file.encoding)), file.size,
                  Unit::bytes);
  TemporaryFile converted(objects_.temporary_path());
  Output output(converted.path());
  std::ifstream in(file.path, std::ios::binary);
  Transcoder transcoder(file.encoding);
  std::string block(block_bytes, '\0');
  std::string text;
  std::uint64_t done = 0;
  file.size = 0;
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())), in.gcount() > 0) {
    if (cancel_ != nullptr) cancel_->check();
    text.clear();
    transcoder.feed({block.data(), static_cast<std::size_t>(in.gcount())}, text);
    output.write(text);
    file.size += text.size();
    progress_.at(done += static_cast<std::uint64_t>(in.gcount()));
  }
  text.clear();
  transcoder.finish(text);
  output.write(text);
  output.close();
  file.size += text.size();
  file.path = converted.path();
  file.made.push_back(std::move(converted));
}

Staged Staging::take(const std::vector<InputFile>& inputs, const StandardInput& input) {
  Staged staged;
  for (const InputFile& file : inputs) {
    EncodingCounter& counter = counters_.emplace_back();
    std::uint64_t size = 0;
    const Digest digest = put(file, input, counter, size);
    staged.raw.files.push_back({.path = file.name, .mode = 0644, .size = size, .digest = digest});
    staged.raw_bytes += size;
  }
  return staged;
}

Staged Staging::take(const store::Tree& kept) {
  Staged staged{.format = Format::csv, .files = {}, .raw = kept};
  std::string block(block_bytes, '\0');
  for (const store::TreeFile& file : kept.files) {
    EncodingCounter& counter = counters_.emplace_back();
    progress_.phase(fmt::format("reading {}", file.path), file.size, Unit::bytes);
    fs::File bytes(raw_.file(file.digest));
    std::uint64_t done = 0;
    while (const std::size_t count = bytes.read(block.data(), block.size())) {
      if (cancel_ != nullptr) cancel_->check();
      counter.look({block.data(), count});
      progress_.at(done += count);
    }
    staged.raw_bytes += file.size;
  }
  return staged;
}

StagedFile Staging::open_one(const store::TreeFile& file, EncodingCounter& counter,
                             const manifest::ReadOptions& wishes) {
  StagedFile one = plain(file, counter);
  if (one.size == 0) refuse_empty(one.name);
  const std::string head = read_head(one.path, 64 * 1024);
  if (head.starts_with("PAR1")) return one;
  refuse_others(head, one.name);
  one.encoding = wishes.encoding ? encoding_of(*wishes.encoding) : counter.decide();
  // JSON is Unicode (RFC 8259): what is not, is a fault of its line.
  if (one.encoding == Encoding::windows1252 && !wishes.encoding && is_json(one.name, head))
    one.encoding = Encoding::utf8;
  refuse_binary(one, counter);
  // A byte order mark goes too: it would stand in the way of a quoted first name.
  if (one.encoding != Encoding::utf8 || head.starts_with("\xEF\xBB\xBF")) transcode(one);
  one.longest_line = counter.longest_line();
  one.mixes_line_ends =
      one.encoding == Encoding::utf16le || one.encoding == Encoding::utf16be || counter.mixes_line_ends();
  one.ill_formed = one.encoding == Encoding::utf8 && counter.ill_formed() > 0;
  return one;
}

void Staging::open(Staged& staged, const manifest::ReadOptions& wishes) {
  for (std::size_t i = 0; i < staged.raw.files.size(); ++i) {
    StagedFile one = open_one(staged.raw.files[i], counters_[i], wishes);
    const Format format =
        wishes.format ? wished_format(*wishes.format) : format_of(one, read_head(one.path, 64 * 1024));
    if (!staged.files.empty() && format != staged.format) {
      throw error(Code::usage, "'{}' is {} and '{}' is {}: one ingest reads one format",
                  staged.files.front().name, format_name(staged.format), one.name, format_name(format))
          .with_hint("name the files with a pattern, such as `'folder/*.{}'`", format_name(staged.format));
    }
    staged.format = format;
    staged.files.push_back(std::move(one));
  }
}

void Staging::open_rows(Staged& staged, const std::string& name, std::uint64_t longest_row) {
  staged.format = Format::rows;
  for (std::size_t i = 0; i < staged.raw.files.size(); ++i) {
    const store::TreeFile& file = staged.raw.files[i];
    staged.files.push_back({.name = name,
                            .path = raw_.file(file.digest),
                            .made = {},
                            .size = file.size,
                            .longest_line = std::max(longest_row, counters_[i].longest_line())});
  }
}

}  // namespace mlops::dataset

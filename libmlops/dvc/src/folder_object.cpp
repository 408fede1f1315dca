#include "src/folder_object.hpp"

#include <mlops/base/error.hpp>

namespace mlops::dvc {
namespace {

constexpr std::size_t list_block = 256 * 1024;
constexpr int no_more = -1;

bool is_blank(int c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

void append_utf8(std::string& out, unsigned code) {
  const auto put = [&](unsigned byte) { out += static_cast<char>(byte); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xC0 | code >> 6);
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
  }
  put(0x80 | (code & 0x3F));
}

}  // namespace

FolderReader::FolderReader(const std::filesystem::path& file) : file_(file) {}

int FolderReader::peek() {
  if (at_ == block_.size()) {
    before_ += block_.size();
    block_.resize(list_block);
    block_.resize(file_.read(block_.data(), block_.size()));
    at_ = 0;
  }
  return block_.empty() ? no_more : static_cast<unsigned char>(block_[at_]);
}

int FolderReader::take() {
  const int c = peek();
  if (c != no_more) ++at_;
  return c;
}

void FolderReader::fail() {
  throw error(Code::corrupt, "'{}' is no list of a folder's files, at byte {}", file_.path().native(),
              before_ + at_)
      .with_id("dvc.corrupt");
}

int FolderReader::skip_blanks() {
  while (is_blank(peek())) take();
  return peek();
}

void FolderReader::expect(char wanted) {
  if (skip_blanks() != wanted) fail();
  take();
}

unsigned FolderReader::unit() {
  unsigned value = 0;
  for (int i = 0; i < 4; ++i) {
    const int c = take();
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) fail();
    value = value * 16 + static_cast<unsigned>(digit);
  }
  return value;
}

void FolderReader::escape(std::string& out) {
  static constexpr std::string_view letters = "\"\\/bfnrt";
  static constexpr std::string_view meant = "\"\\/\b\f\n\r\t";
  const int c = take();
  if (c != 'u') {
    const std::size_t which = c == no_more ? std::string_view::npos : letters.find(static_cast<char>(c));
    if (which == std::string_view::npos) fail();
    out += meant[which];
    return;
  }
  const unsigned first = unit();
  if (first >= 0xDC80 && first <= 0xDCFF) {
    out += static_cast<char>(first - 0xDC00);
  } else if (first >= 0xD800 && first < 0xDC00) {
    if (take() != '\\' || take() != 'u') fail();
    const unsigned second = unit();
    if (second < 0xDC00 || second > 0xDFFF) fail();
    append_utf8(out, 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00));
  } else {
    if (first >= 0xDC00 && first <= 0xDFFF) fail();
    append_utf8(out, first);
  }
}

std::string FolderReader::text() {
  expect('"');
  std::string out;
  for (int c = take(); c != '"'; c = take()) {
    if (c == no_more || c < ' ') fail();
    if (c == '\\') escape(out);
    else out += static_cast<char>(c);
  }
  return out;
}

/// A number, true, false or null.
std::string FolderReader::word() {
  std::string out;
  for (int c = peek(); c != no_more && c != ',' && c != '}' && !is_blank(c); c = peek())
    out += static_cast<char>(take());
  if (out.empty() || out.find_first_of("[{\"") != std::string::npos) fail();
  return out;
}

void FolderReader::value(const std::string& key, Listed& listed) {
  if (skip_blanks() != '"') {
    const std::string seen = word();
    if (key == "isexec") listed.executable = seen == "true";
    return;
  }
  std::string seen = text();
  if (key == "md5") listed.md5 = std::move(seen);
  if (key == "relpath") listed.path = std::move(seen);
}

bool FolderReader::next(Listed& listed) {
  if (ended_) return false;
  if (!begun_) expect('[');
  if (skip_blanks() == ']') {
    take();
    if (skip_blanks() != no_more) fail();
    ended_ = true;
    return false;
  }
  if (begun_) expect(',');
  begun_ = true;
  listed = {};
  expect('{');
  for (bool first = true; skip_blanks() != '}'; first = false) {
    if (!first) expect(',');
    skip_blanks();
    const std::string key = text();
    expect(':');
    value(key, listed);
  }
  take();
  const bool named =
      listed.md5.size() == 32 && listed.md5.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!named || listed.path.empty()) fail();
  return true;
}

}  // namespace mlops::dvc

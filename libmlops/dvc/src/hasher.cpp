#include "src/hasher.hpp"

#include <mlops/base/error.hpp>

#include <algorithm>

namespace mlops::dvc {
namespace {

constexpr std::size_t looked_at = 512;
constexpr std::uint64_t step = 1 << 20;

bool is_text(std::string_view block) {
  if (block.find('\0') != std::string_view::npos) return false;
  const auto strange = std::count_if(block.begin(), block.end(), [](char c) {
    return (c < ' ' || c > '~') && std::string_view("\n\r\t\f\b").find(c) == std::string_view::npos;
  });
  return static_cast<std::size_t>(strange) * 10 <= block.size() * 3;
}

}  // namespace

void Hasher::update(std::string_view bytes) {
  size_ += bytes.size();
  if (undecided_) {
    const std::size_t count = std::min(looked_at - head_.size(), bytes.size());
    head_.append(bytes.substr(0, count));
    bytes.remove_prefix(count);
    if (head_.size() == looked_at) decide();
  }
  if (!bytes.empty()) add(bytes);
}

void Hasher::add(std::string_view bytes) {
  if (text_) add_text(bytes);
  else md5_.update(bytes);
}

void Hasher::decide() {
  undecided_ = false;
  text_ = is_text(head_);
  add(head_);
}

void Hasher::add_text(std::string_view bytes) {
  if (!held_ && bytes.find('\r') == std::string_view::npos) {
    seen_ += bytes.size();
    return md5_.update(bytes);
  }
  lines_.clear();
  for (const char c : bytes) {
    if (held_ && (c != '\n' || seen_ % step == 0)) lines_ += '\r';
    held_ = c == '\r';
    if (!held_) lines_ += c;
    ++seen_;
  }
  md5_.update(lines_);
}

std::string Hasher::finish() {
  if (undecided_) decide();
  if (held_) md5_.update("\r");
  auto hex = md5_.finish();
  if (!hex) throw error(Code::failed, "this machine forbids MD5, which DVC names contents by");
  return std::move(*hex);
}

}  // namespace mlops::dvc

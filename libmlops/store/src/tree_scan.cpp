#include "src/tree_scan.hpp"

#include <mlops/crypto/sha256.hpp>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

#include "src/place.hpp"

namespace mlops::store {
namespace {

/// More than an entry takes: a path of 4,096 bytes, each of them escaped, and the rest.
constexpr std::size_t longest_entry = 64 * 1024;

class Scanner {
 public:
  explicit Scanner(Content& content) : content_(content) {}

  std::optional<Digest> scan(const std::function<void(const Digest& file)>& visit) {
    fill();
    if (!word("{\"files\":[")) return std::nullopt;
    if (!word("]")) {
      do {
        fill();
        const auto file = entry();
        if (!file) return std::nullopt;
        visit(*file);
      } while (word(","));
      if (!word("]")) return std::nullopt;
    }
    fill();
    if (!word(",\"tree\":1}") || !rest_.empty()) return std::nullopt;
    return hash_.finish();
  }

 private:
  /// So that a whole entry is in `rest_`, where there is one.
  void fill() {
    if (rest_.size() >= longest_entry) return;
    const std::size_t kept = rest_.size();
    if (kept > 0) std::memmove(window_.data(), rest_.data(), kept);
    const std::size_t count = content_.read_at(window_.data() + kept, block_size, at_);
    hash_.update(window_.data() + kept, count);
    at_ += count;
    rest_ = {window_.data(), kept + count};
  }

  bool word(std::string_view wanted) {
    if (!rest_.starts_with(wanted)) return false;
    rest_.remove_prefix(wanted.size());
    return true;
  }
  bool number() {
    const std::size_t digits = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    rest_.remove_prefix(digits);
    return digits > 0;
  }
  /// To the quote that ends it.
  bool text() {
    for (std::size_t at = 0; (at = rest_.find_first_of("\"\\", at)) != std::string_view::npos; at += 2) {
      if (rest_[at] != '"') continue;
      rest_.remove_prefix(at + 1);
      return true;
    }
    return false;
  }
  std::optional<Digest> entry() {
    constexpr std::size_t digest_size = 71;
    if (!word("{\"digest\":\"")) return std::nullopt;
    const auto digest = Digest::parse(rest_.substr(0, digest_size));
    if (!digest) return std::nullopt;
    rest_.remove_prefix(digest_size);
    const bool whole = word("\",\"mode\":") && number() && word(",\"path\":\"") && text() &&
                       word(",\"size\":") && number() && word("}");
    return whole ? digest : std::nullopt;
  }

  Content& content_;
  crypto::Sha256 hash_;
  std::uint64_t at_ = 0;
  std::vector<char> window_ = std::vector<char>(longest_entry + block_size);
  std::string_view rest_;
};

}  // namespace

std::optional<Digest> scan_tree(Content& content, const std::function<void(const Digest& file)>& visit) {
  return Scanner(content).scan(visit);
}

}  // namespace mlops::store

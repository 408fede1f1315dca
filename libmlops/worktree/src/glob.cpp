#include "src/glob.hpp"

#include <algorithm>
#include <cstddef>
#include <unordered_map>

namespace mlops::worktree {
namespace {

using Kind = GlobPiece::Kind;

constexpr std::size_t nowhere = std::string_view::npos;

/// The attempts that are left: how far the last `*` and the last `**/` reach. Earlier ones need not be tried
/// again, since a `*` stays within its part of the path and all parts between two `**/` take one folder each.
/// So the work is bounded by the product of the lengths, whatever the pattern.
class Matcher {
 public:
  Matcher(const std::vector<GlobPiece>& pieces, const std::vector<Glob::Set>& sets, std::string_view text)
      : pieces_(pieces), sets_(sets), text_(text) {}

  bool matches() {
    while (true) {
      if (piece_ == pieces_.size()) {
        if (at_ == text_.size()) return true;
      } else if (pieces_[piece_].kind == Kind::rest) {
        return true;
      } else if (step(pieces_[piece_])) {
        continue;
      }
      if (!longer_star() && !more_folders()) return false;
    }
  }

 private:
  bool takes(const GlobPiece& piece, unsigned char c) const {
    if (piece.kind == Kind::byte) return c == piece.byte;
    return c != '/' && (piece.kind == Kind::any || sets_[piece.set][c]);
  }

  bool step(const GlobPiece& piece) {
    if (piece.kind == Kind::star) {
      star_ = ++piece_;
      star_at_ = at_;
      return true;
    }
    if (piece.kind == Kind::folders || piece.kind == Kind::a_folder) {
      folders_ = ++piece_;
      folders_at_ = at_;
      star_ = nowhere;
      return piece.kind == Kind::folders;
    }
    if (at_ == text_.size() || !takes(piece, static_cast<unsigned char>(text_[at_]))) return false;
    if (text_[at_] == '/') star_ = nowhere;
    ++piece_;
    ++at_;
    return true;
  }

  bool longer_star() {
    if (star_ == nowhere || star_at_ == text_.size() || text_[star_at_] == '/') return false;
    piece_ = star_;
    at_ = ++star_at_;
    return true;
  }

  bool more_folders() {
    if (folders_ == nowhere) return false;
    const std::size_t slash = text_.find('/', folders_at_);
    if (slash == nowhere) return false;
    piece_ = folders_;
    at_ = folders_at_ = slash + 1;
    star_ = nowhere;
    return true;
  }

  const std::vector<GlobPiece>& pieces_;
  const std::vector<Glob::Set>& sets_;
  std::string_view text_;
  std::size_t piece_ = 0;
  std::size_t at_ = 0;
  std::size_t star_ = nowhere;  ///< The piece after the last `*`, and where that one ends.
  std::size_t star_at_ = 0;
  std::size_t folders_ = nowhere;  ///< The piece after the last `**/`, and where that one ends.
  std::size_t folders_at_ = 0;
};

bool between(unsigned char c, char first, char last) {
  return c >= static_cast<unsigned char>(first) && c <= static_cast<unsigned char>(last);
}

using InClass = bool (*)(unsigned char c);

bool is_alpha(unsigned char c) { return between(c, 'a', 'z') || between(c, 'A', 'Z'); }
bool is_alnum(unsigned char c) { return is_alpha(c) || between(c, '0', '9'); }
bool is_graph(unsigned char c) { return between(c, '!', '~'); }

/// ASCII only, whatever the locale; a form feed is no space, as in git.
InClass class_named(std::string_view name) {
  static const std::unordered_map<std::string_view, InClass> classes = {
      {"alnum", is_alnum},
      {"alpha", is_alpha},
      {"blank", [](unsigned char c) { return c == ' ' || c == '\t'; }},
      {"cntrl", [](unsigned char c) { return c < 0x20 || c == 0x7f; }},
      {"digit", [](unsigned char c) { return between(c, '0', '9'); }},
      {"graph", is_graph},
      {"lower", [](unsigned char c) { return between(c, 'a', 'z'); }},
      {"print", [](unsigned char c) { return between(c, ' ', '~'); }},
      {"punct", [](unsigned char c) { return is_graph(c) && !is_alnum(c); }},
      {"space", [](unsigned char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }},
      {"upper", [](unsigned char c) { return between(c, 'A', 'Z'); }},
      {"xdigit",
       [](unsigned char c) { return between(c, '0', '9') || between(c, 'a', 'f') || between(c, 'A', 'F'); }},
  };
  const auto found = classes.find(name);
  return found == classes.end() ? nullptr : found->second;
}

/// Reads what stands behind a `[`, up to and with its `]`.
class SetReader {
 public:
  SetReader(std::string_view pattern, std::size_t at) : pattern_(pattern), at_(at) {}

  /// Nothing: it does not end, or names a class that is not there; such a pattern matches nothing.
  std::optional<Glob::Set> read() {
    const bool negated = peek() == '!' || peek() == '^';
    if (negated) ++at_;
    bool first = true;
    for (; at_ < pattern_.size() && (first || peek() != ']'); first = false) {
      if (!item()) return std::nullopt;
    }
    if (at_ == pattern_.size()) return std::nullopt;
    ++at_;
    return negated ? ~set_ : set_;
  }
  std::size_t at() const { return at_; }

 private:
  unsigned char peek(std::size_t ahead = 0) const {
    return at_ + ahead < pattern_.size() ? static_cast<unsigned char>(pattern_[at_ + ahead]) : 0;
  }

  bool item() {
    if (peek() == '-' && last_ != 0 && peek(1) != 0 && peek(1) != ']') return range();
    if (peek() == '[' && peek(1) == ':') {
      const std::size_t end = pattern_.find(']', at_ + 2);
      if (end == nowhere) return false;
      if (end > at_ + 2 && pattern_[end - 1] == ':') return named(end);
    }
    if (!byte()) return false;
    set_.set(last_);
    return true;
  }

  bool range() {
    const unsigned first = last_;
    ++at_;
    if (!byte()) return false;
    for (unsigned c = first; c <= last_; ++c) set_.set(c);
    last_ = 0;
    return true;
  }

  bool named(std::size_t end) {
    const InClass in = class_named(pattern_.substr(at_ + 2, end - 1 - (at_ + 2)));
    if (in == nullptr) return false;
    for (unsigned c = 0; c < 256; ++c) {
      if (in(static_cast<unsigned char>(c))) set_.set(c);
    }
    at_ = end + 1;
    last_ = 0;
    return true;
  }

  bool byte() {
    if (peek() == '\\') ++at_;
    last_ = peek();
    ++at_;
    return last_ != 0;
  }

  std::string_view pattern_;
  std::size_t at_;
  unsigned char last_ = 0;  ///< What a `-` would reach from; 0 after a range and a class.
  Glob::Set set_;
};

class GlobReader {
 public:
  GlobReader(std::string_view pattern, std::vector<GlobPiece>& pieces, std::vector<Glob::Set>& sets)
      : pattern_(pattern), pieces_(pieces), sets_(sets) {}

  /// False when it can match nothing.
  bool read() {
    while (at_ < pattern_.size()) {
      const char c = pattern_[at_];
      if (c == '*') stars();
      else if (c == '?') add(Kind::any);
      else if (c == '[') {
        if (!set()) return false;
      } else {
        if (c == '\\' && ++at_ == pattern_.size()) return false;
        add(Kind::byte, static_cast<unsigned char>(pattern_[at_]));
      }
    }
    return true;
  }

 private:
  void add(Kind kind, unsigned char byte = 0) {
    pieces_.push_back({kind, byte, 0});
    ++at_;
  }

  bool set() {
    SetReader reader(pattern_, at_ + 1);
    const std::optional<Glob::Set> set = reader.read();
    if (!set) return false;
    pieces_.push_back({Kind::set, 0, static_cast<std::uint32_t>(sets_.size())});
    sets_.push_back(*set);
    at_ = reader.at();
    return true;
  }

  void stars() {
    const std::size_t begin = at_;
    at_ = std::min(pattern_.find_first_not_of('*', at_), pattern_.size());
    const std::string_view after = pattern_.substr(at_);
    const bool deep = at_ - begin > 1 && (begin == 0 || pattern_[begin - 1] == '/');
    Kind kind = Kind::star;
    if (deep && after.empty()) kind = Kind::rest;
    if (deep && after.starts_with('/')) kind = Kind::folders;
    if (deep && after.starts_with("\\/")) kind = Kind::a_folder;
    if (kind == Kind::folders) ++at_;
    if (kind == Kind::a_folder) at_ += 2;
    pieces_.push_back({kind, 0, 0});
  }

  std::string_view pattern_;
  std::size_t at_ = 0;
  std::vector<GlobPiece>& pieces_;
  std::vector<Glob::Set>& sets_;
};

}  // namespace

std::optional<Glob> Glob::read(std::string_view pattern) {
  Glob glob;
  if (!GlobReader(pattern, glob.pieces_, glob.sets_).read()) return std::nullopt;
  return glob;
}

bool Glob::matches(std::string_view text) const { return Matcher(pieces_, sets_, text).matches(); }

}  // namespace mlops::worktree

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dataset/encoding.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>

namespace mlops::dataset {
namespace {

// 0x80 to 0x9F of Windows-1252 (WHATWG Encoding Standard, index windows-1252); 0 where it defines nothing.
constexpr std::array<std::uint16_t, 32> windows1252 = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

constexpr char32_t replacement = 0xFFFD;

void append(char32_t c, std::string& out) {
  const auto put = [&out](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

bool all_ascii(const char* data) {
  std::uint64_t words[4];
  std::memcpy(words, data, sizeof words);
  return ((words[0] | words[1] | words[2] | words[3]) & 0x8080808080808080ULL) == 0;
}

/// True when one of the 32 bytes is zero, given that all of them are ASCII.
bool has_zero(const char* data) {
  std::uint64_t words[4];
  std::memcpy(words, data, sizeof words);
  std::uint64_t found = 0;
  for (const std::uint64_t word : words) found |= (word - 0x0101010101010101ULL) & 0x8080808080808080ULL;
  return found != 0;
}

}  // namespace

std::string_view encoding_name(Encoding encoding) {
  switch (encoding) {
    case Encoding::utf8:
      return "utf-8";
    case Encoding::utf16le:
      return "utf-16le";
    case Encoding::utf16be:
      return "utf-16be";
    case Encoding::windows1252:
      return "latin-1";
  }
  return "utf-8";
}

Encoding encoding_of(std::string_view name) {
  const std::string lower = lowered(name);
  if (lower == "utf-8" || lower == "utf8") return Encoding::utf8;
  if (lower == "utf-16le" || lower == "utf-16") return Encoding::utf16le;
  if (lower == "utf-16be") return Encoding::utf16be;
  if (lower == "latin-1" || lower == "latin1" || lower == "iso-8859-1" || lower == "windows-1252" ||
      lower == "cp1252") {
    return Encoding::windows1252;
  }
  throw error(Code::usage, "unknown encoding '{}': utf-8, utf-16le, utf-16be or latin-1 is wanted", name);
}

void EncodingCounter::byte(unsigned char value) {
  if (value < 0x20 && (value < '\t' || value > '\r')) ++controls_;
  if (value == 0) ++((size_ & 1) != 0 ? zeros_odd_ : zeros_even_);
  ++size_;
  if (need_ > 0) {
    if (value >= low_ && value <= high_) {
      low_ = 0x80;
      high_ = 0xBF;
      if (--need_ == 0) ++multibyte_;
      return;
    }
    ++ill_formed_;
    need_ = 0;
    low_ = 0x80;
    high_ = 0xBF;
  }
  if (value < 0x80) return;
  if (value >= 0xC2 && value <= 0xDF) {
    need_ = 1;
  } else if (value >= 0xE0 && value <= 0xEF) {
    need_ = 2;
    if (value == 0xE0) low_ = 0xA0;
    if (value == 0xED) high_ = 0x9F;
  } else if (value >= 0xF0 && value <= 0xF4) {
    need_ = 3;
    if (value == 0xF0) low_ = 0x90;
    if (value == 0xF4) high_ = 0x8F;
  } else {
    ++ill_formed_;
  }
}

void EncodingCounter::count_line_ends(std::string_view bytes) {
  if (bytes.empty()) return;
  const std::size_t first = bytes.find('\n');
  line_so_far_ += first == std::string_view::npos ? bytes.size() : first;
  if (first != std::string_view::npos) {
    longest_line_ = std::max(longest_line_, line_so_far_);
    line_so_far_ = bytes.size() - bytes.rfind('\n') - 1;
  }
  if (last_was_return_ && bytes.front() == '\n') ++pairs_;
  last_was_return_ = bytes.back() == '\r';
  line_feeds_ += static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), '\n'));
  const auto returns = static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), '\r'));
  returns_ += returns;
  if (returns == 0) return;
  for (std::size_t i = 1; i < bytes.size(); ++i) pairs_ += bytes[i - 1] == '\r' && bytes[i] == '\n' ? 1 : 0;
}

bool EncodingCounter::mixes_line_ends() const {
  const bool unix_ends = returns_ == 0;
  const bool dos_ends = returns_ == pairs_ && line_feeds_ == pairs_;
  const bool old_mac_ends = line_feeds_ == 0;
  return !unix_ends && !dos_ends && !old_mac_ends;
}

void EncodingCounter::look(std::string_view bytes) {
  count_line_ends(bytes);
  if (first_.size() < 3) first_ += bytes.substr(0, 3 - first_.size());
  std::size_t i = 0;
  while (i < bytes.size()) {
    if (need_ == 0 && i + 32 <= bytes.size() && all_ascii(&bytes[i]) && !has_zero(&bytes[i])) {
      i += 32;
      size_ += 32;
    } else {
      byte(static_cast<unsigned char>(bytes[i++]));
    }
  }
}

Encoding EncodingCounter::decide() const {
  if (first_.starts_with("\xEF\xBB\xBF")) return Encoding::utf8;
  if (first_.starts_with("\xFF\xFE")) return Encoding::utf16le;
  if (first_.starts_with("\xFE\xFF")) return Encoding::utf16be;
  // Text in UTF-16 without a mark: nearly all of one side is zero, nearly none of the other.
  const std::uint64_t half = size_ / 2;
  if (half > 0 && zeros_odd_ > half / 2 && zeros_even_ <= half / 20) return Encoding::utf16le;
  if (half > 0 && zeros_even_ > half / 2 && zeros_odd_ <= half / 20) return Encoding::utf16be;
  return ill_formed() > multibyte_ ? Encoding::windows1252 : Encoding::utf8;
}

void Transcoder::unit(std::uint16_t value, std::string& out) {
  if (high_surrogate_ != 0) {
    const char32_t high = high_surrogate_;
    high_surrogate_ = 0;
    if (value >= 0xDC00 && value <= 0xDFFF) {
      append(0x10000 + ((high - 0xD800) << 10) + (value - 0xDC00u), out);
      return;
    }
    append(replacement, out);
  }
  if (value >= 0xD800 && value <= 0xDBFF) {
    high_surrogate_ = value;
  } else if (value >= 0xDC00 && value <= 0xDFFF) {
    append(replacement, out);
  } else if (!(value == 0xFEFF && seen_ == 2)) {
    append(value, out);
  }
}

void Transcoder::feed(std::string_view bytes, std::string& out) {
  if (encoding_ == Encoding::utf8) {
    if (seen_ < 3) {  // hold the first three bytes until it is known whether they are a mark
      held_ += bytes;
      seen_ += bytes.size();
      if (seen_ >= 3) finish(out);
    } else {
      out += bytes;
    }
    return;
  }
  for (const char c : bytes) {
    const auto value = static_cast<unsigned char>(c);
    ++seen_;
    if (encoding_ == Encoding::windows1252) {
      const bool special = value >= 0x80 && value < 0xA0;
      const char32_t mapped = special ? windows1252[value - 0x80u] : value;
      append(special && mapped == 0 ? replacement : mapped, out);
      continue;
    }
    held_ += c;
    if (held_.size() < 2) continue;
    const auto first = static_cast<unsigned char>(held_[0]);
    const bool little = encoding_ == Encoding::utf16le;
    unit(static_cast<std::uint16_t>(little ? first | value << 8 : first << 8 | value), out);
    held_.clear();
  }
}

void Transcoder::finish(std::string& out) {
  if (encoding_ == Encoding::utf8) {
    out += held_.starts_with("\xEF\xBB\xBF") ? std::string_view(held_).substr(3) : std::string_view(held_);
  } else if (high_surrogate_ != 0 || !held_.empty()) {
    append(replacement, out);
  }
  held_.clear();
  high_surrogate_ = 0;
}

}  // namespace mlops::dataset

#pragma once
/// Which encoding a text file is in, and its bytes as UTF-8. Pure.

#include <cstdint>
#include <string>
#include <string_view>

namespace mlops::dataset {

enum class Encoding { utf8, utf16le, utf16be, windows1252 };

/// "utf-8", "utf-16le", "utf-16be", "latin-1".
std::string_view encoding_name(Encoding encoding);

/// Reads those names (and "utf8", "iso-8859-1", "windows-1252", "cp1252", "utf-16" for little endian), in any
/// case. Throws Error(usage) for others.
Encoding encoding_of(std::string_view name);

/// Counts, while bytes stream by in blocks of any size, what tells encodings apart.
class EncodingCounter {
 public:
  void look(std::string_view bytes);

  /// What the bytes so far are in: by their byte order mark; else UTF-16 when every other byte is zero; else
  /// UTF-8, unless ill-formed sequences outnumber the well-formed ones beyond ASCII: then Windows-1252, which
  /// has Latin-1 in it.
  Encoding decide() const;
  /// Bytes that are not part of a well-formed UTF-8 sequence.
  std::uint64_t ill_formed() const { return ill_formed_ + (need_ > 0 ? 1 : 0); }
  std::uint64_t zero_bytes() const { return zeros_even_ + zeros_odd_; }
  /// Control characters stand among the bytes beyond ASCII, as in no text.
  bool looks_binary() const { return zero_bytes() > 0 || controls_ * 10 > ill_formed(); }
  /// Bytes of the longest line, or up to the size of a block less.
  std::uint64_t longest_line() const { return longest_line_ > line_so_far_ ? longest_line_ : line_so_far_; }
  /// More than one of "\n", "\r\n" and "\r" comes up, inside of quotes or outside.
  bool mixes_line_ends() const;
  std::uint64_t size() const { return size_; }

 private:
  void byte(unsigned char value);

  void count_line_ends(std::string_view bytes);

  std::uint64_t controls_ = 0;  // among bytes beyond ASCII
  std::uint64_t longest_line_ = 0;
  std::uint64_t line_so_far_ = 0;
  std::uint64_t line_feeds_ = 0;
  std::uint64_t returns_ = 0;
  std::uint64_t pairs_ = 0;  // a return with a line feed behind it
  bool last_was_return_ = false;
  std::uint64_t size_ = 0;
  std::uint64_t multibyte_ = 0;
  std::uint64_t ill_formed_ = 0;
  std::uint64_t zeros_even_ = 0;
  std::uint64_t zeros_odd_ = 0;
  std::string first_;  // up to three bytes, for the byte order mark
  int need_ = 0;
  unsigned char low_ = 0x80;  // bounds of the next continuation byte (Unicode 15, table 3-7)
  unsigned char high_ = 0xBF;
};

/// Turns blocks of bytes in an encoding into UTF-8, without a byte order mark. Ill-formed UTF-16 and the five
/// bytes that Windows-1252 leaves undefined become U+FFFD; UTF-8 passes as it is, so that a bad row can be
/// named later.
class Transcoder {
 public:
  explicit Transcoder(Encoding encoding) : encoding_(encoding) {}
  /// Appends the UTF-8 of `bytes` to `out`.
  void feed(std::string_view bytes, std::string& out);
  /// The end of the input: an odd byte or a lone surrogate that is left becomes U+FFFD.
  void finish(std::string& out);

 private:
  void unit(std::uint16_t value, std::string& out);

  Encoding encoding_;
  std::uint64_t seen_ = 0;
  std::string held_;  // bytes of an unfinished mark or unit
  std::uint16_t high_surrogate_ = 0;
};

}  // namespace mlops::dataset

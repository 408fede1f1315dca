/// TZif (RFC 8536): a header and a block with times of 32 bits, from version 2 on another of 64 bits, and a
/// rule in a line of its own. Leap seconds are not looked at: POSIX time has none.
#include <mlops/base/error.hpp>

#include "src/table.hpp"

namespace mlops::tz {
namespace {

constexpr std::size_t header_size = 44;
constexpr std::size_t type_size = 6;
constexpr std::int64_t most_ahead = 26 * 3600;

[[noreturn]] void damaged(std::string_view what) { throw error(Code::corrupt, "{}", what); }

class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : bytes_(bytes) {}

  std::string_view take(std::size_t size) {
    if (size > bytes_.size()) damaged("it is cut off");
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  /// Big endian, with a sign.
  std::int64_t integer(std::size_t size) {
    const std::string_view taken = take(size);
    std::uint64_t value = (static_cast<unsigned char>(taken[0]) & 0x80) != 0 ? ~std::uint64_t{0} : 0;
    for (const char c : taken) value = value << 8 | static_cast<unsigned char>(c);
    return static_cast<std::int64_t>(value);
  }
  std::size_t count() {
    const std::int64_t value = integer(4);
    if (value < 0 || value > 100'000) damaged("a count in it is not possible");
    return static_cast<std::size_t>(value);
  }

 private:
  std::string_view bytes_;
};

struct Header {
  char version = 0;
  std::size_t is_ut = 0;
  std::size_t is_standard = 0;
  std::size_t leaps = 0;
  std::size_t times = 0;
  std::size_t types = 0;
  std::size_t letters = 0;

  std::size_t after_types(std::size_t time_size) const {
    return letters + leaps * (time_size + 4) + is_standard + is_ut;
  }
};

Header read_header(Bytes& bytes) {
  Bytes header(bytes.take(header_size));
  if (header.take(4) != "TZif") damaged("it does not begin with 'TZif'");
  Header out;
  out.version = header.take(1)[0];
  header.take(15);
  out.is_ut = header.count();
  out.is_standard = header.count();
  out.leaps = header.count();
  out.times = header.count();
  out.types = header.count();
  out.letters = header.count();
  if (out.types == 0) damaged("it has no clocks");
  return out;
}

Table read_block(Bytes& bytes, const Header& header, std::size_t time_size) {
  Table table;
  for (std::size_t i = 0; i < header.times; ++i) {
    const std::int64_t at = bytes.integer(time_size);
    if (i > 0 && at <= table.changes.back().at) damaged("its times are not in order");
    table.changes.push_back({at, 0});
  }
  const std::string_view types = bytes.take(header.times);
  std::vector<std::int64_t> ahead;
  for (std::size_t i = 0; i < header.types; ++i) {
    Bytes type(bytes.take(type_size));
    ahead.push_back(type.integer(4));
    if (ahead.back() < -most_ahead || ahead.back() > most_ahead) damaged("a clock in it is days from UTC");
  }
  for (std::size_t i = 0; i < header.times; ++i) {
    const auto type = static_cast<unsigned char>(types[i]);
    if (type >= ahead.size()) damaged("it names a clock that it has not");
    table.changes[i].ahead = ahead[type];
  }
  table.ahead = ahead.front();
  bytes.take(header.after_types(time_size));
  return table;
}

}  // namespace

Table read_tzif(std::string_view text) {
  Bytes bytes(text);
  const Header first = read_header(bytes);
  if (first.version == '\0') return read_block(bytes, first, 4);
  read_block(bytes, first, 4);
  const Header second = read_header(bytes);
  Table table = read_block(bytes, second, 8);
  if (bytes.take(1) != "\n") damaged("its rule does not begin with a line");
  while (true) {
    const std::string_view letter = bytes.take(1);
    if (letter == "\n") return table;
    table.rule += letter;
  }
}

}  // namespace mlops::tz

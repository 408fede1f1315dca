/// simdjson's document model, copied into cells in one pass over its tape (simdjson's doc/tape.md): a word is
/// a letter in its highest byte and what it stands for below; numbers take a second word.
#include <fmt/core.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <string>

#include "src/entry.hpp"

namespace mlops::json {
namespace {

using simdjson::internal::tape_type;

constexpr std::uint64_t payload_of(std::uint64_t word) { return word & 0x00FFFFFFFFFFFFFF; }

/// Turns the words of one document into cells. `cells` has a place for each word.
class Converter {
 public:
  Converter(const simdjson::dom::document& from, Cell* cells)
      : words_(from.tape.get()), texts_(reinterpret_cast<const char*>(from.string_buf.get())), next_(cells) {}

  /// False when there are too many levels: the library does not count an empty one.
  bool run() {
    const std::uint64_t end = payload_of(words_[0]) - 1;
    for (std::uint64_t at = 1; at < end;) at += put(at);
    return !too_deep_;
  }

 private:
  /// How many words were taken.
  std::uint64_t put(std::uint64_t at) {
    const std::uint64_t word = words_[at];
    switch (static_cast<tape_type>(word >> 56)) {
      case tape_type::STRING:
        return put_text(payload_of(word)), 1;
      case tape_type::INT64:
        return add(Cell::Kind::integer).integer = static_cast<std::int64_t>(words_[at + 1]), 2;
      case tape_type::UINT64:
        return add(Cell::Kind::large).large = words_[at + 1], 2;
      case tape_type::DOUBLE:
        return add(Cell::Kind::number).number = std::bit_cast<double>(words_[at + 1]), 2;
      case tape_type::TRUE_VALUE:
        return add(Cell::Kind::flag).flag = true, 1;
      case tape_type::FALSE_VALUE:
        return add(Cell::Kind::flag).flag = false, 1;
      case tape_type::START_ARRAY:
        return open(Cell::Kind::list, word), 1;
      case tape_type::START_OBJECT:
        return open(Cell::Kind::object, word), 1;
      case tape_type::END_ARRAY:
      case tape_type::END_OBJECT:
        return close(), 1;
      default:
        return add(Cell::Kind::null).large = 0, 1;
    }
  }

  Cell& add(Cell::Kind kind) {
    next_->kind = kind;
    next_->span = 1;
    return *next_++;
  }

  void put_text(std::uint64_t offset) {
    Cell& cell = add(Cell::Kind::text);
    std::memcpy(&cell.span, texts_ + offset, sizeof cell.span);
    cell.text = texts_ + offset + sizeof cell.span;
  }

  void open(Cell::Kind kind, std::uint64_t word) {
    too_deep_ = too_deep_ || depth_ == most_levels;
    levels_[depth_++] = next_;
    add(kind).large = (word >> 32) & 0xFFFFFF;
  }

  void close() {
    Cell& cell = *levels_[--depth_];
    cell.span = static_cast<std::uint32_t>(next_ - &cell);
    if (cell.large == 0xFFFFFF) cell.large = count(Node(&cell));
  }

  /// The library's own count ends at 24 bits.
  static std::uint64_t count(Node node) {
    std::uint64_t parts = 0;
    for (const Cell* at = node.cell() + 1; at != node.after(); at = Node(at).after()) ++parts;
    return node.is(Cell::Kind::object) ? parts / 2 : parts;
  }

  const std::uint64_t* words_;
  const char* texts_;
  Cell* next_;
  std::array<Cell*, most_levels + 2> levels_ = {};
  std::size_t depth_ = 0;
  bool too_deep_ = false;
};

class SimdTape final : public Tape {
 public:
  const Cell* read(std::string_view text) override {
    if (!make_room(text.size())) {
      reason_ = "there is no memory for it";
      return nullptr;
    }
    const auto fault = parser_->parse(text.data(), text.size()).error();
    if (fault != simdjson::SUCCESS) {
      reason_ = simdjson::error_message(fault);
      return nullptr;
    }
    const std::size_t words = payload_of(parser_->doc.tape[0]);
    if (words > held_) {
      cells_ = std::make_unique_for_overwrite<Cell[]>(words);
      held_ = words;
    }
    if (Converter(parser_->doc, cells_.get()).run()) return cells_.get();
    reason_ = "it has too many levels";
    return nullptr;
  }

  std::string_view reason() const override { return reason_; }

 private:
  static constexpr std::size_t least = 4096;

  bool make_room(std::size_t bytes) {
    if (parser_ != nullptr && bytes <= parser_->doc.capacity()) return true;
    const std::size_t wanted =
        std::clamp(bytes + bytes / 4, least, std::size_t{simdjson::SIMDJSON_MAXSIZE_BYTES});
    parser_ = std::make_unique<simdjson::dom::parser>();
    return parser_->allocate(wanted, most_levels + 1) == simdjson::SUCCESS &&
           parser_->doc.allocate(wanted) == simdjson::SUCCESS;
  }

  std::unique_ptr<simdjson::dom::parser> parser_;
  std::unique_ptr<Cell[]> cells_;
  std::size_t held_ = 0;
  std::string_view reason_;
};

}  // namespace
}  // namespace mlops::json

extern "C" mlops::json::Tape* mlops_json_tape() { return new mlops::json::SimdTape; }

extern "C" const char* mlops_engine_version() {
  using namespace simdjson;
  static const std::string text = fmt::format("simdjson {}.{}.{}", SIMDJSON_VERSION_MAJOR,
                                              SIMDJSON_VERSION_MINOR, SIMDJSON_VERSION_REVISION);
  return text.c_str();
}

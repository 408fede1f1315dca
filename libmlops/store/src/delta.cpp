#include "src/delta.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>
#include <vector>

#include "src/packed.hpp"

namespace mlops::store {
namespace {

constexpr std::size_t read_size = 256 * 1024;
constexpr std::size_t smallest_block = 4096;
constexpr std::size_t largest_block = 128 * 1024;
constexpr std::size_t most_blocks = 1 << 20;
constexpr std::size_t most_parts = 200'000;

/// So much of the file shows whether it shares anything.
constexpr std::uint64_t early = 64 << 20;

/// The two sums of rsync, whole: of the bytes, and of the bytes by their distance from the end.
class Sum {
 public:
  explicit Sum(std::size_t block) : block_(static_cast<std::uint32_t>(block)) {}

  void of(const unsigned char* bytes) {
    sum_ = far_ = 0;
    for (std::uint32_t begin = 0; begin < block_; begin += strip) add_strip(bytes + begin);
  }
  void roll(unsigned char out, unsigned char in) {
    sum_ += std::uint32_t{in} - out;
    far_ += sum_ - block_ * out;
  }
  std::uint64_t value() const {
    constexpr std::uint64_t factor = 0x9E3779B97F4A7C15;
    const std::uint64_t mixed = (std::uint64_t{far_} << 32 | sum_) * factor;
    return (mixed ^ mixed >> 32) * factor;  // The lower half of a product knows nothing of the upper half.
  }

 private:
  static constexpr std::uint32_t lanes = 16;
  static constexpr std::uint32_t strip = lanes * lanes;

  /// In sums that fit into 16 bits and that the compiler keeps in vectors, without a product: what is added
  /// up in each row once more counts as often as there are rows from it to the end.
  void add_strip(const unsigned char* bytes) {
    std::uint16_t plain[lanes] = {};
    std::uint16_t rows[lanes] = {};
    for (std::uint32_t row = 0; row < lanes; ++row) {
      for (std::uint32_t i = 0; i < lanes; ++i) {
        plain[i] = static_cast<std::uint16_t>(plain[i] + bytes[row * lanes + i]);
        rows[i] = static_cast<std::uint16_t>(rows[i] + plain[i]);
      }
    }
    far_ += strip * sum_;
    for (std::uint32_t i = 0; i < lanes; ++i) {
      far_ += lanes * rows[i] - i * plain[i];
      sum_ += plain[i];
    }
  }

  std::uint32_t block_;
  std::uint32_t sum_ = 0;
  std::uint32_t far_ = 0;
};

std::size_t block_for(std::uint64_t size) {
  return std::clamp(std::bit_ceil(static_cast<std::size_t>(size / most_blocks)), smallest_block,
                    largest_block);
}

/// The blocks of the base by their sums; of equal sums the first. Of a base that has too many, every second,
/// or third, ...
class Blocks {
 public:
  Blocks(Content& base, std::size_t block) : block_(block) {
    const auto count = static_cast<std::size_t>(base.size() / block);
    const std::size_t every = count / most_blocks + 1;
    bits_ = std::max(10, static_cast<int>(std::bit_width(count / every)) + 1);
    slots_.resize(std::size_t{1} << bits_);
    maybe_.resize(std::size_t{1} << (bits_ - 4));
    std::string bytes(std::max(read_size / block, std::size_t{1}) * block, '\0');
    Sum sum(block);
    for (std::size_t at = 0; at < count;) {
      const std::size_t got = base.read_at(bytes.data(), bytes.size(), std::uint64_t{at} * block) / block;
      for (std::size_t i = 0; i < got && at < count; ++i, ++at) {
        if (at % every != 0) continue;
        sum.of(reinterpret_cast<const unsigned char*>(bytes.data()) + i * block);
        add(sum.value(), at);
      }
      if (got == 0) break;
    }
  }

  /// Where the base may have a block of that sum.
  std::optional<std::uint64_t> find(std::uint64_t sum) const {
    if ((~maybe_[word(sum)] & mask(sum)) != 0) return std::nullopt;
    for (std::size_t at = slot(sum); slots_[at].block != 0; at = next(at)) {
      if (slots_[at].check == check(sum)) return std::uint64_t{slots_[at].block - 1} * block_;
    }
    return std::nullopt;
  }

 private:
  struct Slot {
    std::uint32_t check = 0;
    std::uint32_t block = 0;  ///< And one; 0: free.
  };

  std::size_t slot(std::uint64_t sum) const { return static_cast<std::size_t>(sum >> (64 - bits_)); }
  std::size_t next(std::size_t at) const { return (at + 1) & (slots_.size() - 1); }
  static std::uint32_t check(std::uint64_t sum) { return static_cast<std::uint32_t>(sum >> 8); }
  std::size_t word(std::uint64_t sum) const { return static_cast<std::size_t>(sum >> (64 - bits_ + 4)); }
  /// Three of its bits.
  static std::uint64_t mask(std::uint64_t sum) {
    constexpr std::uint64_t one = 1;
    return one << (sum & 63) | one << (sum >> 6 & 63) | one << (sum >> 12 & 63);
  }

  void add(std::uint64_t sum, std::size_t block) {
    std::size_t at = slot(sum);
    for (; slots_[at].block != 0; at = next(at)) {
      if (slots_[at].check == check(sum)) return;
    }
    slots_[at] = {.check = check(sum), .block = static_cast<std::uint32_t>(block + 1)};
    maybe_[word(sum)] |= mask(sum);
  }

  std::size_t block_;
  int bits_ = 0;
  std::vector<Slot> slots_;
  std::vector<std::uint64_t> maybe_;  ///< Bloom's filter: the usual answer without a look at the slots.
};

/// The part of the file that is in memory: what may still become new bytes, and what comes.
class Window {
 public:
  Window(fs::File& file, const DeltaSink& sink)
      : file_(file), sink_(sink), bytes_(4 * read_size + 2 * small_object, '\0') {}

  /// Makes `count` bytes from `at` on be there, as far as the file goes; those before `keep` may go.
  std::size_t ensure(std::uint64_t at, std::size_t count, std::uint64_t keep) {
    while (end_ < at + count && !ended_) {
      if (end_ - begin_ + read_size > bytes_.size()) {
        std::memmove(bytes_.data(), bytes_.data() + (keep - begin_), static_cast<std::size_t>(end_ - keep));
        begin_ = keep;
      }
      char* to = bytes_.data() + (end_ - begin_);
      const std::size_t got = file_.read(to, read_size);
      ended_ = got < read_size;
      sink_.look({to, got});
      end_ += got;
    }
    return static_cast<std::size_t>(end_ - at);
  }
  const char* at(std::uint64_t offset) const { return bytes_.data() + (offset - begin_); }
  std::uint64_t end() const { return end_; }

 private:
  fs::File& file_;
  const DeltaSink& sink_;
  std::string bytes_;
  std::uint64_t begin_ = 0;  ///< In the file.
  std::uint64_t end_ = 0;
  bool ended_ = false;
};

class Search {
 public:
  Search(fs::File& file, std::uint64_t size, Content& base, const Recipe& base_recipe, const DeltaSink& sink)
      : size_(size),
        base_(base),
        base_recipe_(base_recipe),
        sink_(sink),
        block_(block_for(base.size())),
        window_(file, sink),
        beside_(read_size, '\0') {
    std::uint64_t end = 0;
    for (const Part& part : base_recipe.parts) ends_.push_back(end += part.size);
  }

  std::optional<Recipe> run() {
    match(0);
    while (at_ < size_) {
      if (!step()) return std::nullopt;
    }
    keep_up_to(size_);
    if (hopeless(size_)) return std::nullopt;
    return std::move(recipe_);
  }

 private:
  bool hopeless(std::uint64_t seen) const {
    const std::uint64_t fresh = fresh_ + (at_ - kept_);
    return fresh > size_ / 2 || recipe_.parts.size() > most_parts || (seen >= early && fresh > seen / 10 * 9);
  }

  /// Over new bytes to the next match, or to where the pending ones are many.
  bool step() {
    if (!blocks_) blocks_.emplace(base_, block_);
    if (window_.ensure(at_, block_, kept_) < block_) {
      at_ = size_;
      return true;
    }
    Sum sum(block_);
    sum.of(bytes(at_));
    for (;;) {
      if (const auto found = blocks_->find(sum.value()); found && match(*found)) return true;
      if (at_ - kept_ >= small_object - 1) {
        keep_up_to(at_);
        if (hopeless(at_)) return false;
      }
      if (at_ + block_ >= window_.end() && window_.ensure(at_, block_ + 1, kept_) <= block_) {
        at_ = size_;
        return true;
      }
      sum.roll(*bytes(at_), *bytes(at_ + block_));
      ++at_;
    }
  }

  /// Whether the file goes on from here as the base does from `from`, for a block at least; then it is taken
  /// over as far as they agree.
  bool match(std::uint64_t from) {
    if (window_.ensure(at_, block_, kept_) < block_ || agree(at_, from, block_) < block_) return false;
    const std::uint64_t back = agree_backwards(from);
    keep_up_to(at_ - back);
    const std::uint64_t begin = at_ - back;
    std::uint64_t end = at_ + block_;
    for (;;) {
      const std::size_t there = std::min(window_.ensure(end, read_size, end), read_size);
      const std::size_t same = agree(end, from + (end - at_), there);
      end += same;
      if (same < there || there == 0) break;
    }
    take(from - back, end - begin);
    at_ = kept_ = end;
    return true;
  }

  /// How many of `count` bytes are equal.
  std::size_t agree(std::uint64_t here, std::uint64_t there, std::size_t count) {
    const std::size_t got = base_.read_at(beside_.data(), std::min(count, read_size), there);
    const char* mine = window_.at(here);
    if (std::memcmp(mine, beside_.data(), got) == 0) return got;
    return static_cast<std::size_t>(std::mismatch(mine, mine + got, beside_.data()).first - mine);
  }

  /// How many bytes before are equal too, of those that are pending.
  std::uint64_t agree_backwards(std::uint64_t from) {
    const auto most = static_cast<std::size_t>(std::min({at_ - kept_, from, std::uint64_t{read_size}}));
    const std::size_t got = base_.read_at(beside_.data(), most, from - most);
    std::size_t same = 0;
    while (same < got && *window_.at(at_ - same - 1) == beside_[got - same - 1]) ++same;
    return same;
  }

  void keep_up_to(std::uint64_t end) {
    while (kept_ < end) {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(end - kept_, small_object - 1));
      append(recipe_, {.from = sink_.keep({window_.at(kept_), count}), .offset = 0, .size = count});
      kept_ += count;
      fresh_ += count;
    }
  }

  /// Takes over what makes up the base there.
  void take(std::uint64_t offset, std::uint64_t size) {
    auto at = static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), offset) - ends_.begin());
    for (const std::uint64_t end = offset + size; offset < end; ++at) {
      const Part& part = base_recipe_.parts[at];
      const std::uint64_t skip = offset - (ends_[at] - part.size);
      const std::uint64_t count = std::min(part.size - skip, end - offset);
      append(recipe_, {.from = part.from, .offset = part.offset + skip, .size = count});
      offset += count;
    }
  }

  const unsigned char* bytes(std::uint64_t at) const {
    return reinterpret_cast<const unsigned char*>(window_.at(at));
  }

  const std::uint64_t size_;
  Content& base_;
  const Recipe& base_recipe_;
  const DeltaSink& sink_;
  const std::size_t block_;
  Window window_;
  std::string beside_;  ///< Bytes of the base.
  std::vector<std::uint64_t> ends_;
  std::optional<Blocks> blocks_;
  Recipe recipe_;
  std::uint64_t at_ = 0;     ///< Where the file is compared.
  std::uint64_t kept_ = 0;   ///< Up to here the recipe goes; what is between is pending.
  std::uint64_t fresh_ = 0;  ///< Bytes that the sink was given.
};

}  // namespace

std::optional<Recipe> delta(fs::File& file, std::uint64_t size, Content& base, const Recipe& base_recipe,
                            const DeltaSink& sink) {
  return Search(file, size, base, base_recipe, sink).run();
}

}  // namespace mlops::store

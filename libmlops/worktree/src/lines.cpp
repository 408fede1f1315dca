/// The lines that differ, found as E. W. Myers has it (An O(ND) Difference Algorithm and Its Variations,
/// 1986).
#include <mlops/worktree/diff.hpp>

#include <algorithm>
#include <unordered_map>

namespace mlops::worktree {
namespace {

using Hunk = ContentDiff::Hunk;

constexpr std::size_t context = 3;

/// With their newlines, so that a last one without is another line.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

/// Lines [before, before_end) that became [after, after_end).
struct Block {
  std::size_t before = 0;
  std::size_t before_end = 0;
  std::size_t after = 0;
  std::size_t after_end = 0;
};

class Script {
 public:
  Script(const std::vector<int>& before, const std::vector<int>& after) : before_(before), after_(after) {
    const std::size_t least = std::min(before.size(), after.size());
    while (head_ < least && before[head_] == after[head_]) ++head_;
    while (tail_ < least - head_ && before[before.size() - 1 - tail_] == after[after.size() - 1 - tail_])
      ++tail_;
    n_ = static_cast<int>(before.size() - head_ - tail_);
    m_ = static_cast<int>(after.size() - head_ - tail_);
  }

  /// False when it takes more than `most` lines.
  bool find(int most) {
    if (std::abs(n_ - m_) > most) return false;
    for (int d = 0; d <= std::min(most, n_ + m_); ++d) {
      if (go_on(d)) {
        trace_back(d);
        return true;
      }
    }
    return false;
  }

  /// In the order of the lines.
  const std::vector<Block>& blocks() const { return blocks_; }

 private:
  /// The farthest line of `before` on each diagonal k = -d, -d + 2, ..., d after d steps.
  int at(int d, int k) const {
    return reached_[static_cast<std::size_t>(d)][static_cast<std::size_t>((k + d) / 2)];
  }
  bool comes_down(int d, int k) const { return k == -d || (k != d && at(d - 1, k - 1) < at(d - 1, k + 1)); }
  /// Where a step of the d-th round leads to on the diagonal, before the lines that are equal.
  int stepped(int d, int k) const {
    if (d == 0) return 0;
    return comes_down(d, k) ? at(d - 1, k + 1) : at(d - 1, k - 1) + 1;
  }
  bool equal(int x, int y) const {
    return before_[head_ + static_cast<std::size_t>(x)] == after_[head_ + static_cast<std::size_t>(y)];
  }

  bool go_on(int d) {
    std::vector<int>& farthest = reached_.emplace_back();
    farthest.reserve(static_cast<std::size_t>(d) + 1);
    for (int k = -d; k <= d; k += 2) {
      int x = stepped(d, k);
      while (x < n_ && x - k < m_ && x - k >= 0 && equal(x, x - k)) ++x;
      farthest.push_back(x);
      if (k == n_ - m_ && x >= n_) return true;
    }
    return false;
  }

  void trace_back(int d) {
    int k = n_ - m_;
    std::vector<Block> steps;
    for (; d > 0; --d) {
      const bool down = comes_down(d, k);
      const int x = stepped(d, k);  // Behind the step.
      const int y = x - k;
      const auto line = [&](int number) { return head_ + static_cast<std::size_t>(number); };
      steps.push_back(down ? Block{line(x), line(x), line(y - 1), line(y)}
                           : Block{line(x - 1), line(x), line(y), line(y)});
      k += down ? 1 : -1;
    }
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
      if (!blocks_.empty() && blocks_.back().before_end == step->before &&
          blocks_.back().after_end == step->after) {
        blocks_.back().before_end = step->before_end;
        blocks_.back().after_end = step->after_end;
      } else {
        blocks_.push_back(*step);
      }
    }
  }

  const std::vector<int>& before_;
  const std::vector<int>& after_;
  std::size_t head_ = 0;  ///< Lines that both begin with.
  std::size_t tail_ = 0;
  int n_ = 0;  ///< Lines between.
  int m_ = 0;
  std::vector<std::vector<int>> reached_;
  std::vector<Block> blocks_;
};

class Hunks {
 public:
  Hunks(const std::vector<std::string_view>& before, const std::vector<std::string_view>& after)
      : before_(before), after_(after) {}

  void add(const Block& block) {
    const bool near = !hunks_.empty() && block.before - before_at_ <= 2 * context;
    if (!near) {
      end_hunk();
      const std::size_t lead = std::min(block.before, context);
      before_at_ = block.before - lead;
      after_at_ = block.after - lead;
      hunks_.push_back({.first_before = before_at_ + 1, .first_after = after_at_ + 1});
    }
    take_both(block.before - before_at_);
    for (std::size_t i = block.before; i < block.before_end; ++i) take('-', before_[i]);
    for (std::size_t i = block.after; i < block.after_end; ++i) take('+', after_[i]);
    before_at_ = block.before_end;
    after_at_ = block.after_end;
  }

  std::vector<Hunk> finish() {
    end_hunk();
    for (Hunk& hunk : hunks_) {  // As `diff -u` counts what has no lines.
      if (hunk.count_before == 0) --hunk.first_before;
      if (hunk.count_after == 0) --hunk.first_after;
    }
    return std::move(hunks_);
  }

 private:
  void take(char sign, std::string_view line) {
    Hunk& hunk = hunks_.back();
    const bool unended = !line.ends_with('\n');
    if (!unended) line.remove_suffix(1);
    hunk.lines.push_back({sign, std::string(line), unended});
    hunk.count_before += sign == '+' ? 0 : 1;
    hunk.count_after += sign == '-' ? 0 : 1;
  }
  void take_both(std::size_t count) {
    for (; count > 0; --count, ++before_at_, ++after_at_) take(' ', before_[before_at_]);
  }
  void end_hunk() {
    if (!hunks_.empty()) take_both(std::min(context, before_.size() - before_at_));
  }

  const std::vector<std::string_view>& before_;
  const std::vector<std::string_view>& after_;
  std::size_t before_at_ = 0;  ///< Behind what was told.
  std::size_t after_at_ = 0;
  std::vector<Hunk> hunks_;
};

}  // namespace

std::optional<std::vector<Hunk>> diff_lines(std::string_view before, std::string_view after,
                                            std::uint64_t most) {
  const std::vector<std::string_view> lines_before = lines_of(before);
  const std::vector<std::string_view> lines_after = lines_of(after);
  std::unordered_map<std::string_view, int> numbers;
  const auto numbered = [&](const std::vector<std::string_view>& lines) {
    std::vector<int> out;
    for (const std::string_view line : lines)
      out.push_back(numbers.emplace(line, static_cast<int>(numbers.size())).first->second);
    return out;
  };
  const std::vector<int> numbers_before = numbered(lines_before);
  const std::vector<int> numbers_after = numbered(lines_after);
  Script script(numbers_before, numbers_after);
  if (!script.find(static_cast<int>(most))) return std::nullopt;
  Hunks hunks(lines_before, lines_after);
  for (const Block& block : script.blocks()) hunks.add(block);
  return hunks.finish();
}

}  // namespace mlops::worktree

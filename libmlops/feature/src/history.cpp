#include "src/history.hpp"

#include <mlops/base/error.hpp>

#include <algorithm>
#include <limits>
#include <thread>

#include "src/build.hpp"
#include "src/values.hpp"

namespace mlops::feature {
namespace {

struct Event {
  std::int64_t at;
  std::int64_t known;
  std::uint32_t row;
};

bool before(const Event& a, const Event& b) {
  if (a.at != b.at) return a.at < b.at;
  return a.known != b.known ? a.known < b.known : a.row < b.row;
}

class Builder {
 public:
  Builder(History::Impl& out, unsigned threads) : out_(out), workers_{.threads = threads} {}

  void build() {
    const std::size_t keys = out_.view.key.size();
    at_ = moments_of(out_.events.column(keys));
    if (!out_.view.known.empty()) known_ = moments_of(out_.events.column(keys + 1));
    number_keys();
    sort();
    fill_series();
  }

 private:
  void number_keys() {
    std::vector<Column> columns;
    for (std::size_t i = 0; i < out_.view.key.size(); ++i) columns.push_back(out_.events.column(i));
    KeyReader reader(std::move(columns));
    std::vector<std::uint32_t> ids(at_.size(), no_row);
    for (std::size_t row = 0; row < ids.size(); ++row) {
      if (at_[row] == no_moment || (!known_.empty() && known_[row] == no_moment)) continue;
      if (const auto key = reader.read(row)) ids[row] = out_.index.add(*key);
    }
    out_.groups = grouped(ids, out_.index.size());
  }

  void sort() {
    const std::size_t count = out_.groups.rows.size();
    out_.at.resize(count);
    if (!known_.empty()) {
      out_.enter.resize(count);
      out_.entering.resize(count);
    }
    const auto pieces = pieces_of(out_.groups, piece_rows);
    in_parallel(pieces.size() - 1, workers_, [&](std::size_t piece) {
      std::vector<Event> events;
      for (std::uint32_t group = pieces[piece]; group < pieces[piece + 1]; ++group) sort_group(group, events);
    });
    at_ = {};
    known_ = {};
  }

  void sort_group(std::uint32_t group, std::vector<Event>& events) {
    const std::size_t begin = out_.groups.begin[group];
    const std::size_t end = out_.groups.begin[group + 1];
    events.clear();
    for (std::size_t i = begin; i < end; ++i) {
      const std::uint32_t row = out_.groups.rows[i];
      events.push_back({at_[row], known_.empty() ? 0 : known_[row], row});
    }
    if (!std::is_sorted(events.begin(), events.end(), before))
      std::sort(events.begin(), events.end(), before);
    for (std::size_t i = begin; i < end; ++i) {
      const Event& event = events[i - begin];
      out_.groups.rows[i] = event.row;
      out_.at[i] = event.at;
      if (known_.empty()) continue;
      out_.enter[i] = std::max(event.at, event.known);
      out_.entering[i] = static_cast<std::uint32_t>(i);
    }
    if (known_.empty()) return;
    const auto first = out_.entering.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = out_.entering.begin() + static_cast<std::ptrdiff_t>(end);
    std::stable_sort(first, last, [&](auto a, auto b) { return out_.enter[a] < out_.enter[b]; });
  }

  void fill_series() {
    out_.series.resize(out_.view.inputs.size());
    for (const ViewColumn& column : out_.view.columns) {
      if (!column.input || !column.definition.aggregate) continue;
      const bool counts_only = *column.definition.aggregate == Aggregate::count;
      fill(*column.input, out_.series[*column.input], counts_only);
    }
  }

  void fill(std::size_t input, Series& series, bool validity_only) {
    const Column source = out_.events.column(out_.input_column(input));
    const auto& rows = out_.groups.rows;
    const bool whole = is_whole(source.type().kind);
    if (source.nulls() != 0 && series.valid.empty()) {
      series.valid.resize(rows.size());
      for (std::size_t i = 0; i < rows.size(); ++i) series.valid[i] = source.valid(rows[i]);
    }
    if (validity_only || !series.whole.empty() || !series.real.empty()) return;
    if (whole) series.whole.resize(rows.size());
    else series.real.resize(rows.size());
    in_parallel((rows.size() + piece_rows - 1) / piece_rows, workers_, [&](std::size_t piece) {
      const std::size_t begin = piece * piece_rows;
      const std::size_t end = std::min(rows.size(), begin + piece_rows);
      if (whole) {
        for (std::size_t i = begin; i < end; ++i) series.whole[i] = integer_at(source, rows[i]);
      } else if (source.type().kind == Kind::float32) {
        for (std::size_t i = begin; i < end; ++i) series.real[i] = source.values<float>()[rows[i]];
      } else {
        for (std::size_t i = begin; i < end; ++i) series.real[i] = source.values<double>()[rows[i]];
      }
    });
  }

  History::Impl& out_;
  Workers workers_;
  std::vector<std::int64_t> at_;
  std::vector<std::int64_t> known_;
};

unsigned threads_or_all(unsigned threads) {
  return threads != 0 ? threads : std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace

Groups grouped(const std::vector<std::uint32_t>& group, std::size_t groups) {
  Groups out;
  out.begin.assign(groups + 1, 0);
  for (const std::uint32_t id : group) {
    if (id != no_row) ++out.begin[id + 1];
  }
  for (std::size_t i = 0; i < groups; ++i) out.begin[i + 1] += out.begin[i];
  out.rows.resize(out.begin.back());
  std::vector<std::uint32_t> next(out.begin.begin(), out.begin.end() - 1);
  for (std::size_t row = 0; row < group.size(); ++row) {
    if (group[row] != no_row) out.rows[next[group[row]]++] = static_cast<std::uint32_t>(row);
  }
  return out;
}

std::vector<std::uint32_t> pieces_of(const Groups& groups, std::size_t rows) {
  std::vector<std::uint32_t> pieces = {0};
  const std::size_t count = groups.begin.size() - 1;
  for (std::size_t group = 0; group < count; ++group) {
    if (groups.begin[group + 1] - groups.begin[pieces.back()] >= rows)
      pieces.push_back(static_cast<std::uint32_t>(group + 1));
  }
  if (pieces.back() != count) pieces.push_back(static_cast<std::uint32_t>(count));
  return pieces;
}

History::History(const View& view, const Columns& events, unsigned threads) {
  if (events.rows() >= std::numeric_limits<std::uint32_t>::max())
    throw error(Code::usage, "view '{}': its table has over 4,294,967,294 rows", view.name)
        .with_hint("let a `data:` table keep the rows that its windows need");
  auto impl = std::make_unique<Impl>();
  impl->view = view;
  impl->events = events;
  Builder(*impl, threads_or_all(threads)).build();
  impl_ = std::move(impl);
}

History::~History() = default;
History::History(History&&) noexcept = default;
History& History::operator=(History&&) noexcept = default;

const View& History::view() const { return impl_->view; }
std::uint64_t History::keys() const { return impl_->index.size(); }
std::uint64_t History::events() const { return impl_->groups.rows.size(); }

}  // namespace mlops::feature

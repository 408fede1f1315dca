#include "src/live.hpp"

#include <mlops/base/clock.hpp>
#include <mlops/base/error.hpp>

#include <algorithm>
#include <mutex>
#include <thread>

#include "src/event_rows.hpp"
#include "src/fold.hpp"

namespace mlops::feature {
namespace {

/// As long as the lock of a shard is held.
constexpr std::size_t events_at_once = 64;
constexpr std::size_t keys_at_once = 64;

Word word_of(const EventRows& rows, std::size_t row, std::size_t input, TextPool& texts) {
  switch (rows.cell(input)) {
    case Cell::whole:
      return static_cast<Word>(rows.whole(row, input));
    case Cell::real:
      return std::bit_cast<Word>(rows.real(row, input));
    case Cell::text:
      return reinterpret_cast<Word>(texts.keep(rows.text(row, input)));
  }
  throw error(Code::internal, "unknown cell");
}

void write(const EventRows& rows, std::size_t row, const Layout& layout, TextPool& texts,
           std::vector<Word>& event) {
  event.assign(layout.words(), 0);
  layout.set_moments(event.data(), rows.at(row), rows.known(row));
  for (std::size_t i = 0; i < rows.inputs(); ++i) {
    if (rows.has(row, i)) layout.set(event.data(), i, word_of(rows, row, i, texts));
  }
}

/// The values of one key at one moment.
class LookUp {
 public:
  LookUp(const LiveView::Impl& live, const Timeline* timeline, std::int64_t time)
      : live_(live), layout_(live.layout), timeline_(timeline), time_(time) {
    if (timeline_ == nullptr) return;
    end_ = timeline_->first_at(layout_, std::min(time, INT64_MAX - 1) + 1);
    latest_ = timeline_->latest(layout_, end_, time);
  }

  std::optional<std::int64_t> newest() const {
    return latest_ ? std::optional(layout_.at(timeline_->event(layout_, *latest_))) : std::nullopt;
  }

  void answer(const ViewColumn& column, Value& out) const {
    out.kind = Value::Kind::null;
    out.expired = false;
    const auto aggregate = column.definition.aggregate;
    if (!aggregate) return answer_latest(column, out);
    switch (*aggregate) {
      case Aggregate::count:
        return set_integer(out, folded(column, CountFold{&layout_, column.input}).count);
      case Aggregate::sum:
      case Aggregate::mean:
        return is_whole(column) ? answer_whole(column, out) : answer_real(column, out);
      default:
        return answer_extreme(column, out);
    }
  }

 private:
  bool is_whole(const ViewColumn& column) const { return layout_.cell(*column.input) == Cell::whole; }

  static void set_integer(Value& out, std::int64_t value) {
    out.kind = Value::Kind::integer;
    out.integer = value;
  }
  static void set_real(Value& out, double value) {
    out.kind = Value::Kind::real;
    out.real = value;
  }

  template <typename Fold>
  Fold folded(const ViewColumn& column, Fold fold) const {
    if (!latest_) return fold;
    const std::int64_t window = column.definition.window_us;
    const std::int64_t oldest = time_ < INT64_MIN + window ? INT64_MIN : time_ - window;
    timeline_->fold(layout_, timeline_->first_at(layout_, oldest), end_, time_, fold);
    return fold;
  }

  void answer_whole(const ViewColumn& column, Value& out) const {
    const auto in = folded(column, WholeFold{&layout_, *column.input});
    if (in.count == 0) return;
    if (column.definition.aggregate == Aggregate::mean) return set_real(out, mean_of(in.sum, in.count));
    const auto sum = in_64_bits(in.sum);
    if (!sum) fail_too_great(live_.view, column);
    set_integer(out, *sum);
  }

  void answer_real(const ViewColumn& column, Value& out) const {
    const auto in = folded(column, RealFold{&layout_, *column.input});
    if (in.sum.count() == 0) return;
    set_real(out, column.definition.aggregate == Aggregate::mean ? in.sum.mean() : in.sum.value());
  }

  void answer_extreme(const ViewColumn& column, Value& out) const {
    const bool max = column.definition.aggregate == Aggregate::max;
    const auto in = folded(column, ExtremeFold{&layout_, *column.input, max, is_whole(column)});
    if (in.any) set_word(out, *column.input, in.best);
  }

  void answer_latest(const ViewColumn& column, Value& out) const {
    if (!latest_) return;
    const Word* event = timeline_->event(layout_, *latest_);
    const auto ttl = live_.view.ttl_us;
    out.expired = ttl && time_ >= INT64_MIN + *ttl && layout_.at(event) < time_ - *ttl;
    if (out.expired || !layout_.has(event, *column.input)) return;
    set_word(out, *column.input, layout_.value(event, *column.input));
  }

  void set_word(Value& out, std::size_t input, Word word) const {
    switch (layout_.cell(input)) {
      case Cell::whole:
        return set_integer(out, static_cast<std::int64_t>(word));
      case Cell::real:
        return set_real(out, std::bit_cast<double>(word));
      case Cell::text:
        out.kind = Value::Kind::text;
        out.text = *reinterpret_cast<const std::string*>(word);
    }
  }

  const LiveView::Impl& live_;
  const Layout& layout_;
  const Timeline* timeline_;
  std::int64_t time_;
  Place end_;
  std::optional<Place> latest_;
};

[[noreturn]] void fail_forgotten(const View& view, std::int64_t from, std::int64_t asked) {
  throw error(Code::usage, "the online store answers for view '{}' from {} on, and {} was asked for",
              view.name, Time{from}.text(), Time{asked}.text())
      .with_id("features.forgotten")
      .with_hint(
          "`mlops features materialize --as-of {}` brings the past from there on back; `mlops features join` "
          "gives it to rows",
          Time{asked}.text());
}

}  // namespace

const std::string* TextPool::keep(std::string_view text) {
  auto found = uses_.find(text);
  if (found == uses_.end()) found = uses_.emplace(text, 0).first;
  ++found->second;
  return &found->first;
}

void TextPool::release(const std::string* text) {
  const auto found = uses_.find(*text);
  if (--found->second == 0) uses_.erase(found);
}

void Shard::lock() {
  ++waiting;
  mutex.lock();
  --waiting;
}

void Shard::lock_shared() const {
  while (waiting.load(std::memory_order_relaxed) != 0) std::this_thread::yield();
  mutex.lock_shared();
}

LiveView::Impl::Impl(const View& of, std::int64_t complete_from_us) : view(of), layout(of) {
  for (Shard& shard : shards) shard.complete_from = complete_from_us;
}

LiveView::LiveView(const View& view, std::int64_t complete_from_us)
    : impl_(std::make_unique<Impl>(view, complete_from_us)) {}
LiveView::~LiveView() = default;

const View& LiveView::view() const { return impl_->view; }
std::uint64_t LiveView::events() const { return impl_->events; }
std::uint64_t LiveView::keys() const { return impl_->keys; }
std::optional<std::int64_t> LiveView::newest() const {
  const std::int64_t us = impl_->newest_us;
  return us == no_moment ? std::nullopt : std::optional(us);
}

std::int64_t LiveView::complete_from() const {
  const std::shared_lock lock(impl_->shards[0]);
  return impl_->shards[0].complete_from;
}

void LiveView::add(const Columns& events) {
  EventRows rows(impl_->view, events);
  std::array<std::vector<std::size_t>, shards_count> of_shard;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    if (const auto key = rows.key(row)) of_shard[Impl::shard_index(*key)].push_back(row);
  }
  for (std::size_t i = 0; i < shards_count; ++i) {
    const std::span<const std::size_t> all(of_shard[i]);
    for (std::size_t first = 0; first < all.size(); first += events_at_once)
      impl_->add(impl_->shards[i], rows, all.subspan(first, std::min(events_at_once, all.size() - first)));
  }
}

void LiveView::Impl::add(Shard& shard, EventRows& rows, std::span<const std::size_t> chosen) {
  std::vector<Word> event;
  const std::unique_lock lock(shard);
  for (const std::size_t row : chosen) {
    write(rows, row, layout, shard.texts, event);
    const std::string_view key = *rows.key(row);
    auto found = shard.timelines.find(key);
    if (found == shard.timelines.end()) {
      found = shard.timelines.try_emplace(std::string(key)).first;
      ++keys;
    }
    found->second.insert(layout, event.data());
    newest_us = std::max(newest_us.load(), layout.at(event.data()));
    ++events;
  }
}

void LiveView::Impl::forget(Shard& shard, Timeline& timeline, std::int64_t us) {
  const Place end = timeline.first_at(layout, us - view.longest_window_us());
  if (end == Place{}) return;
  const auto newest = timeline.latest(layout, timeline.first_at(layout, std::min(us, INT64_MAX - 1) + 1), us);
  const auto is_kept = [&](Place place) {
    return place == newest || layout.enters(timeline.event(layout, place)) > us;
  };
  timeline.prune(layout, end, is_kept, [&](const Word* event) {
    --events;
    for (std::size_t i = 0; i < layout.inputs(); ++i) {
      if (layout.cell(i) == Cell::text && layout.has(event, i))
        shard.texts.release(reinterpret_cast<const std::string*>(layout.value(event, i)));
    }
  });
}

void LiveView::forget_before(std::int64_t us) {
  for (Shard& shard : impl_->shards) {
    const std::unique_lock lock(shard);
    if (us <= shard.complete_from) return;
    shard.complete_from = us;
  }
  for (Shard& shard : impl_->shards) {
    // Only this thread changes the map, so that its place in it stays while the lock is free.
    for (auto next = shard.timelines.begin(); next != shard.timelines.end();) {
      const std::unique_lock lock(shard);
      for (std::size_t i = 0; i < keys_at_once && next != shard.timelines.end(); ++i, ++next)
        impl_->forget(shard, next->second, us);
    }
  }
}

void LiveView::take(LiveView&& other) {
  std::array<std::unique_lock<Shard>, shards_count> locks;
  for (std::size_t i = 0; i < locks.size(); ++i) locks[i] = std::unique_lock(impl_->shards[i]);
  for (std::size_t i = 0; i < locks.size(); ++i) {
    Shard& mine = impl_->shards[i];
    Shard& others = other.impl_->shards[i];
    mine.timelines.swap(others.timelines);
    std::swap(mine.texts, others.texts);
    mine.complete_from = others.complete_from;
  }
  impl_->events = other.impl_->events.load();
  impl_->keys = other.impl_->keys.load();
  impl_->newest_us = other.impl_->newest_us.load();
}

void LiveView::look_up(std::optional<std::string_view> key, std::int64_t time_us,
                       std::span<const std::size_t> columns, Found& out) const {
  out.values.resize(columns.size());
  const Shard& shard = impl_->shards[key ? impl_->shard_index(*key) : 0];
  const std::shared_lock lock(shard);
  if (time_us < shard.complete_from) fail_forgotten(impl_->view, shard.complete_from, time_us);
  const auto found = key ? shard.timelines.find(*key) : shard.timelines.end();
  const LookUp look_up(*impl_, found == shard.timelines.end() ? nullptr : &found->second, time_us);
  out.newest_us = look_up.newest();
  for (std::size_t i = 0; i < columns.size(); ++i)
    look_up.answer(impl_->view.columns[columns[i]], out.values[i]);
}

}  // namespace mlops::feature

#include "src/live.hpp"

#include <mlops/base/clock.hpp>
#include <mlops/base/error.hpp>

#include <algorithm>
#include <mutex>

#include "src/fold.hpp"
#include "src/keys.hpp"
#include "src/values.hpp"

namespace mlops::feature {
namespace {

/// As long as the lock of a shard is held.
constexpr std::size_t events_at_once = 64;
constexpr std::size_t keys_at_once = 64;

/// One batch of events, row by row as words.
class Batch {
 public:
  Batch(const LiveView::Impl& live, const Columns& events) : live_(live), reader_(keys_of(live, events)) {
    const std::size_t keys = live.view.key.size();
    at_ = moments_of(events.column(keys));
    if (live.layout.has_known()) known_ = moments_of(events.column(keys + 1));
    const std::size_t first = keys + (live.layout.has_known() ? 2 : 1);
    for (std::size_t i = 0; i < live.layout.inputs(); ++i) {
      inputs_.push_back(events.column(first + i));
      require(inputs_.back(), i);
    }
  }

  std::size_t rows() const { return at_.size(); }
  /// Nothing for what has no key or is never seen.
  std::optional<std::string_view> key(std::size_t row) {
    if (at_[row] == no_moment || (!known_.empty() && known_[row] == no_moment)) return std::nullopt;
    return reader_.read(row);
  }

  void write(std::size_t row, TextPool& texts, std::vector<Word>& event) const {
    event.assign(live_.layout.words(), 0);
    live_.layout.set_moments(event.data(), at_[row], known_.empty() ? 0 : known_[row]);
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      if (inputs_[i].valid(row)) live_.layout.set(event.data(), i, word(inputs_[i], i, row, texts));
    }
  }

 private:
  static std::vector<Column> keys_of(const LiveView::Impl& live, const Columns& events) {
    const std::size_t others = (live.layout.has_known() ? 2 : 1) + live.layout.inputs();
    if (events.width() != live.view.key.size() + others)
      throw error(Code::internal, "events of view '{}' have {} columns", live.view.name, events.width());
    std::vector<Column> out;
    for (std::size_t i = 0; i < live.view.key.size(); ++i) out.push_back(events.column(i));
    return out;
  }

  void require(const Column& column, std::size_t input) const {
    const Type& type = column.type();
    const bool unit = type.kind == Kind::text || type.unit == live_.types[input].unit;
    if (type.kind == live_.types[input].kind && unit) return;
    throw error(Code::internal, "input {} of view '{}' is not {}", input, live_.view.name,
                live_.view.inputs[input].type);
  }

  Word word(const Column& column, std::size_t input, std::size_t row, TextPool& texts) const {
    switch (live_.layout.cell(input)) {
      case Cell::whole:
        return static_cast<Word>(integer_at(column, row));
      case Cell::real:
        return std::bit_cast<Word>(column.type().kind == Kind::float32
                                       ? static_cast<double>(column.values<float>()[row])
                                       : column.values<double>()[row]);
      case Cell::text:
        return reinterpret_cast<Word>(texts.keep(column.text(row)));
    }
    throw error(Code::internal, "unknown cell");
  }

  const LiveView::Impl& live_;
  KeyReader reader_;
  std::vector<std::int64_t> at_;
  std::vector<std::int64_t> known_;
  std::vector<Column> inputs_;
};

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
      .with_hint("`mlops features join` gives the features of the past");
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

LiveView::Impl::Impl(const View& of, std::int64_t complete_from_us) : view(of), layout(of) {
  for (const Input& input : view.inputs) types.push_back(input_type(input.type));
  for (Shard& shard : shards) shard.complete_from = complete_from_us;
}

LiveView::LiveView(const View& view, std::int64_t complete_from_us)
    : impl_(std::make_unique<Impl>(view, complete_from_us)) {}
LiveView::~LiveView() = default;

const View& LiveView::view() const { return impl_->view; }
std::uint64_t LiveView::events() const { return impl_->events; }
std::uint64_t LiveView::keys() const { return impl_->keys; }

std::int64_t LiveView::complete_from() const {
  const std::shared_lock lock(impl_->shards[0].mutex);
  return impl_->shards[0].complete_from;
}

void LiveView::add(const Columns& events) {
  Batch batch(*impl_, events);
  std::array<std::vector<std::size_t>, shards_count> rows;
  for (std::size_t row = 0; row < batch.rows(); ++row) {
    if (const auto key = batch.key(row)) rows[impl_->shard_index(*key)].push_back(row);
  }
  std::vector<Word> event;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Shard& shard = impl_->shards[i];
    for (std::size_t first = 0; first < rows[i].size(); first += events_at_once) {
      const std::unique_lock lock(shard.mutex);
      const std::size_t end = std::min(rows[i].size(), first + events_at_once);
      for (std::size_t at = first; at < end; ++at) {
        batch.write(rows[i][at], shard.texts, event);
        Timeline& timeline = shard.timelines[std::string(*batch.key(rows[i][at]))];
        if (timeline.empty()) ++impl_->keys;
        timeline.insert(impl_->layout, event.data());
        ++impl_->events;
      }
    }
  }
}

void LiveView::Impl::forget(Shard& shard, Timeline& timeline, std::int64_t us) {
  const Place end = timeline.first_at(layout, us - view.longest_window_us());
  if (end == Place{}) return;
  const auto newest =
      timeline.latest(layout, timeline.first_at(layout, std::min(us, INT64_MAX - 1) + 1), us);
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
    const std::unique_lock lock(shard.mutex);
    if (us <= shard.complete_from) return;
    shard.complete_from = us;
  }
  for (Shard& shard : impl_->shards) {
    // Only this thread changes the map, so that its place in it stays while the lock is free.
    for (auto next = shard.timelines.begin(); next != shard.timelines.end();) {
      const std::unique_lock lock(shard.mutex);
      for (std::size_t i = 0; i < keys_at_once && next != shard.timelines.end(); ++i, ++next)
        impl_->forget(shard, next->second, us);
    }
  }
}

void LiveView::take(LiveView&& other) {
  std::array<std::unique_lock<std::shared_mutex>, shards_count> locks;
  for (std::size_t i = 0; i < locks.size(); ++i) locks[i] = std::unique_lock(impl_->shards[i].mutex);
  for (std::size_t i = 0; i < locks.size(); ++i) {
    Shard& mine = impl_->shards[i];
    Shard& others = other.impl_->shards[i];
    mine.timelines.swap(others.timelines);
    std::swap(mine.texts, others.texts);
    mine.complete_from = others.complete_from;
  }
  impl_->events = other.impl_->events.load();
  impl_->keys = other.impl_->keys.load();
}

void LiveView::look_up(std::optional<std::string_view> key, std::int64_t time_us,
                       std::span<const std::size_t> columns, Found& out) const {
  out.values.resize(columns.size());
  const Shard& shard = impl_->shards[key ? impl_->shard_index(*key) : 0];
  const std::shared_lock lock(shard.mutex);
  if (time_us < shard.complete_from) fail_forgotten(impl_->view, shard.complete_from, time_us);
  const auto found = key ? shard.timelines.find(*key) : shard.timelines.end();
  const LookUp look_up(*impl_, found == shard.timelines.end() ? nullptr : &found->second, time_us);
  out.newest_us = look_up.newest();
  for (std::size_t i = 0; i < columns.size(); ++i)
    look_up.answer(impl_->view.columns[columns[i]], out.values[i]);
}

}  // namespace mlops::feature

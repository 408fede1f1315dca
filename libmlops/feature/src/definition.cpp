#include <mlops/feature/definition.hpp>

#include <mlops/base/text.hpp>

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <cmath>

#include "src/scan.hpp"

namespace mlops::feature {
namespace {

constexpr std::array<std::string_view, 5> aggregates = {"count", "sum", "mean", "min", "max"};
constexpr std::array<std::string_view, 4> transforms = {"onehot", "zscore", "bucket", "impute"};
constexpr std::string_view units_hint =
    "a duration is a number with one of us, ms, s, m, h, d, w: `1h`, `30d`";

template <typename Enum, std::size_t size>
std::optional<Enum> find(const std::array<std::string_view, size>& names, std::string_view name) {
  for (std::size_t i = 0; i < size; ++i) {
    if (lowered(name) == names[i]) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

using Parsed = std::variant<Definition, Fault>;

std::optional<double> number_of(std::string_view text) {
  double value = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

/// The words by which people call our aggregates elsewhere.
std::string aggregate_hint(std::string_view word) {
  if (lowered(word) == "avg" || lowered(word) == "average") return "`mean` is meant";
  const auto near = near_misses(word, {aggregates.begin(), aggregates.end()});
  return near.empty() ? "windows have count, sum, mean, min and max" : "similar: " + one_of(near);
}

Parsed window(Piece piece, std::size_t over) {
  const Piece left = trimmed({piece.text.substr(0, over), piece.offset});
  const Piece right = trimmed({piece.text.substr(over + 4), piece.offset + over + 4});
  if (right.text.starts_with('(')) {
    return Fault{right.offset, "an OVER clause of SQL cannot stand here",
                 "write the window behind `over`: `mean(delay) over 1h`"};
  }
  const Call call = call_of(left);
  if (call.name.empty()) {
    return Fault{
        left.offset, "one aggregate is wanted in front of `over`",
        "aggregate first, as in `sum(price * quantity) over 1h`, and combine the columns in the model"};
  }
  const auto aggregate = aggregate_of(call.name);
  if (!aggregate)
    return Fault{left.offset, fmt::format("unknown aggregate '{}'", call.name), aggregate_hint(call.name)};
  if (!call.closed) return Fault{left.offset, "a bracket is not closed"};
  const auto us = duration_from(right.text);
  if (!us) {
    return Fault{
        right.offset,
        right.text.empty() ? "`over` has no duration" : fmt::format("'{}' is no duration", right.text),
        std::string(units_hint)};
  }
  const bool every = call.inner.text.empty() || call.inner.text == "*";
  if (every && *aggregate != Aggregate::count)
    return Fault{call.inner.offset, fmt::format("{}() of what is not said", call.name)};
  return Definition{.aggregate = aggregate,
                    .expression = every ? "" : std::string(call.inner.text),
                    .offset = call.inner.offset,
                    .window_us = *us};
}

Parsed value(Piece piece) {
  const std::size_t over = find_over(piece.text);
  if (over != std::string_view::npos) return window(piece, over);
  const Call call = call_of(piece);
  const bool min_max = lowered(call.name) == "min" || lowered(call.name) == "max";
  if (!call.name.empty() && (aggregate_of(call.name) || lowered(call.name) == "avg")) {
    return Fault{piece.offset, fmt::format("the aggregate '{}' has no window", call.name),
                 fmt::format("say over which time, as in `{}({}) over 1h`{}", call.name, call.inner.text,
                             min_max ? "; of several values of one row: least() and greatest()" : "")};
  }
  if (piece.text.empty()) return Fault{piece.offset, "an expression is wanted"};
  return Definition{.expression = std::string(piece.text), .offset = piece.offset};
}

std::optional<Fault> set_top(Transform& transform, const std::vector<Piece>& arguments) {
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    std::string_view text = arguments[i].text;
    const std::size_t equals = text.find('=');
    const bool named = equals != std::string_view::npos && trimmed({text.substr(0, equals), 0}).text == "top";
    if (named) text = trimmed({text.substr(equals + 1), 0}).text;
    std::size_t top = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), top);
    const bool good = fault == std::errc() && end == text.data() + text.size() && top >= 1 && top <= 1000;
    if (i > 1 || !named || !good)
      return Fault{arguments[i].offset, fmt::format("'{}' is not understood", arguments[i].text),
                   "onehot() takes `top=N`, 1 to 1000"};
    transform.top = top;
  }
  return std::nullopt;
}

std::optional<Fault> set_edges(Transform& transform, const std::vector<Piece>& arguments) {
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const auto edge = number_of(arguments[i].text);
    if (!edge)
      return Fault{arguments[i].offset, fmt::format("'{}' is no number", arguments[i].text),
                   "bucket() takes the edges between buckets, as in `bucket(age, 18, 25)`"};
    if (!transform.edges.empty() && *edge <= transform.edges.back())
      return Fault{arguments[i].offset,
                   fmt::format("the edge {} is not greater than {}", *edge, transform.edges.back())};
    transform.edges.push_back(*edge);
  }
  if (!transform.edges.empty()) return std::nullopt;
  return Fault{arguments.front().offset, "bucket() has no edges", "as in `bucket(age, 18, 25)`"};
}

std::optional<Fault> set_fill(Transform& transform, const std::vector<Piece>& arguments) {
  constexpr std::string_view hint = "impute() takes mean, median or a number, as in `impute(age, median)`";
  if (arguments.size() != 2)
    return Fault{arguments.front().offset, "with what is not said", std::string(hint)};
  const Piece& with = arguments[1];
  if (with.text == "mean" || with.text == "median") {
    transform.fill = with.text == "mean" ? Transform::Fill::mean : Transform::Fill::median;
    return std::nullopt;
  }
  const auto number = number_of(with.text);
  if (!number) return Fault{with.offset, fmt::format("'{}' is not understood", with.text), std::string(hint)};
  transform.constant = *number;
  return std::nullopt;
}

std::optional<Fault> set_arguments(Transform& transform, const std::vector<Piece>& arguments) {
  switch (transform.kind) {
    case Transform::Kind::onehot:
      return set_top(transform, arguments);
    case Transform::Kind::bucket:
      return set_edges(transform, arguments);
    case Transform::Kind::impute:
      return set_fill(transform, arguments);
    case Transform::Kind::zscore:
      break;
  }
  if (arguments.size() == 1) return std::nullopt;
  return Fault{arguments[1].offset, "zscore() takes one value"};
}

}  // namespace

std::string_view name_of(Aggregate aggregate) { return aggregates[static_cast<std::size_t>(aggregate)]; }
std::optional<Aggregate> aggregate_of(std::string_view name) { return find<Aggregate>(aggregates, name); }
std::string_view name_of(Transform::Kind kind) { return transforms[static_cast<std::size_t>(kind)]; }
std::optional<Transform::Kind> transform_of(std::string_view name) {
  return find<Transform::Kind>(transforms, name);
}

bool Transform::learns() const {
  return kind == Kind::onehot || kind == Kind::zscore || (kind == Kind::impute && fill != Fill::constant);
}

std::variant<Definition, Fault> parse(std::string_view text) {
  const Piece piece = trimmed({text, 0});
  const Call call = call_of(piece);
  const auto kind = transform_of(call.name);
  if (!kind) return value(piece);
  if (!call.closed) return Fault{piece.offset, "a bracket is not closed"};
  const std::vector<Piece> arguments = split_arguments(call.inner);
  Transform transform{.kind = *kind};
  if (const auto fault = set_arguments(transform, arguments)) return *fault;
  if (transform_of(call_of(arguments.front()).name))
    return Fault{arguments.front().offset, "one fitted function cannot stand inside of another",
                 "make two columns of it"};
  Parsed inner = value(arguments.front());
  if (auto* definition = std::get_if<Definition>(&inner)) definition->transform = std::move(transform);
  return inner;
}

}  // namespace mlops::feature

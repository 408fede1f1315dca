#include "src/record.hpp"

#include <mlops/json/value.hpp>
#include <mlops/predict/spelling.hpp>

#include <algorithm>

namespace mlops::monitor {
namespace {

template <typename T>
void append_values(const T* values, std::size_t count, std::string& out) {
  out.append(reinterpret_cast<const char*>(values), count * sizeof(T));
}

bool is_category(const Field& field) { return field.form == Field::Form::category; }

template <typename Visit>
void for_fields(const Stream& stream, Visit&& visit) {
  for (const Field& field : stream.inputs) visit(field);
  for (const Field& field : stream.features) visit(field);
}

bool has_unseen(const Stream& stream, const score::Answered& answered) {
  bool found = false;
  for_fields(stream, [&](const Field& field) { found = found || answered.met.unseen[field.input] > 0; });
  return found;
}

/// What `spell` adds, with its length in front.
template <typename Spell>
void append_text(std::string& out, Spell&& spell) {
  const std::size_t place = out.size();
  std::uint32_t length = 0;
  append_values(&length, 1, out);
  spell(out);
  length = static_cast<std::uint32_t>(out.size() - place - sizeof(length));
  std::memcpy(out.data() + place, &length, sizeof(length));
}

/// As an SQL engine casts it to a text, which is what categories are; nothing for null.
void spell(const json::Cell& cell, std::string& out) {
  switch (cell.kind) {
    case json::Cell::Kind::flag:
      out += cell.flag ? "true" : "false";
      break;
    case json::Cell::Kind::integer:
      predict::spell(cell.integer, out);
      break;
    case json::Cell::Kind::large:
      predict::spell(cell.large, out);
      break;
    case json::Cell::Kind::number:
      predict::spell(cell.number, out);
      break;
    case json::Cell::Kind::text:
      out += json::Node(&cell).text();
      break;
    default:
      break;
  }
}

void append_json(const json::Cell& cell, std::string& out) {
  if (cell.kind == json::Cell::Kind::text) out += json::dump(json::Node(&cell).text());
  else if (cell.kind == json::Cell::Kind::null || !json::Node(&cell).is_scalar()) out += "null";
  else spell(cell, out);
}

void append_keys(const Stream& stream, const Entry& entry, std::string& out) {
  for (std::size_t row = 0; row < entry.answered.rows; ++row) {
    for (const KeyField& key : stream.keys) {
      append_text(out, [&](std::string& text) {
        if (entry.given.has(key.column)) append_json(entry.given.cell(key.column, row), text);
        else text += "null";
      });
    }
  }
}

void append_texts(const Stream& stream, const Entry& entry, std::string& out) {
  for_fields(stream, [&](const Field& field) {
    if (!is_category(field) || entry.answered.met.unseen[field.input] == 0) return;
    const auto& codes = entry.answered.frame.features[field.feature].codes;
    for (std::size_t row = 0; row < codes.size(); ++row) {
      if (codes[row] != predict::code_unseen) continue;
      append_text(out, [&](std::string& text) {
        if (entry.given.has(field.input)) spell(entry.given.cell(field.input, row), text);
      });
    }
  });
}

}  // namespace

std::size_t size_of(const Stream& stream, const Entry& entry) {
  std::size_t row = stream.outputs * sizeof(double);
  if (!stream.classes.empty()) row += sizeof(std::uint32_t);
  if (!entry.as_of_us.empty()) row += sizeof(std::int64_t);
  for_fields(stream,
             [&](const Field& field) { row += is_category(field) ? sizeof(std::int32_t) : sizeof(double); });
  return sizeof(Head) + entry.request.size() + row * entry.answered.rows;
}

void append(const Stream& stream, const Entry& entry, std::int64_t time_us, std::string& out) {
  const score::Answered& answered = entry.answered;
  const std::size_t place = out.size();
  Head head{.stream = &stream, .time_us = time_us, .rows = answered.rows};
  head.request = static_cast<std::uint32_t>(entry.request.size());
  head.as_of = !entry.as_of_us.empty();
  append_values(&head, 1, out);
  out += entry.request;
  append_values(entry.as_of_us.data(), entry.as_of_us.size(), out);
  for_fields(stream, [&](const Field& field) {
    const predict::Values& values = answered.frame.features[field.feature];
    if (is_category(field)) append_values(values.codes.data(), answered.rows, out);
    else append_values(values.numbers.data(), answered.rows, out);
  });
  append_values(answered.predictions.data(), answered.rows * stream.outputs, out);
  if (!stream.classes.empty()) append_values(answered.classes.data(), answered.rows, out);
  append_keys(stream, entry, out);
  if (has_unseen(stream, answered)) append_texts(stream, entry, out);
  head.bytes = out.size() - place;
  std::memcpy(out.data() + place, &head, sizeof(head));
}

Record::Record(const char* at) {
  std::memcpy(&head_, at, sizeof(head_));
  const Stream& stream = *head_.stream;
  const std::size_t rows = head_.rows;
  at += sizeof(head_);
  request_ = {at, head_.request};
  at += head_.request;
  as_of_ = at;
  if (head_.as_of) at += rows * sizeof(std::int64_t);
  for_fields(stream, [&](const Field& field) {
    fields_.push_back(at);
    at += rows * (is_category(field) ? sizeof(std::int32_t) : sizeof(double));
  });
  predictions_ = at;
  at += rows * stream.outputs * sizeof(double);
  classes_ = at;
  if (!stream.classes.empty()) at += rows * sizeof(std::uint32_t);
  find_keys(at);
}

void Record::find_keys(const char* at) {
  keys_.reserve(head_.rows * head_.stream->keys.size());
  for (std::size_t i = head_.rows * head_.stream->keys.size(); i > 0; --i) {
    const auto length = load<std::uint32_t>(at, 0);
    keys_.emplace_back(at + sizeof(length), length);
    at += sizeof(length) + length;
  }
  find_texts(at);
}

void Record::find_texts(const char* at) {
  const char* const end = as_of_ - head_.request - sizeof(head_) + head_.bytes;
  std::size_t index = 0;
  for_fields(*head_.stream, [&](const Field& field) {
    for (std::size_t row = 0; at != end && is_category(field) && row < head_.rows; ++row) {
      if (code(index, row) != predict::code_unseen) continue;
      const auto length = load<std::uint32_t>(at, 0);
      texts_.push_back({index, row, {at + sizeof(length), length}});
      at += sizeof(length) + length;
    }
    ++index;
  });
}

std::int64_t Record::as_of(std::size_t row) const {
  return head_.as_of ? load<std::int64_t>(as_of_, row) : no_moment;
}

double Record::number(std::size_t field, std::size_t row) const { return load<double>(fields_[field], row); }

std::int32_t Record::code(std::size_t field, std::size_t row) const {
  return load<std::int32_t>(fields_[field], row);
}

std::string_view Record::key(std::size_t key, std::size_t row) const {
  return keys_[row * head_.stream->keys.size() + key];
}

std::string_view Record::text(std::size_t field, std::size_t row) const {
  const auto before = [](const Text& one, const std::pair<std::size_t, std::size_t>& wanted) {
    return std::pair(one.field, one.row) < wanted;
  };
  const auto found = std::lower_bound(texts_.begin(), texts_.end(), std::pair(field, row), before);
  return found == texts_.end() ? std::string_view() : found->text;
}

double Record::prediction(std::size_t row, std::size_t output) const {
  return load<double>(predictions_, row * head_.stream->outputs + output);
}

std::uint32_t Record::decision(std::size_t row) const { return load<std::uint32_t>(classes_, row); }

}  // namespace mlops::monitor

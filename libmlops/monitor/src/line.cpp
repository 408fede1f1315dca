#include "src/line.hpp"

#include <mlops/json/value.hpp>
#include <mlops/predict/spelling.hpp>

#include <array>
#include <charconv>
#include <cmath>

namespace mlops::monitor {
namespace {

constexpr double log_day_us = 86'400e6;
constexpr double greatest_exact = 9'007'199'254'740'992;  ///< 2^53

void append_whole(std::int64_t value, std::string& out) {
  std::array<char, 24> text;
  out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr);
}

void append_number(double value, std::string& out) {
  if (std::isfinite(value)) predict::spell(value, out);
  else out += "null";
}

void append_in_quotes(const std::string& text, std::string& out) {
  out += '"';
  out += text;
  out += '"';
}

void append_date(double days, std::string& out) {
  out += '"';
  predict::spell_date(static_cast<std::int32_t>(days), out);
  out += '"';
}

/// RFC 3339's: without the date that stands in front of it.
void append_time(double seconds, std::string& out) {
  const std::string text = Time{std::llround(seconds * 1e6)}.text();
  constexpr std::size_t clock = 11;
  append_in_quotes(text.substr(clock, text.size() - clock - 1), out);
}

void append_value(Field::Form form, double value, std::string& out) {
  if (std::isnan(value)) {
    out += "null";
    return;
  }
  // A fraction is taken where training saw whole numbers, and stays one.
  const bool whole =
      form == Field::Form::whole && std::fabs(value) < greatest_exact && value == std::trunc(value);
  if (whole) append_whole(static_cast<std::int64_t>(value), out);
  else if (form == Field::Form::flag) out += value != 0 ? "true" : "false";
  else if (form == Field::Form::date) append_date(value, out);
  else if (form == Field::Form::timestamp)
    append_in_quotes(Time{std::llround(value * log_day_us)}.text(), out);
  else if (form == Field::Form::time) append_time(value, out);
  else append_number(value, out);
}

void append_code(const Record& record, const Field& field, std::size_t index, std::size_t row,
                 std::string& out) {
  const std::int32_t code = record.code(index, row);
  if (code >= 0) out += field.codes[static_cast<std::size_t>(code)];
  else if (code == predict::code_unseen) append_category(record.text(index, row), field.literal, out);
  else out += "null";
}

/// `first` is the position of the first of them among all fields.
void append_fields(const Record& record, const std::vector<Field>& fields, std::size_t first, std::size_t row,
                   std::string& out) {
  if (fields.empty()) {
    out += "null";
    return;
  }
  out += '{';
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Field& field = fields[i];
    out += field.head;
    if (field.form == Field::Form::category) append_code(record, field, first + i, row, out);
    else append_value(field.form, record.number(first + i, row), out);
  }
  out += '}';
}

void append_keys(const Record& record, const Stream& stream, std::size_t row, std::string& out) {
  if (stream.keys.empty()) {
    out += "null";
    return;
  }
  out += '{';
  for (std::size_t i = 0; i < stream.keys.size(); ++i) {
    out += stream.keys[i].head;
    out += record.key(i, row);
  }
  out += '}';
}

void append_answer(const Record& record, const Stream& stream, std::size_t row, std::string& out) {
  out += ",\"prediction\":";
  if (stream.classes.empty()) append_number(record.prediction(row, 0), out);
  else out += stream.classes[record.decision(row)];
  out += ",\"probability\":";
  if (stream.task == predict::Task::binary) append_number(record.prediction(row, 0), out);
  else out += "null";
  out += ",\"probabilities\":";
  if (stream.task != predict::Task::multiclass) {
    out += "null}\n";
    return;
  }
  out += '{';
  for (std::size_t i = 0; i < stream.outputs; ++i) {
    out += stream.class_heads[i];
    append_number(record.prediction(row, i), out);
  }
  out += "}}\n";
}

}  // namespace

void append_lines(const Record& record, std::string& out) {
  const Stream& stream = *record.head().stream;
  const std::string head = "{\"schema\":\"mlops.prediction/1\",\"time\":\"" +
                           Time{record.head().time_us}.text() +
                           "\",\"request\":" + json::dump(record.request()) + ",\"row\":";
  for (std::size_t row = 0; row < record.head().rows; ++row) {
    out += head;
    append_whole(static_cast<std::int64_t>(row) + 1, out);
    out += stream.version;
    const std::int64_t as_of = record.as_of(row);
    if (as_of == no_moment) out += "null";
    else append_in_quotes(Time{as_of}.text(), out);
    out += ",\"keys\":";
    append_keys(record, stream, row, out);
    out += ",\"inputs\":";
    append_fields(record, stream.inputs, 0, row, out);
    out += ",\"features\":";
    append_fields(record, stream.features, stream.inputs.size(), row, out);
    append_answer(record, stream, row, out);
  }
}

}  // namespace mlops::monitor

#include "output.hpp"

#include "encode.hpp"
#include "pager.hpp"

#include <fmt/core.h>
#include <unistd.h>
#include <mlops/json/value.hpp>

#include <algorithm>

namespace mlops::ui {
namespace {

constexpr std::size_t rows_that_decide_widths = 500;

}  // namespace

Output::Output(OutputSettings settings)
    : settings_(std::move(settings)),
      progress_(
          settings_.terminal.err, [this] { return !settings_.quiet && settings_.progress(); },
          settings_.cancel),
      sink_(STDOUT_FILENO) {}

void Output::rows(std::string_view schema, const std::vector<Row>& rows) {
  begin(schema);
  for (const Row& one : rows) row(one);
  end();
}

void Output::record(std::string_view schema, const Row& one) {
  if (settings_.format != Format::human) rows(schema, {one});
  else write(record_text(one, settings_.terminal.out));
}

void Output::begin(std::string_view schema) {
  count_ = 0;
  waiting_.clear();
  table_.reset();
  if (settings_.format == Format::json) {
    write(fmt::format(R"({{"schema": {}, "items": [)", json::dump(std::string(schema))));
  }
}

bool Output::row(Row row) {
  switch (settings_.format) {
    case Format::json:
      write(fmt::format("{}\n{}", count_ > 0 ? "," : "", json_item(row)));
      break;
    case Format::porcelain:
      write(porcelain_line(row) + "\n");
      break;
    case Format::human:
      if (table_) write(table_->line(row));
      else waiting_.push_back(std::move(row));
      if (waiting_.size() == rows_that_decide_widths) start_table();
      break;
  }
  ++count_;
  return !sink_.closed();
}

void Output::start_table() {
  table_.emplace(waiting_, settings_.terminal.out);
  write(table_->header());
  for (const Row& row : waiting_) write(table_->line(row));
  waiting_.clear();
}

void Output::end() {
  if (settings_.format == Format::json) write(count_ > 0 ? "\n]}\n" : "]}\n");
  else if (!waiting_.empty()) start_table();
}

void Output::text(std::string_view text) { write(text); }

void Output::long_text(std::string_view text) {
  const Stream& out = settings_.terminal.out;
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  const std::string pager = out.tty && lines >= out.height ? settings_.pager() : "";
  if (pager.empty() || !page(text, pager)) write(text);
}

void Output::note(std::string_view text) {
  if (!settings_.quiet) error_text(harmless(text) + "\n");
}

void Output::warning(std::string_view text) {
  error_text(
      fmt::format("{} {}\n", paint(settings_.terminal.err, Colour::yellow, "warning:"), harmless(text)));
}

void Output::next(std::string_view command) {
  if (settings_.quiet || !settings_.terminal.err.tty) return;
  error_text(fmt::format("{} {}\n", paint(settings_.terminal.err, Colour::cyan, "next:"), command));
}

void Output::error_text(std::string_view text) {
  // Both may go to one terminal: what was answered before is shown before.
  if (settings_.terminal.out.tty) sink_.flush();
  progress_.clear();
  write_error(text);
}

void Output::finish() {
  progress_.clear();
  sink_.flush();
}

void Output::write(std::string_view text) {
  progress_.clear();
  sink_.write(text);
}

}  // namespace mlops::ui

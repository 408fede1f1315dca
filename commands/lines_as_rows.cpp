#include "lines_as_rows.hpp"

#include "cli/invocation.hpp"

#include <mlops/base/error.hpp>
#include <mlops/json/value.hpp>

namespace mlops::commands {

bool wants_rows(const cli::Invocation& invocation, const std::optional<std::string>& format) {
  if (invocation.format() == ui::Format::human) return false;
  if (!format) return true;
  const char* flag = invocation.format() == ui::Format::json ? "--json" : "--porcelain";
  throw error(Code::usage, "'{}' and '--format {}' exclude each other on standard output", flag, *format)
      .with_hint("keep one of them, or write to a file with `--out`");
}

void LinesAsRows::write(std::string_view bytes) {
  begin();
  waiting_ += bytes;
  std::size_t from = 0;
  for (std::size_t end = waiting_.find('\n'); end != std::string::npos; end = waiting_.find('\n', from)) {
    line(std::string_view(waiting_).substr(from, end - from));
    from = end + 1;
  }
  waiting_.erase(0, from);
}

void LinesAsRows::end() {
  begin();
  if (!waiting_.empty()) line(waiting_);
  waiting_.clear();
  invocation_.output().end();
}

void LinesAsRows::begin() {
  if (!begun_) invocation_.output().begin(schema_);
  begun_ = true;
}

void LinesAsRows::line(std::string_view text) {
  const json::Value parsed = json::parse(text);
  ui::Row row;
  for (const auto& [name, value] : *parsed.as_object()) row.push_back({name, value});
  invocation_.output().row(std::move(row));
}

}  // namespace mlops::commands

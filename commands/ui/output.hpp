#pragma once
/// The one way out: results as rows to standard output, the conversation to standard error. Used by one
/// thread.

#include "progress.hpp"
#include "row.hpp"
#include "sink.hpp"
#include "table.hpp"
#include "terminal.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::ui {

enum class Format { human, json, porcelain };

struct OutputSettings {
  Format format = Format::human;
  Terminal terminal = {};
  bool quiet = false;              ///< No notes, no progress.
  std::function<bool()> progress;  ///< Asked when there is some to show.
  const Cancel* cancel = nullptr;  ///< Stops what reports progress.
  /// Shell command for long text, empty: none; asked when there is some to show.
  std::function<std::string()> pager;
};

class Output {
 public:
  explicit Output(OutputSettings settings);
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  /// A list: {"schema":..., "items":[...]} in JSON, a table for people.
  void rows(std::string_view schema, const std::vector<Row>& rows);
  /// One thing: the same in JSON, with one item; "key  value" lines for people.
  void record(std::string_view schema, const Row& row);

  /// A list of any length, row by row: begin, row..., end. Stop producing when row() says that nobody reads.
  void begin(std::string_view schema);
  bool row(Row row);
  void end();

  /// Text that is the answer itself (help, a completion script, exported bytes), as it is.
  void text(std::string_view text);
  /// The same through the pager when a person reads and it is longer than the screen.
  void long_text(std::string_view text);

  void note(std::string_view text);     ///< Left out by --quiet.
  void warning(std::string_view text);  ///< "warning: ..."
  void next(std::string_view command);  ///< "next: ..." for a person only.
  void error_text(std::string_view text);

  /// Everything is on its way, or Error: busy (disk full), failed.
  void finish();

  Progress& progress() { return progress_; }
  const OutputSettings& settings() const { return settings_; }

 private:
  void write(std::string_view text);
  void start_table();

  OutputSettings settings_;
  ConsoleProgress progress_;
  Sink sink_;
  std::size_t count_ = 0;     ///< Rows since begin().
  std::vector<Row> waiting_;  ///< The first rows of a table, which decide its widths.
  std::optional<Table> table_;
};

}  // namespace mlops::ui

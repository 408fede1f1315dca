#pragma once
/// Rows as text for people: columns aligned, no borders, numbers to the right, cut to the width of a
/// terminal. May change any day. Pure.

#include "row.hpp"
#include "terminal.hpp"

#include <string>
#include <vector>

namespace mlops::ui {

/// The value as people read it, on one line and without control characters.
std::string text_of(const Cell& cell);

/// Lays out a table whose first rows decide the widths; later rows may follow.
class Table {
 public:
  /// `stream` is where it is going to: a tty gets a header and is not overrun.
  /// Lists have a header on a tty only: what reads a pipe wants nothing but rows.
  enum class Header { on_tty, always };
  Table(const std::vector<Row>& first_rows, const Stream& stream, Header header = Header::on_tty);

  std::string header() const;  ///< With its newline; empty when there is none.
  std::string line(const Row& row) const;
  /// The same, without newlines; on a tty, what its last column has no room for stands in lines below.
  std::vector<std::string> lines(const Row& row) const;

 private:
  struct Column {
    std::size_t cell = 0;  ///< Its place in a row.
    std::string title;
    std::size_t width = 0;
    bool right = false;
  };
  void fit(std::size_t width);
  std::vector<std::string> texts_of(const Row& row) const;
  std::string joined(const std::vector<std::string>& texts) const;

  Stream stream_;
  bool has_header_;
  std::vector<Column> columns_;
};

/// One thing: a line for each cell, "key  value"; lists of objects follow as tables of their own.
std::string record_text(const Row& row, const Stream& stream);

}  // namespace mlops::ui

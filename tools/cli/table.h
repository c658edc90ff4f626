// Table: rows in aligned columns. For a person it has a title row and columns as wide as their
// widest cell; for a program neither, so that a line never depends on the lines around it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tools/cli/output.h"
#include "tools/cli/paint.h"

namespace cowrite::cli {

enum class Align { kLeft, kRight };

struct Column {
  std::string_view title;
  Align align = Align::kLeft;
  std::size_t width_min = 0;  // For a program, in columns of a terminal.
};

struct Cell {
  std::string text;  // Printable (printable.h); painted already only in the last column.
  Paint paint = Paint::kPlain;
};

// How long ago a time was, for a person; for a program the time in UTC.
[[nodiscard]] Cell time_cell(const Output& output, std::int64_t time_ms, std::int64_t now_ms);
// "-" stands for an unknown author.
[[nodiscard]] Cell author_cell(const std::string& author, Paint paint = Paint::kAuthor);

class Table {
 public:
  // REQUIRES: the output outlives this.
  Table(Output& output, std::vector<Column> columns);

  // REQUIRES: one cell for each column.
  void add(std::vector<Cell> row);

  // Prints the rows added since the last time. Columns never become narrower.
  void print();

 private:
  void print_row(const std::vector<Cell>& row);

  Output& output_;
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
  bool titled_ = false;
};

}  // namespace cowrite::cli

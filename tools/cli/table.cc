#include "tools/cli/table.h"

#include <algorithm>
#include <utility>

#include "ot/base/check.h"
#include "storage/timestamp.h"
#include "tools/cli/human.h"
#include "tools/cli/printable.h"

namespace cowrite::cli {

Cell time_cell(const Output& output, std::int64_t time_ms, std::int64_t now_ms) {
  return {output.for_person() ? human_time(time_ms, now_ms) : storage::format_time(time_ms),
          Paint::kTime};
}

Cell author_cell(const std::string& author, Paint paint) {
  return {author.empty() ? "-" : printable(author), paint};
}

Table::Table(Output& output, std::vector<Column> columns)
    : output_(output), columns_(std::move(columns)) {
  if (!output_.for_person()) return;
  for (Column& column : columns_) column.width_min = 0;
}

void Table::add(std::vector<Cell> row) {
  CHECK(row.size() == columns_.size());
  rows_.push_back(std::move(row));
}

void Table::print() {
  if (rows_.empty()) return;
  if (output_.for_person()) {
    if (!titled_) {
      std::vector<Cell> titles;
      for (const Column& column : columns_) {
        titles.push_back({std::string(column.title), Paint::kFaint});
      }
      rows_.insert(rows_.begin(), std::move(titles));
      titled_ = true;
    }
    for (const std::vector<Cell>& row : rows_) {
      for (std::size_t i = 0; i + 1 < row.size(); ++i) {
        columns_[i].width_min = std::max(columns_[i].width_min, columns(row[i].text));
      }
    }
  }
  for (const std::vector<Cell>& row : rows_) print_row(row);
  rows_.clear();
}

void Table::print_row(const std::vector<Cell>& row) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::string text = output_.paint()(row[i].paint, row[i].text);
    if (i + 1 == row.size()) {
      line += text;  // Nothing stands behind it, so its width does not matter.
      break;
    }
    const std::size_t width = columns(row[i].text);
    const std::string padding(columns_[i].width_min - std::min(width, columns_[i].width_min), ' ');
    line += columns_[i].align == Align::kRight ? padding + text : text + padding;
    line += "  ";
  }
  output_.line(line);
}

}  // namespace cowrite::cli

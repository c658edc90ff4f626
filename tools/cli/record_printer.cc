#include "tools/cli/record_printer.h"

#include <string>

#include "server/http/json.h"
#include "storage/timestamp.h"
#include "tools/cli/describe.h"

namespace cowrite::cli {

RecordPrinter::RecordPrinter(Context& context, Times times)
    : context_(context),
      times_(times),
      table_(context.output,
             {{"VERSION", Align::kRight, 8}, {"TIME"}, {"AUTHOR", Align::kLeft, 12}, {"CHANGE"}}) {}

void RecordPrinter::print(const std::vector<storage::Record>& records) {
  for (const storage::Record& record : records) {
    if (context_.format == Format::kJson) {
      context_.output.json_line(http::record_json(record));
    } else {
      table_.add(row(record));
    }
  }
  table_.print();
}

std::vector<Cell> RecordPrinter::row(const storage::Record& record) const {
  return {{std::to_string(record.version + 1), Paint::kVersion},
          times_ == Times::kAgo ? time_cell(context_.output, record.time_ms, context_.now_ms)
                                : Cell{storage::format_time(record.time_ms), Paint::kTime},
          author_cell(record.author),
          {describe(record.change, context_.output.paint())}};
}

}  // namespace cowrite::cli

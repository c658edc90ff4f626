// RecordPrinter: records as lines, as `cowrite log` shows them.
#pragma once

#include <vector>

#include "storage/record.h"
#include "tools/cli/command.h"
#include "tools/cli/table.h"

namespace cowrite::cli {

// How times are shown to a person; a program always gets them in UTC.
enum class Times { kAgo, kExact };

class RecordPrinter {
 public:
  // REQUIRES: the context outlives this.
  RecordPrinter(Context& context, Times times);

  void print(const std::vector<storage::Record>& records);

 private:
  [[nodiscard]] std::vector<Cell> row(const storage::Record& record) const;

  Context& context_;
  const Times times_;
  Table table_;
};

}  // namespace cowrite::cli

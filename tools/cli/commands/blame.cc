#include <array>
#include <map>
#include <memory>

#include "server/http/history_json.h"
#include "tools/cli/command.h"
#include "tools/cli/printable.h"
#include "tools/cli/table.h"

namespace cowrite::cli {
namespace {

using history::BlameSpan;

constexpr std::size_t kRemovedCodePointsMax = 72;

struct Arguments {
  std::string document;
  storage::VersionSelector at;
  bool deleted = false;
};

// Prints spans as rows: of a text that is there one for each line that it touches, of a text that
// is gone one alone.
class Printer {
 public:
  Printer(Context& context, bool deleted)
      : context_(context), deleted_(deleted), table_(context.output, columns_of(deleted)) {}

  void take(const BlameSpan& span) {
    if (span.removed) {
      line_.push_back(row(span, quoted(span.text, kRemovedCodePointsMax)));
      return;
    }
    std::string_view rest = span.text;
    while (!rest.empty()) {
      const std::size_t end = rest.find('\n');
      const std::string_view text = rest.substr(0, end);
      // A line break alone is worth a row only where there is nothing else in the line.
      if (!text.empty() || line_.empty()) line_.push_back(row(span, shown(text)));
      if (end == std::string_view::npos) return;
      rest.remove_prefix(end + 1);
      flush_line();
      ++number_;
    }
  }

  // After the last span.
  void finish() {
    flush_line();
    table_.print();
  }

 private:
  static std::vector<Column> columns_of(bool deleted) {
    std::vector<Column> columns = {{"LINE", Align::kRight, 6},
                                   {"VERSION", Align::kRight, 8},
                                   {"TIME"},
                                   {"AUTHOR", Align::kLeft, 12}};
    if (deleted) {
      columns.push_back({"REMOVED", Align::kRight, 8});
      columns.push_back({"BY", Align::kLeft, 12});
    }
    columns.push_back({"TEXT"});
    return columns;
  }

  void flush_line() {
    for (std::vector<Cell>& row : line_) table_.add(std::move(row));
    line_.clear();
  }

  [[nodiscard]] std::string shown(std::string_view text) const {
    return context_.output.for_person() || context_.output.paint().colourful()
               ? printable_lines(text)
               : std::string(text);
  }

  std::vector<Cell> row(const BlameSpan& span, std::string text) {
    const Paint colour = colour_of(span.written.author);
    std::vector<Cell> cells = {{std::to_string(number_), Paint::kFaint},
                               {std::to_string(span.written.version), Paint::kVersion},
                               time_cell(context_.output, span.written.time_ms, context_.now_ms),
                               author_cell(span.written.author, colour)};
    if (deleted_) {
      cells.push_back(
          {span.removed ? std::to_string(span.removed->version) : "-", Paint::kRemoved});
      cells.push_back(author_cell(span.removed ? span.removed->author : "", Paint::kRemoved));
    }
    cells.push_back({std::move(text), span.removed ? Paint::kRemoved : colour});
    return cells;
  }

  // In order of appearance, and from the beginning again when there are more people than colours.
  Paint colour_of(const std::string& author) {
    static constexpr std::array kColours = {Paint::kBlue, Paint::kGreen,  Paint::kMagenta,
                                            Paint::kCyan, Paint::kYellow, Paint::kBrightBlue};
    return kColours[colours_.try_emplace(author, colours_.size()).first->second % kColours.size()];
  }

  Context& context_;
  const bool deleted_;
  Table table_;
  std::map<std::string, std::size_t> colours_;
  std::uint64_t number_ = 1;             // Of the line,
  std::vector<std::vector<Cell>> line_;  // and its rows so far.
};

Result<void> blame(const Arguments& arguments, Context& context) {
  const storage::DocumentKey key = context.key(arguments.document);
  history::BlameRequest request;
  request.at = arguments.at;
  if (arguments.deleted) request.removed = history::RemovedText::kShown;
  Printer printer(context, arguments.deleted);
  while (true) {
    const Result<history::BlamePage> page = context.data.blame(key, request);
    if (!page) return page.error();
    for (const BlameSpan& span : page->spans) {
      if (context.format == Format::kJson) {
        context.output.json_line(http::span_json(span));
      } else {
        printer.take(span);
      }
    }
    if (!page->next) break;
    request.at = storage::AtVersion{page->version};
    request.from = *page->next;
  }
  printer.finish();
  return {};
}

Run declare(Options& options) {
  auto arguments = std::make_shared<Arguments>();
  options.required("DOC", "The document's name", &arguments->document);
  options.option("--at", "VERSION|TIME", "Of the text as it was then", &arguments->at);
  options.flag("--deleted", "Also what is gone, where it stood, and who removed it",
               &arguments->deleted);
  return [arguments](Context& context) { return blame(*arguments, context); };
}

}  // namespace

extern const Command kBlame;
const Command kBlame = {"blame", "Show who wrote each part of a document, and when",
                        "A row for each part of a line that one author wrote in one go, that is, "
                        "without a pause of more\n"
                        "than 10 minutes, with the newest of its versions; on a terminal each "
                        "author has a colour. What is\n"
                        "gone stands in quotes, after the version that removed it and by whom.\n"
                        "With --json: one object a line,\n"
                        "{\"version\",\"since\",\"author\",\"time\",\"length\",\"text\"}, and "
                        "\"removed\":{\"version\",\"author\",\"time\"}\n"
                        "of what is gone. The texts of the others in order are the document.\n"
                        "\n"
                        "Examples:\n"
                        "  cowrite blame notes\n"
                        "  cowrite blame notes --at 2026-11-20\n"
                        "  cowrite blame notes --deleted | grep Ann\n",
                        declare};

}  // namespace cowrite::cli

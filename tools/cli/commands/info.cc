#include <memory>

#include "server/http/json.h"
#include "storage/timestamp.h"
#include "tools/cli/command.h"
#include "tools/cli/human.h"
#include "tools/cli/printable.h"
#include "tools/cli/table.h"

namespace cowrite::cli {
namespace {

struct Arguments {
  std::string document;
};

std::string size_text(const storage::DocumentInfo& info, const Context& context) {
  const std::string bytes = std::to_string(info.bytes);
  if (!context.output.for_person() || info.bytes < 1'000) return bytes + " bytes";
  return human_bytes(info.bytes) + " (" + bytes + " bytes)";
}

std::string time_text(std::int64_t time_ms, const Context& context) {
  const std::string exact = storage::format_time(time_ms);
  return context.output.for_person() ? human_time(time_ms, context.now_ms) + " (" + exact + ")"
                                     : exact;
}

Result<void> info(const Arguments& arguments, Context& context) {
  const Result<storage::DocumentInfo> info = context.data.info(context.key(arguments.document));
  if (!info) return info.error();
  if (context.format == Format::kJson) {
    context.output.json_line(http::document_json(*info));
    return {};
  }
  const Painter& paint = context.output.paint();
  const auto line = [&](std::string_view name, Paint style, const std::string& value) {
    context.output.line(paint(Paint::kFaint, name) + std::string(12 - name.size(), ' ') +
                        paint(style, value));
  };
  line("document", Paint::kTitle, printable(info->key));
  line("state", Paint::kPlain, info->exists ? "exists" : "deleted");
  line("version", Paint::kVersion, std::to_string(info->version));
  if (info->erased > 0) {
    line("erased", Paint::kPlain, "before version " + std::to_string(info->erased));
  }
  line("size", Paint::kPlain, size_text(*info, context));
  line("created", Paint::kTime, time_text(info->created_ms, context));
  line("changed", Paint::kTime, time_text(info->changed_ms, context));
  return {};
}

Run declare(Options& options) {
  auto arguments = std::make_shared<Arguments>();
  options.required("DOC", "The document's name", &arguments->document);
  return [arguments](Context& context) { return info(*arguments, context); };
}

}  // namespace

extern const Command kInfo;
const Command kInfo = {
    "info", "Show what is known of one document",
    "With --json: one object, "
    "{\"collection\",\"id\",\"version\",\"exists\",\"bytes\",\"created\",\"changed\"}.\n"
    "\n"
    "Examples:\n"
    "  cowrite info notes\n"
    "  cowrite info notes --json | jq .version\n",
    declare};

}  // namespace cowrite::cli

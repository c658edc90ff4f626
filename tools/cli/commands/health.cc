#include <memory>

#include "tools/cli/command.h"
#include "tools/cli/human.h"
#include "tools/cli/printable.h"

namespace cowrite::cli {
namespace {

// The server answers, and says that it is not well. What, was said before.
inline constexpr std::string_view kErrUnwell = "ERR_UNWELL";

struct Arguments {
  bool ready = false;
};

std::string bytes(std::uint64_t count, const Context& context) {
  return context.output.for_person() ? human_bytes(count) : std::to_string(count) + " bytes";
}

void print(const http::HealthReport& report, std::string_view well, Context& context) {
  Output& output = context.output;
  if (report.problem) {
    output.line(output.paint()(Paint::kError, "not " + std::string(well)) + "  " +
                printable(*report.problem));
  } else {
    output.line(output.paint()(Paint::kAdded, std::string(well)));
  }
  if (report.disk_free_bytes) {
    output.line("disk free " + bytes(*report.disk_free_bytes, context) + ", reserve " +
                bytes(report.disk_reserve_bytes, context));
  }
}

Result<void> health(const Arguments& arguments, Context& context) {
  const Result<http::HealthReport> report =
      arguments.ready ? context.data.readiness() : context.data.health();
  if (!report) return report.error();
  if (context.format == Format::kJson) {
    context.output.json_line(http::health_json(*report));
  } else {
    print(*report, arguments.ready ? "ready" : "well", context);
  }
  if (!report->problem) return {};
  return Error{kErrUnwell, arguments.ready ? "the server is not ready" : "the server is not well"};
}

Run declare(Options& options) {
  auto arguments = std::make_shared<Arguments>();
  options.flag("--ready", "Whether clients should be sent there", &arguments->ready);
  return [arguments](Context& context) { return health(*arguments, context); };
}

}  // namespace

extern const Command kHealth;
const Command kHealth = {
    "health", "Ask a server whether it is well, for scripts and containers",
    "Well is a server that takes edits: its disk has room, and its log works. Ready, with --ready, "
    "is\n"
    "one that is not shutting down; while the disk is low it serves reading and keeps what is "
    "typed.\n"
    "Asks once, without waiting for a busy server.\n"
    "Exit status: 0 it is, 1 it is not, or cannot be reached.\n"
    "With --json: one object, {\"ok\",\"problem\",\"disk\":{\"free\",\"reserve\"}}.\n"
    "\n"
    "Examples:\n"
    "  cowrite health\n"
    "  cowrite --server http://127.0.0.1:8080 health --ready --json\n",
    declare};

}  // namespace cowrite::cli

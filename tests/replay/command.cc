#include "tests/replay/command.h"

#include <charconv>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <string_view>
#include <vector>

#include "tests/replay/replay.h"
#include "tests/replay/trace_file.h"

namespace cowrite::replay {

namespace {

constexpr std::string_view kUsage =
    "Usage: cowrite-replay [--json] [--repeat N] FILE...\n"
    "\n"
    "Replays recorded editing through the engine, compares every operation and hash that the\n"
    "files state, and measures. One line per file, with CPU times and the final text's memory.\n"
    "\n"
    "  --json      one JSON object per file\n"
    "  --repeat N  times are medians of N replays (5)\n";

struct Arguments {
  bool json = false;
  bool help = false;
  std::size_t repetitions = 5;
  std::vector<std::string> files;
};

std::optional<std::size_t> positive_number(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number == 0) return std::nullopt;
  return number;
}

// Nothing if they make no sense.
std::optional<Arguments> parse(std::span<const std::string> arguments) {
  Arguments parsed;
  for (std::size_t index = 0; index < arguments.size(); ++index) {
    const std::string& argument = arguments[index];
    if (argument == "--json") {
      parsed.json = true;
    } else if (argument == "--help") {
      parsed.help = true;
    } else if (argument == "--repeat" && index + 1 < arguments.size()) {
      const std::optional<std::size_t> number = positive_number(arguments[++index]);
      if (!number) return std::nullopt;
      parsed.repetitions = *number;
    } else if (argument.starts_with("-")) {
      return std::nullopt;
    } else {
      parsed.files.push_back(argument);
    }
  }
  if (parsed.files.empty() && !parsed.help) return std::nullopt;
  return parsed;
}

std::string as_json(const Report& report) {
  return nlohmann::ordered_json{{"name", report.name},
                                {"ops", report.operations},
                                {"splices", report.splices},
                                {"apply_cpu_ms", report.apply_cpu_ms},
                                {"transform_cpu_ms", report.transform_cpu_ms},
                                {"text_bytes_memory", report.text_bytes_memory},
                                {"differences", report.differences}}
             .dump() +
         "\n";
}

std::string as_line(const Report& report) {
  char line[256];
  std::snprintf(line, sizeof line,
                "%-32s %6zu operations, apply %8.3f ms, transform %8.3f ms, text %8lld bytes  %s\n",
                report.name.c_str(), report.operations, report.apply_cpu_ms,
                report.transform_cpu_ms, static_cast<long long>(report.text_bytes_memory),
                report.differences.empty() ? "agrees" : "DIFFERS");
  std::string text = line;
  for (const std::string& difference : report.differences) text += "  " + difference + "\n";
  return text;
}

Result<Report> replay_file(const std::string& file, std::size_t repetitions) {
  const Result<TraceFile> trace = read_trace_file(file);
  if (!trace) return trace.error();
  return replay(*trace, repetitions);
}

}  // namespace

int run(std::span<const std::string> arguments, std::ostream& out, std::ostream& complaints) {
  const std::optional<Arguments> parsed = parse(arguments);
  if (!parsed) {
    complaints << kUsage;
    return 2;
  }
  if (parsed->help) {
    out << kUsage;
    return 0;
  }
  bool agrees = true;
  for (const std::string& file : parsed->files) {
    const Result<Report> report = replay_file(file, parsed->repetitions);
    if (report) {
      out << (parsed->json ? as_json(*report) : as_line(*report)) << std::flush;
    } else {
      complaints << "cowrite-replay: " << report.error().message << "\n";
    }
    agrees = agrees && report && report->differences.empty();
  }
  return agrees ? 0 : 1;
}

}  // namespace cowrite::replay

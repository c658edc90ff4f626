// How fast recorded editing is applied, as it is and with every character three bytes long.
#include <benchmark/benchmark.h>

#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "ot/apply.h"
#include "ot/base/check.h"
#include "ot/rope/rope.h"
#include "server/protocol/operation_json.h"
#include "tests/ot/trace_files.h"
#include "tests/replay/trace_file.h"

namespace cowrite::ot {
namespace {

struct Editing {
  std::string start;
  std::vector<Operation> operations;
};

std::string three_bytes_each(std::uint64_t code_points) {
  std::string text;
  for (std::uint64_t n = 0; n < code_points; ++n) text += "中";
  return text;
}

// The same edits, with another text of the same length in each insert.
Editing in_three_bytes(const Editing& editing) {
  Editing wide{three_bytes_each(Rope(editing.start).code_points()), {}};
  for (const Operation& operation : editing.operations) {
    OperationBuilder builder;
    for (const Component& component : operation) {
      if (component.kind == Kind::kInsert) {
        builder.insert(three_bytes_each(component.length));
      } else {
        builder.append(component);
      }
    }
    wide.operations.push_back(std::move(builder).build());
  }
  return wide;
}

void apply_all(benchmark::State& state, const Editing& editing) {
  for (auto _ : state) {
    Rope text(editing.start);
    for (const Operation& operation : editing.operations) CHECK(apply(text, operation).has_value());
    benchmark::DoNotOptimize(text);
  }
  state.SetItemsProcessed(state.iterations() *
                          static_cast<std::int64_t>(editing.operations.size()));
}

// One benchmark per trace and width.
bool register_traces() {
  for (const auto& path : trace_files("seq")) {
    const replay::TraceFile trace = replay::read_trace_file(path).value();
    Editing editing{trace.header.at("start").get<std::string>(), {}};
    for (const auto& line : trace.lines) {
      editing.operations.push_back(protocol::parse_operation(line).value());
    }
    const auto add = [&trace](const std::string& width, Editing edits) {
      benchmark::RegisterBenchmark(
          ("Apply/" + trace.name + width).c_str(),
          [edits = std::move(edits)](benchmark::State& state) { apply_all(state, edits); })
          ->Unit(benchmark::kMillisecond);
    };
    add("/three_bytes", in_three_bytes(editing));
    add("", std::move(editing));
  }
  if (trace_files("seq").empty()) std::cerr << "Apply: skipped: no traces\n";
  return true;
}

const bool registered = register_traces();

}  // namespace
}  // namespace cowrite::ot

#include "tests/replay/replay.h"

#include <algorithm>
#include <ctime>
#include <utility>

#include "ot/apply.h"
#include "ot/base/check.h"
#include "ot/rope/rope.h"
#include "ot/transform.h"
#include "server/protocol/operation_json.h"
#include "tests/replay/heap.h"
#include "tests/replay/vectors.h"

namespace cowrite::replay {

namespace {

using ot::Operation;
using ot::Rope;
using ot::Side;

constexpr std::size_t kDifferencesMax = 10;

double cpu_ms() {
  timespec now{};
  CHECK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) == 0);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

// CPU time of `work`, the median; `prepare` makes for each repetition what the work uses up.
template <typename Prepare, typename Work>
double median_cpu_ms(std::size_t repetitions, Prepare prepare, Work work) {
  std::vector<double> times;
  for (std::size_t repetition = 0; repetition < repetitions; ++repetition) {
    auto input = prepare();
    const double begin = cpu_ms();
    work(input);
    times.push_back(cpu_ms() - begin);
  }
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2),
                   times.end());
  return times[times.size() / 2];
}

void add_difference(Report& report, std::string difference) {
  if (report.differences.size() < kDifferencesMax) {
    report.differences.push_back(std::move(difference));
  }
}

void expect_equal(Report& report, const std::string& what, const std::string& actual,
                  const std::string& expected) {
  if (actual != expected) {
    add_difference(report, what + " is " + actual + ", should be " + expected);
  }
}

// A splice: an insert, a delete, or both at one place.
void count(Report& report, const Operation& operation) {
  ++report.operations;
  ot::Kind before = ot::Kind::kRetain;
  for (const ot::Component& component : operation) {
    if (component.kind != ot::Kind::kRetain && before == ot::Kind::kRetain) ++report.splices;
    before = component.kind;
  }
}

// Applies the operations to the start, compares the final text, and measures.
void replay_log(const TraceFile& trace, const std::vector<Operation>& log, std::size_t repetitions,
                Report& report) {
  const auto start = trace.header.at("start").get<std::string>();
  const std::int64_t heap_before = heap_bytes();
  Rope text(start);
  for (std::size_t index = 0; index < log.size(); ++index) {
    const Result<void> applied = ot::apply(text, log[index]);
    if (!applied) {
      return add_difference(report, "version " + std::to_string(index) +
                                        " cannot be applied: " + applied.error().message);
    }
  }
  report.text_bytes_memory = heap_bytes() - heap_before + static_cast<std::int64_t>(sizeof(Rope));
  expect_equal(report, "the final text's SHA-256", sha256_hex(text.to_string()),
               trace.header.at("final_sha256").get<std::string>());
  expect_equal(report, "the final length", std::to_string(text.code_points()),
               trace.header.at("final_cp").dump());
  report.apply_cpu_ms = median_cpu_ms(
      repetitions, [&start] { return Rope(start); },
      [&log](Rope& again) {
        for (const Operation& operation : log) CHECK(ot::apply(again, operation).has_value());
      });
}

Result<Report> replay_sequence(const TraceFile& trace, std::size_t repetitions) {
  Report report{.name = trace.name, .differences = {}};
  std::vector<Operation> log;
  for (const std::string& line : trace.lines) {
    Result<Operation> operation = protocol::parse_operation(line);
    if (!operation) return operation.error();
    count(report, *operation);
    log.push_back(*std::move(operation));
  }
  report.splices = trace.header.value("splices", report.splices);
  replay_log(trace, log, repetitions, report);
  return report;
}

// A session as its server received it: operations with the versions that they were made on, and
// what they are in its log.
struct Session {
  std::vector<Operation> sent;
  std::vector<std::size_t> bases;
  std::vector<std::string> logged;  // As JSON.
};

Result<Session> read_session(const TraceFile& trace, Report& report) {
  Session session;
  for (const std::string& text : trace.lines) {
    const protocol::ParsedJson parsed(text);
    const protocol::JsonValue line = parsed.root();
    const std::size_t version = session.sent.size();
    if (!line["v"].is_unsigned() || line["v"].integer() > version) {
      return Error{kErrTraceUnreadable, trace.name + ": version " + std::to_string(version) +
                                            " was made on none that came before"};
    }
    Result<Operation> operation = protocol::read_operation(line["op"]);
    if (!operation) return operation.error();
    count(report, *operation);
    session.sent.push_back(*std::move(operation));
    session.bases.push_back(line["v"].integer());
    session.logged.push_back(line[line.has("r") ? "r" : "op"].to_json());
  }
  return session;
}

// The server's part: each operation transformed over all that was logged since its base.
std::vector<Operation> rebase(const Session& session) {
  std::vector<Operation> log;
  log.reserve(session.sent.size());
  for (std::size_t index = 0; index < session.sent.size(); ++index) {
    Operation operation = session.sent[index];
    for (std::size_t version = session.bases[index]; version < index; ++version) {
      operation = ot::transform(operation, log[version], Side::kLeft);
    }
    log.push_back(std::move(operation));
  }
  return log;
}

void compare_log(const TraceFile& trace, const Session& session, const std::vector<Operation>& log,
                 Report& report) {
  std::string rebased;
  for (std::size_t index = 0; index < log.size(); ++index) {
    const std::string json = protocol::to_json(log[index]);
    expect_equal(report, "version " + std::to_string(index), json, session.logged[index]);
    rebased += json + '\n';
  }
  expect_equal(report, "the log's SHA-256", sha256_hex(rebased),
               trace.header.at("rebased_sha256").get<std::string>());
}

Result<Report> replay_session(const TraceFile& trace, std::size_t repetitions) {
  Report report{.name = trace.name, .differences = {}};
  const Result<Session> session = read_session(trace, report);
  if (!session) return session.error();
  const std::vector<Operation> log = rebase(*session);
  compare_log(trace, *session, log, report);
  report.transform_cpu_ms = median_cpu_ms(
      repetitions, [] { return std::vector<Operation>(); },
      [&session](std::vector<Operation>& again) { again = rebase(*session); });
  replay_log(trace, log, repetitions, report);
  return report;
}

// Each case's text and what `a` and then `b` make of it.
void measure_texts(const std::vector<VectorInput>& inputs, std::size_t repetitions,
                   Report& report) {
  std::vector<Operation> b_after_a;
  b_after_a.reserve(inputs.size());
  for (const VectorInput& input : inputs) {
    b_after_a.push_back(ot::transform(input.b, input.a, Side::kRight));
  }
  const auto make_texts = [&inputs] {
    std::vector<Rope> texts;
    texts.reserve(inputs.size());
    for (const VectorInput& input : inputs) texts.emplace_back(input.doc);
    return texts;
  };
  const std::int64_t heap_before = heap_bytes();
  const std::vector<Rope> texts = make_texts();
  report.text_bytes_memory = heap_bytes() - heap_before;
  report.apply_cpu_ms =
      median_cpu_ms(repetitions, make_texts, [&inputs, &b_after_a](std::vector<Rope>& again) {
        for (std::size_t index = 0; index < inputs.size(); ++index) {
          (void)ot::apply(again[index], inputs[index].a).has_value();
          (void)ot::apply(again[index], b_after_a[index]).has_value();
        }
      });
}

Result<Report> replay_vectors(const TraceFile& trace, std::size_t repetitions) {
  Report report{.name = trace.name, .differences = {}};
  std::vector<VectorInput> inputs;
  for (const std::string& line : trace.lines) {
    const protocol::ParsedJson vector(line);
    Result<VectorInput> input = vector_input(vector.root());
    if (!input) return input.error();
    for (const std::string& difference : vector_differences(*input, vector.root())) {
      add_difference(report, "case " + std::to_string(inputs.size()) + ": " + difference);
    }
    for (const Operation* operation : {&input->a, &input->b, &input->c}) count(report, *operation);
    inputs.push_back(*std::move(input));
  }
  expect_equal(report, "the number of cases", std::to_string(inputs.size()),
               trace.header.at("count").dump());
  report.transform_cpu_ms = median_cpu_ms(
      repetitions, [&inputs] { return std::vector<Operation>(4 * inputs.size()); },
      [&inputs](std::vector<Operation>& results) {
        auto result = results.begin();
        for (const VectorInput& input : inputs) {
          *result++ = ot::transform(input.a, input.b, Side::kLeft);
          *result++ = ot::transform(input.a, input.b, Side::kRight);
          *result++ = ot::transform(input.b, input.a, Side::kLeft);
          *result++ = ot::transform(input.b, input.a, Side::kRight);
        }
      });
  measure_texts(inputs, repetitions, report);
  return report;
}

Result<Report> replay_any(const TraceFile& trace, std::size_t repetitions) {
  const auto kind = trace.header.value("kind", "");
  if (kind == "sequential") return replay_sequence(trace, repetitions);
  if (kind == "wire") return replay_session(trace, repetitions);
  if (trace.header.value("format", "") == "cowrite-vectors/1") {
    return replay_vectors(trace, repetitions);
  }
  return Error{kErrTraceUnreadable, trace.name + ": neither sequential, wire nor vectors"};
}

}  // namespace

Result<Report> replay(const TraceFile& trace, std::size_t repetitions) {
  try {
    return replay_any(trace, repetitions);
  } catch (const nlohmann::json::exception& error) {
    return Error{kErrTraceUnreadable, trace.name + ": " + error.what()};
  }
}

}  // namespace cowrite::replay

// Report: what a scenario found, as a table for a person and as one JSON object for a program.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "server/protocol/json_writer.h"
#include "tools/load/figures/histogram.h"
#include "tools/load/verification/breaches.h"

namespace cowrite::load {

class Report {
 public:
  // "acks" and a sentence about what was done.
  Report(std::string scenario, std::string title);

  // What it was done with. For JSON alone; the title says it in words.
  void setting(const char* name, std::uint64_t value);
  void setting(const char* name, double value);
  void setting(const char* name, const std::string& value);

  // A line of the table. `name` is the field in JSON; in the table, its words.
  void count(const char* name, std::uint64_t count);
  void rate(const char* name, std::uint64_t count, double seconds);
  void latency(const char* name, std::uint64_t count, double seconds, const Histogram& latencies);
  // A sentence below the table, and its number in JSON.
  void remark(const char* name, double value, std::string sentence);
  // What the verification looked at.
  void verified(std::string sentence) { verified_ = std::move(sentence); }

  [[nodiscard]] std::string table(const Breaches& breaches) const;
  [[nodiscard]] std::string json(const Breaches& breaches) const;

 private:
  using Row = std::vector<std::string>;

  std::string scenario_;
  std::string title_;
  std::vector<Row> rows_;
  std::vector<std::string> remarks_;
  std::string verified_;
  protocol::JsonWriter settings_{std::string()};
  protocol::JsonWriter figures_{std::string()};
};

}  // namespace cowrite::load

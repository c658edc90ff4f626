// Options of a scenario, as it names them. Each writes its value, if it is given, to a place that
// outlives the parsing, and shows the value that stands there as its default.
#pragma once

#include <cstddef>
#include <cstdint>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name
class App;
}

namespace cowrite::load {

class Options {
 public:
  explicit Options(CLI::App& app) : app_(app) {}

  // A whole number, of at least `least`.
  void count(const char* name, const char* help, std::uint64_t* target, std::uint64_t least = 1);
  // More than 0, or, for what may be left out, 0.
  void number(const char* name, const char* value, const char* help, double* target);
  void flag(const char* name, const char* help, bool* target);

 private:
  CLI::App& app_;
};

}  // namespace cowrite::load

// Crew: the loops on which clients run, each with its own chance and figures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#include "server/loop/loop.h"
#include "tools/load/client/record_cache.h"
#include "tools/load/figures/figures.h"
#include "tools/load/scenarios/countdown.h"

namespace cowrite::load {

struct CrewLoop {
  explicit CrewLoop(std::uint64_t seed) : random(seed) {}

  loop::Loop loop;
  std::mt19937_64 random;
  Figures figures;
  RecordCache records;
};

class Crew {
 public:
  Crew(std::size_t threads, std::uint64_t seed);
  ~Crew() { stop(); }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  // The loop on which the client of this number runs.
  [[nodiscard]] CrewLoop& loop_of(std::size_t number) { return *loops_[number % loops_.size()]; }
  [[nodiscard]] const std::vector<std::unique_ptr<CrewLoop>>& loops() const { return loops_; }

  // Runs work(number) for each number below `count`, on its loop.
  void for_each(std::size_t count, const std::function<void(std::size_t)>& work);
  // The same with only a few under way at a time on each loop: each calls its `done` once.
  using Opening = std::function<void(std::size_t number, std::function<void()> done)>;
  void open_each(std::size_t count, const Opening& open, Countdown& opened);

  // Ends the loops. What runs on them may be destroyed after that.
  void stop();

  // REQUIRES: stop().
  [[nodiscard]] std::unique_ptr<Figures> figures() const;

 private:
  std::vector<std::unique_ptr<CrewLoop>> loops_;
};

}  // namespace cowrite::load

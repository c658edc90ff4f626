#include "tests/simulation/plan.h"

#include <array>

#include "server/document/limits.h"

namespace cowrite::simulation {

Plan Plan::draw(Random& random, std::uint64_t steps) {
  // Up to `most`, in one of `rarity` runs.
  const auto maybe = [&random](std::uint64_t rarity, std::uint64_t most) {
    return random.one_in(rarity) ? 1 + random.below(most) : 0;
  };
  Plan plan;
  plan.clients = 1 + random.below(6);
  plan.documents = 1 + random.below(4);
  plan.loops = 1 + random.below(3);
  plan.history = maybe(3, 700);
  plan.steps = steps;
  static constexpr std::array<Microseconds, 4> kPaces{100, 1'000, 10'000, 100'000};
  plan.step_max = random.pick(kPaces);
  plan.log.refuse = maybe(3, 30);
  plan.log.unknown = maybe(4, 5);
  plan.log.read_error = maybe(6, 20);
  plan.log.busy = maybe(4, 30);
  plan.log.write_max =
      1 + static_cast<Microseconds>(random.below(random.one_in(4) ? 50'000 : 2'000));
  plan.log.read_max = 1 + static_cast<Microseconds>(random.below(random.one_in(4) ? 50'000 : 500));
  plan.link.latency_max =
      1 + static_cast<Microseconds>(random.below(random.one_in(4) ? 200'000 : 3'000));
  plan.link.half_open_max =
      1 + static_cast<Microseconds>(random.below(random.one_in(2) ? 1'000'000 : 10'000));
  plan.slow_readers = random.one_in(3);
  plan.hang_up = maybe(2, 10);
  plan.crash = maybe(3, 3);
  plan.restart = maybe(4, 3);
  plan.rival = maybe(3, 8);
  plan.operate = maybe(4, 3);
  plan.evict = maybe(3, 5);
  if (random.one_in(3)) plan.documents_bytes = random.below(4) * document::kOpenDocumentBytes;
  plan.clock = maybe(4, 5);
  plan.intruder = maybe(4, 10);
  plan.deletes = maybe(2, 10);
  plan.leaves = maybe(4, 50);
  if (plan.history > 0 || plan.rival > 0) plan.pasted = maybe(4, 12'000);
  if (random.one_in(2)) plan.told_at_once = 1 + random.below(2);
  if (random.one_in(2)) plan.asked_at_once = 1 + random.below(2);
  if (random.one_in(2)) plan.worked_at_once = 1 + random.below(2);
  return plan;
}

std::string Plan::describe() const {
  std::string line;
  const auto add = [&line](const char* name, std::uint64_t value) {
    if (value > 0) {
      line += std::string(line.empty() ? "" : " ") + name + "=" + std::to_string(value);
    }
  };
  add("clients", clients);
  add("documents", documents);
  add("loops", loops);
  add("history", history);
  add("pasted", pasted);
  add("refuse", log.refuse);
  add("unknown", log.unknown);
  add("read_error", log.read_error);
  add("busy", log.busy);
  add("slow_readers", slow_readers ? 1 : 0);
  add("hang_up", hang_up);
  add("crash", crash);
  add("restart", restart);
  add("rival", rival);
  add("operate", operate);
  add("evict", evict);
  add("crowded", documents_bytes < kRoomy ? 1 : 0);
  add("told_at_once", told_at_once < kAll ? told_at_once : 0);
  add("asked_at_once", asked_at_once < kAll ? asked_at_once : 0);
  add("worked_at_once", worked_at_once < kAll ? worked_at_once : 0);
  add("clock", clock);
  add("intruder", intruder);
  add("deletes", deletes);
  add("leaves", leaves);
  return line;
}

}  // namespace cowrite::simulation

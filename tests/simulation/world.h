// World: one run. From one seed it draws a plan, lets people, machines and intruders act for a
// number of steps, then heals everything, waits until nothing moves any more, and has the oracle
// judge what came out.
//
// Everything happens on one thread, in simulated time, by one source of chance: the same seed gives
// the same run, byte for byte.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/client.h"
#include "tests/simulation/intruder.h"
#include "tests/simulation/ledger.h"
#include "tests/simulation/node.h"
#include "tests/simulation/operator.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/plan.h"
#include "tests/simulation/random.h"
#include "tests/simulation/rival.h"
#include "tests/simulation/simulated_log.h"
#include "tests/simulation/timeline.h"
#include "tests/simulation/trace.h"
#include "tests/simulation/typing.h"
#include "tests/simulation/user.h"

namespace cowrite::simulation {

class World {
 public:
  World(std::uint64_t seed, std::uint64_t steps, Trace::Printing printing);
  ~World();

  // The first promise that was broken, if any.
  [[nodiscard]] std::optional<Breach> run();

  [[nodiscard]] const Trace& trace() const { return trace_; }
  [[nodiscard]] const Plan& plan() const { return plan_; }

 private:
  // ---- While there is trouble
  void populate();
  void step();
  void make_trouble();
  void interrupt(Client& client);
  void crash();
  void restart();
  void start();

  // ---- Afterwards
  void heal();
  void run_until_quiet();
  void settle();
  void judge();
  void judge_client(const Client& client);
  template <typename Judge>
  void for_each_presence(const Client& client, Judge judge);
  void say_goodbye();
  void expect_left_over(const std::string& expected);

  [[nodiscard]] std::shared_ptr<NetworkLink> dial(const std::string& client, ClientEnd end);
  [[nodiscard]] std::int64_t now_ms() const;
  void add_client();
  [[nodiscard]] bool percent(std::uint64_t chance) { return chance > 0 && random_.percent(chance); }

  Random random_;
  Plan plan_;
  Timeline timeline_;
  Trace trace_;
  Ledger ledger_;
  Oracle oracle_;
  SimulatedLog log_;
  Rival rival_;
  Operator operator_;
  Keyboard keyboard_;

  std::vector<DocumentKey> documents_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<User> users_;
  Intruder intruder_;
  std::vector<std::weak_ptr<NetworkLink>> links_;  // Of the present node.
  std::shared_ptr<Node> node_;

  std::uint64_t steps_left_;
  std::int64_t clock_ms_ = 1'700'000'000'000;  // What the server's clock says at time 0.
  bool healed_ = false;
};

}  // namespace cowrite::simulation

// Intruder: a client that keeps to no rule: sends what is no message, names documents, versions and
// sequences at random, repeats what it sent, and speaks in other clients' names.
//
// At times it forges what its victim has in flight or is about to send. A client takes a record of
// its own source and sequence for its own, and nobody can help it but a server that knows who may
// use which source; so its replica of that document is not judged then. That the server never says
// "committed" of what is not, and that nobody else is hurt, is.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/client.h"
#include "tests/simulation/network_link.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/random.h"

namespace cowrite::simulation {

class Intruder {
 public:
  using Dial = std::function<std::shared_ptr<NetworkLink>(const std::string& client, ClientEnd)>;

  Intruder(Random& random, Oracle& oracle, const std::vector<DocumentKey>& documents,
           const std::vector<std::unique_ptr<Client>>& victims, Dial dial)
      : random_(random),
        oracle_(oracle),
        documents_(documents),
        victims_(victims),
        dial_(std::move(dial)) {}

  void act();
  void go_away();

 private:
  [[nodiscard]] std::string garbage();
  [[nodiscard]] std::string submission();
  [[nodiscard]] std::string request();
  [[nodiscard]] std::string presence(const DocumentKey& key);

  Random& random_;
  Oracle& oracle_;
  const std::vector<DocumentKey>& documents_;
  const std::vector<std::unique_ptr<Client>>& victims_;
  const Dial dial_;
  std::shared_ptr<NetworkLink> link_;
  std::string last_;  // What it sent last.
  std::uint64_t sequence_ = 0;
};

}  // namespace cowrite::simulation

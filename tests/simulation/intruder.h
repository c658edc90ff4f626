// Intruder: a client that keeps to no rule: sends what is no message, names documents, versions and
// sequences at random, repeats what it sent, and speaks in other clients' names, as far as it sees
// them: at times with a sequence that its victim has in flight or is about to use.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/client.h"
#include "tests/simulation/network_link.h"
#include "tests/simulation/random.h"

namespace cowrite::simulation {

class Intruder {
 public:
  using Dial = std::function<std::shared_ptr<NetworkLink>(const std::string& client, ClientEnd)>;

  Intruder(Random& random, const std::vector<DocumentKey>& documents,
           const std::vector<std::unique_ptr<Client>>& victims, Dial dial)
      : random_(random), documents_(documents), victims_(victims), dial_(std::move(dial)) {}

  void act();
  void go_away();

 private:
  [[nodiscard]] std::string garbage();
  [[nodiscard]] std::string submission();
  [[nodiscard]] std::string request();
  [[nodiscard]] std::string presence(const DocumentKey& key);

  Random& random_;
  const std::vector<DocumentKey>& documents_;
  const std::vector<std::unique_ptr<Client>>& victims_;
  const Dial dial_;
  std::shared_ptr<NetworkLink> link_;
  std::string last_;  // What it sent last.
  std::uint64_t sequence_ = 0;
};

}  // namespace cowrite::simulation

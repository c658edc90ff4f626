// User: what a person does with a client: types, mostly; creates and deletes documents, opens and
// closes them, looks at the past, moves the cursor.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/simulation/client.h"
#include "tests/simulation/plan.h"
#include "tests/simulation/random.h"
#include "tests/simulation/typing.h"

namespace cowrite::simulation {

class User {
 public:
  User(Client& client, const std::vector<DocumentKey>& documents, Random& random,
       Keyboard& keyboard)
      : client_(client), documents_(documents), random_(random), keyboard_(keyboard) {}

  void act(const Plan& plan);
  // Types into a document, or creates it; not while the client is recovering it, since ShareDB's
  // client takes the next refusal that comes for one of what it has in flight then.
  void type(const DocumentKey& key);

 private:
  void create(Replica& replica);
  void look(Replica& replica, const DocumentKey& key);
  void move_cursor(const Plan& plan, const DocumentKey& key);
  [[nodiscard]] std::string place_in(const ot::Rope& text);

  Client& client_;
  const std::vector<DocumentKey>& documents_;
  Random& random_;
  Keyboard& keyboard_;
  std::uint64_t moves_ = 0;
};

}  // namespace cowrite::simulation

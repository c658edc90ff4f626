#include "tests/simulation/user.h"

namespace cowrite::simulation {

void User::act(const Plan& plan) {
  const DocumentKey& key = random_.pick(documents_);
  Replica& replica = client_.replica(key);
  if (random_.percent(plan.deletes)) {
    if (replica.exists()) replica.submit(storage::Delete{});
    if (random_.one_in(2)) replica.flush();
  } else if (random_.percent(70)) {
    type(key);
  } else if (random_.percent(60)) {
    look(replica, key);
  } else {
    move_cursor(plan, key);
  }
}

void User::type(const DocumentKey& key) {
  Replica& replica = client_.replica(key);
  if (replica.recovering()) return;
  // Several edits in one turn are composed before they are sent.
  for (std::uint64_t edits = 1 + random_.below(3); edits > 0; --edits) {
    if (!replica.exists()) {
      create(replica);
      continue;
    }
    const auto keys = [this] { return keyboard_.press(1 + random_.below(3)); };
    replica.submit(storage::Edit{edit(random_, replica.text(), keys)});
  }
  if (!random_.one_in(8)) replica.flush();
}

// Mostly of what the client has looked for and not found; sometimes of what it knows nothing about.
void User::create(Replica& replica) {
  if (!replica.version() && !random_.one_in(10)) return;
  replica.submit(storage::Create{keyboard_.press(random_.below(5))});
}

void User::look(Replica& replica, const DocumentKey& key) {
  switch (random_.below(8)) {
    case 0:
      return replica.fetch();
    case 1:
      return replica.unsubscribe();
    case 2:
      if (client_.connected() && replica.version()) {
        client_.ask_past("nf", key, random_.below(*replica.version() + 1));
      }
      return;
    case 3:
      if (client_.connected()) {
        client_.ask_past(
            "nt", key,
            random_.one_in(2) ? std::optional(random_.below(1ULL << 41U)) : std::nullopt);
      }
      return;
    default:
      return replica.subscribe();
  }
}

// In a document, or in the room where all are.
void User::move_cursor(const Plan& plan, const DocumentKey& key) {
  const bool in_document = random_.one_in(2);
  PresenceModel& presence = in_document ? client_.cursor(key) : client_.room();
  if (random_.percent(plan.leaves)) {
    return presence.wants_to_listen() ? presence.leave() : presence.join();
  }
  const Replica& replica = client_.replica(key);
  if (in_document && !replica.exists()) return;
  if (random_.one_in(5)) return presence.announce("null");
  presence.announce(in_document ? place_in(replica.text()) : std::to_string(++moves_));
}

// A position, or what is selected.
std::string User::place_in(const ot::Rope& text) {
  const auto position = [this, &text] {
    return std::to_string(random_.below(text.code_points() + 1));
  };
  if (random_.one_in(2)) return position();
  const std::string anchor = position();
  return "[" + anchor + "," + position() + "]";
}

}  // namespace cowrite::simulation

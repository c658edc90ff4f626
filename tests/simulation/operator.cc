#include "tests/simulation/operator.h"

#include <string>
#include <utility>
#include <variant>

#include "tests/simulation/typing.h"

namespace cowrite::simulation {

void Operator::act(Node& node, const DocumentKey& key, std::int64_t now_ms) {
  if (!random_.one_in(3)) return submit(node, key);
  rival_.write(key, 1 + random_.below(20), now_ms);
  node.switchboard().reload(key);
  oracle_.replaced(key);
}

// A change of the text as it is now in the log, like a restoration.
void Operator::submit(Node& node, const DocumentKey& key) {
  const storage::Snapshot& newest = ledger_.book(key).newest();
  storage::Change change = storage::Delete{};
  if (!newest.exists) {
    change = storage::Create{scribble(random_)};
  } else if (!random_.one_in(10)) {
    change = storage::Edit{edit(random_, newest.text, [this] { return scribble(random_); })};
  }
  ++*unanswered_;
  node.switchboard().submit(
      {.author = "operator",
       .request = {.key = key, .version = newest.version, .sequence = 1, .change = change}},
      [this, key, change, unanswered = unanswered_](const document::Answer& answer) {
        if (*unanswered == 0) oracle_.breach("answers", "the operator is answered twice");
        --*unanswered;
        check(key, change, answer);
      });
}

void Operator::check(const DocumentKey& key, const storage::Change& change,
                     const document::Answer& answer) {
  const auto* ack = std::get_if<document::Ack>(&answer.outcome);
  if (ack == nullptr) return;
  const auto& records = ledger_.book(key).records;
  if (ack->version >= records.size()) {
    return oracle_.breach("P1", "the operator is told of a version that is not durable");
  }
  const storage::Record& record = records[ack->version];
  const auto* edit = std::get_if<storage::Edit>(&change);
  const auto* made = std::get_if<storage::Edit>(&record.change);
  const bool same_text =
      !edit || (made && inserted_text(made->operation) == inserted_text(edit->operation));
  if (record.source != ack->source || record.change.index() != change.index() || !same_text) {
    oracle_.breach("P2", "the operator's change of " + key.id() + " is not what is in the log");
  }
}

void Operator::judge() {
  if (*unanswered_ > 0) oracle_.breach("answers", "the operator waits for an answer");
}

}  // namespace cowrite::simulation

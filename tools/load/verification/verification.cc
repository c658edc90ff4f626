#include "tools/load/verification/verification.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "storage/source.h"

namespace cowrite::load {
namespace {

// How far from an operation the one that took its place, or that it repeats, is looked for.
constexpr std::uint64_t kNeighbours = 64;

std::string number(std::uint64_t value) { return std::to_string(value); }

class Verifier {
 public:
  Verifier(const std::string& document, const History& history,
           const std::vector<ClientState>& clients, Breaches& breaches)
      : document_(document), history_(history), breaches_(breaches) {
    for (const ClientState& client : clients) {
      names_[storage::source_of("", client.source)] = client.source;
      authors_[client.source] = {&client, {}, 0};
      authors_[client.source].records.resize(client.ledger->submissions().size());
    }
  }

  void run() {
    for (std::uint64_t version = 1; version < history_.version(); ++version) judge_record(version);
    for (const auto& [source, author] : authors_) judge_submissions(author);
    if (!(history_.replayed() == ot::Rope(history_.text()))) {
      breach(kErrTextsDiffer,
             "the text of " + document_ + " is not the one that a replay of its records makes");
    }
    for (const auto& [source, author] : authors_) judge_client(*author.client);
  }

 private:
  struct Author {
    const ClientState* client = nullptr;
    std::vector<std::optional<std::uint64_t>> records;  // Of each submission, its record.
    std::uint64_t last_sequence = 0;
  };

  void breach(std::string_view code, std::string what) { breaches_.add({code, std::move(what)}); }

  // "operation 5 of client 3 in load/acks-0"
  [[nodiscard]] std::string name_of(const Author& author, std::uint64_t sequence) const {
    return "operation " + number(sequence) + " of " + author.client->name + " in " + document_;
  }

  void judge_record(std::uint64_t version) {
    const HistoryRecord& record = history_.records()[version];
    const std::string& source = history_.sources()[record.source];
    const auto name = names_.find(source);
    const auto found = authors_.find(name == names_.end() ? source : name->second);
    if (found == authors_.end() || record.sequence == 0 ||
        record.sequence > found->second.records.size()) {
      return breach(kErrDoubled, "record " + number(version) + " of " + document_ +
                                     " is an operation that nobody submitted, number " +
                                     number(record.sequence) + " of \"" + source + "\"" +
                                     repeated(version));
    }
    Author& author = found->second;
    auto& place = author.records[record.sequence - 1];
    if (place) {
      return breach(kErrDoubled, name_of(author, record.sequence) +
                                     " is in the history twice, as records " + number(*place) +
                                     " and " + number(version));
    }
    place = version;
    if (record.sequence < author.last_sequence) {
      breach(kErrReordered, name_of(author, record.sequence) + " is record " + number(version) +
                                ", after its operation " + number(author.last_sequence));
    }
    author.last_sequence = record.sequence;
    judge_content(author, record, version);
  }

  // " that repeats record 11", where a neighbour inserts the same text.
  [[nodiscard]] std::string repeated(std::uint64_t version) const {
    const auto& records = history_.records();
    const std::uint64_t first = version > kNeighbours ? version - kNeighbours : 1;
    for (std::uint64_t other = version; other-- > first;) {
      if (records[other].inserts == records[version].inserts) {
        return "; it writes what record " + number(other) + " has written";
      }
    }
    return {};
  }

  void judge_content(const Author& author, const HistoryRecord& record, std::uint64_t version) {
    const auto& submissions = author.client->ledger->submissions();
    const Ledger::Submission& submission = submissions[record.sequence - 1];
    const bool differs = submission.inserts != record.inserts ||
                         (submission.version && submission.hash != record.hash);
    if (differs) {
      const auto other = whose_place_it_took(author, record);
      const std::string what =
          "record " + number(version) + ", " + name_of(author, record.sequence) + ", is ";
      if (other) {
        breach(kErrReordered, what + "what it submitted as operation " + number(*other));
      } else {
        breach(kErrChanged, what + "not what it submitted");
      }
    }
    if (submission.version && *submission.version != version) {
      breach(kErrReordered, name_of(author, record.sequence) + " was acknowledged as record " +
                                number(*submission.version) + " and is record " + number(version));
    }
  }

  // The neighbouring submission of the author that is what this record has.
  [[nodiscard]] std::optional<std::uint64_t> whose_place_it_took(
      const Author& author, const HistoryRecord& record) const {
    const auto& submissions = author.client->ledger->submissions();
    const std::uint64_t first = record.sequence > kNeighbours ? record.sequence - kNeighbours : 1;
    const std::uint64_t last = std::min(record.sequence + kNeighbours, submissions.size());
    for (std::uint64_t other = first; other <= last; ++other) {
      const Ledger::Submission& submission = submissions[other - 1];
      if (other == record.sequence || submission.inserts != record.inserts) continue;
      if (!submission.version || submission.hash == record.hash || !is_erasing(record)) {
        return other;
      }
    }
    return std::nullopt;
  }

  // It inserts nothing, as many do.
  [[nodiscard]] static bool is_erasing(const HistoryRecord& record) {
    return record.inserts == hash_of_inserts(ot::Operation());
  }

  void judge_submissions(const Author& author) {
    const auto& submissions = author.client->ledger->submissions();
    for (std::uint64_t sequence = 1; sequence <= submissions.size(); ++sequence) {
      const auto& version = submissions[sequence - 1].version;
      if (!version) {
        breach(kErrNotAcknowledged, name_of(author, sequence) + " was never acknowledged");
      } else if (!author.records[sequence - 1]) {
        breach(kErrLost, name_of(author, sequence) + " was acknowledged as record " +
                             number(*version) + " and is not in the history");
      }
    }
  }

  void judge_client(const ClientState& client) {
    const std::string who = client.name + " in " + document_;
    if (client.told->begin() != 1 || client.first_text != history_.first_text()) {
      return breach(kErrTextsDiffer, who + " was given another text at version " +
                                         number(client.told->begin()) + " than record 0 has");
    }
    if (client.told->end() < history_.version()) {
      return breach(kErrDeliveryLost, who + " was never told of record " +
                                          number(client.told->end()) + ", and there are " +
                                          number(history_.version()));
    }
    if (client.told->end() > history_.version()) {
      return breach(kErrLost, who + " is at version " + number(client.told->end()) +
                                  ", and the history at " + number(history_.version()));
    }
    if (const auto versions = client.told->difference(history_.digest())) {
      breach(kErrDeliveryChanged, who + " was told something else than one of the records " +
                                      number(versions->first) + " to " + number(versions->second));
    }
    if (client.text != history_.text()) {
      const auto [mine, theirs] = std::ranges::mismatch(client.text, history_.text());
      breach(kErrTextsDiffer, who + " has another text, from byte " +
                                  number(static_cast<std::uint64_t>(mine - client.text.begin())) +
                                  " on");
    }
  }

  const std::string& document_;
  const History& history_;
  Breaches& breaches_;
  std::unordered_map<std::string, std::string> names_;  // Of ids, where the server hides them.
  std::unordered_map<std::string, Author> authors_;     // By id.
};

}  // namespace

void verify(const std::string& document, const History& history,
            const std::vector<ClientState>& clients, Breaches& breaches) {
  Verifier(document, history, clients, breaches).run();
}

}  // namespace cowrite::load
